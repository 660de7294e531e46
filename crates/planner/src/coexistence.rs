//! Old and new application code on every schema between two steps.
//!
//! During a release both versions of an application run, and between the steps of a plan they may run for days. Each
//! kind of statement is looked at on each schema it can meet: its relations and columns must be there, and an insert
//! must leave out no column that has to be given a value. The statements are those the server has counted, and those
//! any application makes of a table: reading and writing its columns, inserting only what must be given.

use altimeter_catalog::{
    Catalog, Change, Column, Constraint, ConstraintKind, Engine, Name, Table, TableKind, Trigger,
    WriteCommand,
};

use crate::draft::{Draft, DraftStep};
use crate::plan::{PlanError, StepKind};
use crate::text::bare;

/// What was looked at, and found to work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coexistence {
    /// Schemas, the first and the last included.
    pub schemas: usize,
    /// Kinds of statements of the code as it is now.
    pub old: Shapes,
    /// Kinds of statements of the code of the plan's release; none where the plan asks for no release.
    pub new: Option<Shapes>,
}

/// How many kinds of statements, and where they are from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shapes {
    /// Counted by the server.
    pub counted: usize,
    /// Made of the tables' columns.
    pub derived: usize,
}

/// One kind of statement, as far as a schema decides whether it runs.
struct Shape {
    says: String,
    /// Relations, each with the columns that are named.
    uses: Vec<(Name, Vec<String>)>,
    /// Tables rows are inserted into, each with the columns that are given values.
    inserts: Vec<(Name, Vec<String>)>,
}

impl Coexistence {
    /// One plan and another that follows it.
    fn then(self, next: Self) -> Self {
        let most = |a: Shapes, b: Shapes| Shapes {
            counted: a.counted.max(b.counted),
            derived: a.derived.max(b.derived),
        };
        Self {
            schemas: (self.schemas + next.schemas).saturating_sub(1),
            old: most(self.old, next.old),
            new: match (self.new, next.new) {
                (Some(a), Some(b)) => Some(most(a, b)),
                (a, b) => a.or(b),
            },
        }
    }
}

/// Looks at changes that follow each other, each with steps and a release of its own.
///
/// # Errors
/// As [`check`].
pub(crate) fn check_in_turn(
    engine: &dyn Engine,
    catalog: &Catalog,
    changes: &[Change],
    tables: &[Name],
    drafts: &[Draft],
) -> Result<Coexistence, PlanError> {
    let mut schema = catalog.clone();
    let mut found = Coexistence { schemas: 1, ..Coexistence::default() };
    for (change, draft) in changes.iter().zip(drafts) {
        let change = std::slice::from_ref(change);
        found = found.then(check(engine, &schema, change, tables, &draft.steps)?);
        change.iter().try_for_each(|c| schema.apply(c)).map_err(failed)?;
    }
    Ok(found)
}

fn failed(error: altimeter_catalog::ApplyError) -> PlanError {
    PlanError::Unproved { reason: error.to_string() }
}

/// Looks at both versions of the code on every schema of the plan that each can meet.
///
/// # Errors
/// With the first statement that a schema in between would make fail.
pub(crate) fn check(
    engine: &dyn Engine,
    catalog: &Catalog,
    changes: &[Change],
    tables: &[Name],
    steps: &[DraftStep],
) -> Result<Coexistence, PlanError> {
    let mut schemas = vec![catalog.clone()];
    for step in steps {
        let mut next = schemas.last().cloned().unwrap_or_default();
        step.up.iter().try_for_each(|c| next.apply(c)).map_err(failed)?;
        schemas.push(next);
    }
    let mut wanted = catalog.clone();
    changes.iter().try_for_each(|c| wanted.apply(c)).map_err(failed)?;

    let counted = counted(engine, catalog, tables);
    let old = derived(catalog, tables);
    let release = steps.iter().position(|s| s.kind == StepKind::Deploy);
    // While a release goes on, both versions run.
    let until = release.map_or(schemas.len(), |at| at + 2);
    for (n, schema) in schemas.iter().enumerate().take(until) {
        runs("old", n, schema, counted.iter().chain(&old))?;
    }
    let shapes = |counted: usize, derived: usize| Shapes { counted, derived };
    let mut found = Coexistence { schemas: schemas.len(), old: shapes(counted.len(), old.len()), new: None };
    if let Some(release) = release {
        // What the release must not send any more is named among the uses of what goes.
        let kept: Vec<&Shape> = counted.iter().filter(|s| fault(&wanted, s).is_none()).collect();
        let new = derived(&wanted, &successors(catalog, &wanted, tables));
        for (n, schema) in schemas.iter().enumerate().skip(release) {
            runs("new", n, schema, kept.iter().copied().chain(&new))?;
        }
        found.new = Some(shapes(kept.len(), new.len()));
    }
    Ok(found)
}

fn runs<'a>(
    code: &str,
    steps_done: usize,
    schema: &Catalog,
    mut shapes: impl Iterator<Item = &'a Shape>,
) -> Result<(), PlanError> {
    let found = shapes.find_map(|s| fault(schema, s).map(|why| (s, why)));
    let Some((shape, why)) = found else { return Ok(()) };
    Err(PlanError::Unproved {
        reason: format!("after {steps_done} steps, `{}` of the {code} code fails: {why}", shape.says),
    })
}

/// Statements the server has counted that use one of the tables.
fn counted(engine: &dyn Engine, catalog: &Catalog, tables: &[Name]) -> Vec<Shape> {
    let statements = catalog.activity.statements.iter().flatten();
    let shapes = statements.filter_map(|statement| {
        let uses = engine.uses(catalog, &statement.statement)?;
        uses.iter().any(|u| tables.contains(&u.relation)).then_some(())?;
        let parsed = engine.parse(catalog, &statement.statement).statements;
        let writes = parsed.iter().flat_map(|s| &s.changes).filter_map(|change| match change {
            Change::Rows(rows) => Some(&rows.writes),
            _ => None,
        });
        let inserts = writes.flatten().filter(|w| w.command == WriteCommand::Insert && !w.columns.is_empty());
        Some(Shape {
            says: statement.statement.clone(),
            uses: uses.iter().map(|u| (u.relation.clone(), u.columns.clone())).collect(),
            inserts: inserts
                .map(|w| (w.target.name.clone(), w.columns.iter().map(|g| g.column.clone()).collect()))
                .collect(),
        })
    });
    // One that fails as things are says nothing about the plan.
    shapes.filter(|s| fault(catalog, s).is_none()).collect()
}

/// What any application may do with the tables: read and write every column, insert all or only what must be given.
fn derived(catalog: &Catalog, tables: &[Name]) -> Vec<Shape> {
    let mut shapes = Vec::new();
    for table in tables.iter().filter_map(|name| catalog.table(name)) {
        let names = |wanted: &dyn Fn(&Column) -> bool| -> Vec<String> {
            table.columns.iter().filter(|c| wanted(c)).map(|c| c.name.clone()).collect()
        };
        let all = names(&|_| true);
        let shape = |verb: &str, columns: &[String], inserts: bool| Shape {
            says: format!("{verb} {} ({})", table.name, columns.join(", ")),
            uses: vec![(table.name.clone(), columns.to_vec())],
            inserts: inserts.then(|| (table.name.clone(), columns.to_vec())).into_iter().collect(),
        };
        shapes.push(shape("SELECT from", &all, false));
        if !matches!(table.kind, TableKind::Table | TableKind::PartitionedTable) {
            continue;
        }
        let written = names(&|c| c.generated.is_none());
        shapes.push(shape("UPDATE", &written, false));
        shapes.push(shape("INSERT INTO", &written, true));
        shapes.push(shape("INSERT INTO", &names(&|c| must_be_given(table, c)), true));
    }
    shapes
}

/// The tables in the wanted schema that are, or come in the place of, those the request is about. Code names the whole,
/// not its partitions.
fn successors(catalog: &Catalog, wanted: &Catalog, tables: &[Name]) -> Vec<Name> {
    let is_new =
        |t: &&Table| tables.contains(&t.name) || catalog.table(&t.name).is_none() && t.partition_of.is_none();
    wanted.tables.iter().filter(is_new).map(|t| t.name.clone()).collect()
}

/// Why a statement of that kind fails on a schema.
fn fault(schema: &Catalog, shape: &Shape) -> Option<String> {
    let missing = shape.uses.iter().find_map(|(relation, columns)| {
        let there: Vec<&String> = match (schema.table(relation), schema.view(relation)) {
            (Some(table), _) => table.columns.iter().map(|c| &c.name).collect(),
            (None, Some(view)) => view.columns.iter().collect(),
            (None, None) => return Some(format!("{relation} is not there")),
        };
        let column = columns.iter().find(|c| !there.contains(c))?;
        Some(format!("{relation} has no column {column}"))
    });
    missing.or_else(|| {
        shape.inserts.iter().find_map(|(relation, given)| {
            let table = schema.table(relation)?;
            // A trigger may give what the statement does not.
            if table.triggers.iter().any(fills_in) {
                return None;
            }
            let column =
                table.columns.iter().find(|c| must_be_given(table, c) && !given.contains(&c.name))?;
            Some(format!("{relation}.{} has no default and takes no NULL", column.name))
        })
    })
}

fn fills_in(trigger: &Trigger) -> bool {
    let on_insert = trigger.events.iter().any(|e| e == "INSERT");
    trigger.before && trigger.per_row && on_insert && trigger.enabled != "disabled"
}

/// Whether an insert fails that gives the column no value. A constraint that demands one holds for new rows whether
/// it is valid or not.
fn must_be_given(table: &Table, column: &Column) -> bool {
    let has_value = column.default.is_some() || column.generated.is_some() || column.identity.is_some();
    let demands = |c: &Constraint| match c.kind {
        ConstraintKind::NotNull => c.columns.contains(&column.name),
        ConstraintKind::Check => is_not_null(&c.definition, &column.name),
        _ => false,
    };
    !has_value && (column.not_null || table.constraints.iter().filter(|c| !c.not_enforced).any(demands))
}

/// Whether a CHECK says of the column that it is not NULL, and nothing else.
fn is_not_null(definition: &str, column: &str) -> bool {
    let definition = bare(definition);
    definition.strip_suffix("NOTVALID").unwrap_or(&definition) == format!("CHECK{}ISNOTNULL", bare(column))
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::StatementStatistics;
    use altimeter_engine_postgres::PostgresEngine;

    use super::*;
    use crate::plan::PhaseKind;

    /// A table `t (id bigint NOT NULL DEFAULT …, name text NOT NULL, note text)` and two statements counted.
    fn catalog() -> Catalog {
        let column = |name: &str, not_null, default: Option<&str>| Column {
            name: name.into(),
            type_name: "text".into(),
            not_null,
            default: default.map(str::to_owned),
            ..Column::default()
        };
        let table = Table {
            name: Name::new("public", "t"),
            columns: vec![
                column("id", true, Some("'a'::text")),
                column("name", true, None),
                column("note", false, None),
            ],
            ..Table::default()
        };
        let mut catalog = Catalog { tables: [table].into(), ..Catalog::default() };
        catalog.server.search_path = vec!["public".into()];
        let counted = |sql: &str| StatementStatistics { statement: sql.into(), ..Default::default() };
        catalog.activity.statements = Some(vec![
            counted("INSERT INTO t (name) VALUES ($1)"),
            counted("SELECT note FROM t WHERE id = $1"),
        ]);
        catalog
    }

    fn step(deploy: bool, sql: &[&str]) -> DraftStep {
        let phase = PhaseKind::Expand;
        let step = if deploy {
            DraftStep::deploy(phase, "release", "", "")
        } else {
            DraftStep::sql(phase, "change", "")
        };
        let change =
            |sql: &&str| PostgresEngine.parse(&catalog(), sql).statements.remove(0).changes.remove(0);
        DraftStep { up: sql.iter().map(change).collect(), ..step }
    }

    fn looked_at(wanted: &str, steps: &[DraftStep]) -> Result<Coexistence, String> {
        let catalog = catalog();
        let changes = step(false, &[wanted]).up;
        let tables = [Name::new("public", "t")];
        check(&PostgresEngine, &catalog, &changes, &tables, steps).map_err(|e| e.to_string())
    }

    const DROP: &str = "ALTER TABLE t DROP COLUMN note";
    const ADD: &str = "ALTER TABLE t ADD COLUMN tag text NOT NULL";

    #[test]
    fn what_goes_goes_after_the_release() {
        let found = looked_at(DROP, &[step(true, &[]), step(false, &[DROP])]).unwrap();
        assert_eq!(found.schemas, 3);
        assert_eq!(found.old, Shapes { counted: 2, derived: 4 });
        // The statement that reads the column must be gone with the release.
        assert_eq!(found.new, Some(Shapes { counted: 1, derived: 4 }));
        let error = looked_at(DROP, &[step(false, &[DROP]), step(true, &[])]).unwrap_err();
        assert!(error.contains("public.t has no column note"), "{error}");
        let error = looked_at(DROP, &[step(false, &[DROP])]).unwrap_err();
        assert!(error.contains("of the old code"), "{error}");
    }

    #[test]
    fn what_must_be_given_is_demanded_after_the_release() {
        let nullable = "ALTER TABLE t ADD COLUMN tag text";
        let demanded = "ALTER TABLE t ALTER COLUMN tag SET NOT NULL";
        let steps = [step(false, &[nullable]), step(true, &[]), step(false, &[demanded])];
        assert!(looked_at(ADD, &steps).is_ok());
        let error = looked_at(ADD, &[step(false, &[ADD]), step(true, &[])]).unwrap_err();
        assert!(error.contains("public.t.tag has no default and takes no NULL"), "{error}");
        let error = looked_at(ADD, &[step(true, &[]), step(false, &[ADD])]).unwrap_err();
        assert!(error.contains("of the new code"), "{error}");
    }

    #[test]
    fn what_a_constraint_demanded_before_is_no_new_demand() {
        for definition in ["CHECK ((note IS NOT NULL)) NOT VALID", "CHECK (\"note\" IS NOT NULL)"] {
            assert!(is_not_null(definition, "note"), "{definition}");
        }
        for definition in ["CHECK (note IS NOT NULL OR true)", "CHECK (note <> '')", "CHECK (n IS NOT NULL)"]
        {
            assert!(!is_not_null(definition, "note"), "{definition}");
        }
    }
}
