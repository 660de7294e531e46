//! What a plan must satisfy before anybody sees it, checked on the simulated schema.

use altimeter_catalog::{
    Catalog, Change, Column, ConstraintDefinition, ConstraintKind, ExtendedStatistics, FunctionBody,
    IndexTarget, ObjectChange, Policy, PolicyDefinition, RelationChange, Rule, Statement, View,
    ViewDefinition,
};

use crate::draft::{Draft, DraftStep};
use crate::plan::PlanError;
use crate::text::one_line;

fn unproved(reason: String) -> PlanError {
    PlanError::Unproved { reason }
}

/// The printed statement, read back, means the change it was printed for.
pub(crate) fn means(change: &Change, statement: &Statement) -> Result<(), PlanError> {
    let read = &statement.changes;
    let same = match change {
        // A body is an engine's own text; its name and the rest must come back.
        Change::CreateFunction(wanted) => matches!(
            read.as_slice(),
            [Change::CreateFunction(f)]
                if f.name == wanted.name && f.or_replace == wanted.or_replace && matches!(f.body, FunctionBody::Opaque(_))
        ),
        Change::Written { changes, .. } => {
            read.iter().map(as_written).eq(changes.iter().map(as_written)) && statement.not_analysed.is_none()
        }
        wanted => {
            let read: Vec<Change> = read.iter().map(as_written).collect();
            read == [as_written(wanted)] && statement.not_analysed.is_none()
        }
    };
    if same && statement.syntax_error.is_none() {
        return Ok(());
    }
    Err(unproved(format!("`{}` does not read as {change:?} but as {read:?}", statement.sql)))
}

/// The change as far as a statement can say it: what is known of a column from elsewhere is no part of its definition.
fn as_written(change: &Change) -> Change {
    match change {
        Change::AddColumn { table, column, if_not_exists } => Change::AddColumn {
            table: table.clone(),
            column: Column {
                statistics: None,
                grants: Vec::new(),
                comment: None,
                statistics_target: None,
                options: Vec::new(),
                nondeterministic: false,
                ..column.clone()
            },
            if_not_exists: *if_not_exists,
        },
        Change::AddConstraint { table, constraint } => Change::AddConstraint {
            table: table.clone(),
            constraint: ConstraintDefinition {
                // Both are read off the text of the definition, which is compared.
                columns: Vec::new(),
                expression: None,
                sql: one_line(&constraint.sql),
                ..constraint.clone()
            },
        },
        // A query, an expression or a body says what it reads: its text is compared, where the change has one, and what a
        // server said of it is believed.
        Change::Relation(RelationChange::CreateView(it)) => {
            let it = ViewDefinition { view: view_as_written(&it.view), rows: None, ..(**it).clone() };
            Change::Relation(RelationChange::CreateView(Box::new(it)))
        }
        Change::Object(ObjectChange::CreatePolicy { table, policy }) => {
            let definition = policy.definition.as_ref().map(|d| PolicyDefinition {
                roles: d.roles.clone(),
                using: d.using.as_deref().map(one_line),
                check: d.check.as_deref().map(one_line),
            });
            let policy = Policy {
                definition,
                columns: Vec::new(),
                needs: Vec::new(),
                functions: Vec::new(),
                ..policy.clone()
            };
            Change::Object(ObjectChange::CreatePolicy { table: table.clone(), policy })
        }
        Change::Object(ObjectChange::CreateStatistics { table, statistics, if_not_exists }) => {
            let definition = statistics.definition.clone().map(|mut d| {
                d.kinds.sort();
                d
            });
            let statistics = ExtendedStatistics { columns: Vec::new(), definition, ..statistics.clone() };
            let (table, if_not_exists) = (table.clone(), *if_not_exists);
            Change::Object(ObjectChange::CreateStatistics { table, statistics, if_not_exists })
        }
        Change::Object(ObjectChange::CreateRule { relation, rule, or_replace }) => {
            let (statements, columns) = (Vec::new(), Vec::new());
            let rule = Rule { statements, columns, definition: None, ..rule.clone() };
            Change::Object(ObjectChange::CreateRule {
                relation: relation.clone(),
                rule,
                or_replace: *or_replace,
            })
        }
        Change::Object(ObjectChange::AlterPublication { name, verb, objects }) => {
            let mut objects = objects.clone();
            for filter in objects.tables.iter_mut().filter_map(|(t, _)| t.filter.as_mut()) {
                filter.condition = filter.condition.as_deref().map(one_line);
                filter.reads.clear();
            }
            let (name, verb) = (name.clone(), *verb);
            Change::Object(ObjectChange::AlterPublication { name, verb, objects })
        }
        Change::CreateTrigger(it) => {
            let mut it = it.clone();
            it.events.sort();
            it.columns.sort();
            Change::CreateTrigger(it)
        }
        Change::Together(changes) => {
            let each = changes.iter().flat_map(|change| match change {
                Change::Written { changes, .. } => changes.as_slice(),
                one => std::slice::from_ref(one),
            });
            Change::Together(each.map(as_written).collect())
        }
        other => other.clone(),
    }
}

fn view_as_written(view: &View) -> View {
    let mut options = view.options.clone();
    options.sort();
    View {
        name: view.name.clone(),
        materialized: view.materialized,
        definition: view.definition.as_deref().map(one_line),
        options,
        ..View::default()
    }
}

/// A step's way back leads to the schema before the step, but for what the step says it cannot bring back.
pub(crate) fn comes_home(
    before: &Catalog,
    undone: &Catalog,
    step: &DraftStep,
    id: &str,
) -> Result<(), PlanError> {
    if step.down.is_empty() && step.lost_on_return.is_some() {
        return Ok(());
    }
    let (mut before, mut undone) = before.schema_difference(undone);
    if step.lost_on_return.is_some() {
        for schema in [&mut before, &mut undone] {
            forget_what_is_lost(schema);
        }
    }
    forget_order(&mut before);
    forget_order(&mut undone);
    if before == undone {
        return Ok(());
    }
    Err(unproved(format!(
        "the way back of {id} does not restore the schema: {}",
        first_difference(&before, &undone)
    )))
}

/// All steps together lead to the schema the plain changes give.
pub(crate) fn reaches(catalog: &Catalog, changes: &[Change], draft: &Draft) -> Result<(), PlanError> {
    let failed = |e: altimeter_catalog::ApplyError| unproved(e.to_string());
    let (mut wanted, mut reached) = (catalog.clone(), catalog.clone());
    changes.iter().try_for_each(|c| wanted.apply(c)).map_err(failed)?;
    draft.steps.iter().flat_map(|s| &s.up).try_for_each(|c| reached.apply(c)).map_err(failed)?;
    let (mut wanted, mut reached) = wanted.schema_difference(&reached);
    for schema in [&mut wanted, &mut reached] {
        forget_order(schema);
        if draft.column_order_differs.is_some() {
            forget_column_order(schema);
        }
    }
    if wanted == reached {
        return Ok(());
    }
    Err(unproved(format!(
        "the steps do not reach the wanted schema: {}",
        first_difference(&wanted, &reached)
    )))
}

/// Order among a table's grants and the columns an index or a trigger reads means nothing, nor do quotes around a name that needs
/// none; order of columns does.
fn forget_order(schema: &mut Catalog) {
    let unquote = |text: &mut String| text.retain(|c| c != '"');
    schema.tables.change_all(|table| {
        for column in &mut table.columns {
            column.grants.sort_by(|a, b| a.grantee.cmp(&b.grantee));
            column.generated.iter_mut().for_each(|g| unquote(&mut g.expression));
        }
        table.triggers.iter_mut().for_each(|t| t.columns.sort());
        for index in &mut table.indexes {
            index.reads.sort();
            index.definition.predicate.iter_mut().for_each(unquote);
            for key in &mut index.definition.keys {
                if let IndexTarget::Expression(expression) = &mut key.target {
                    unquote(expression);
                }
            }
        }
        for constraint in &mut table.constraints {
            unquote(&mut constraint.definition);
            // Servers note it of constraints that no table inherits, too.
            constraint.no_inherit &=
                matches!(constraint.kind, ConstraintKind::Check | ConstraintKind::NotNull);
        }
        table.indexes.sort_by(|a, b| a.definition.name.cmp(&b.definition.name));
        table.constraints.sort_by(|a, b| a.name.cmp(&b.name));
    });
}

fn forget_column_order(schema: &mut Catalog) {
    schema.tables.change_all(|table| table.columns.sort_by(|a, b| a.name.cmp(&b.name)));
}

/// A dropped column comes back at the end, and what cannot be made with nobody waiting does not come back.
fn forget_what_is_lost(schema: &mut Catalog) {
    forget_column_order(schema);
    schema.tables.change_all(|table| {
        let excluding = |c: &&altimeter_catalog::Constraint| c.kind == ConstraintKind::Exclusion;
        let behind: Vec<String> =
            table.constraints.iter().filter(excluding).filter_map(|c| c.index.clone()).collect();
        table.indexes.retain(|i| !behind.contains(&i.definition.name));
        table.constraints.retain(|c| c.kind == ConstraintKind::Check);
        table.constraints.iter_mut().for_each(|c| c.definition.clear());
        table.indexes.iter_mut().for_each(|i| i.constraint = None);
    });
    schema.sequences.clear();
}

fn first_difference(wanted: &Catalog, found: &Catalog) -> String {
    fn differing<'a, T, L>(wanted: &'a L, found: &'a L) -> Option<String>
    where
        T: PartialEq + std::fmt::Debug + 'a,
        L: ?Sized,
        &'a L: IntoIterator<Item = &'a T>,
    {
        let without = |of: &'a L, w: &T| !of.into_iter().any(|o| o == w);
        let missing = wanted.into_iter().find(|w| without(found, w));
        let extra = found.into_iter().find(|f| without(wanted, f));
        (missing.is_some() || extra.is_some()).then(|| format!("wanted {missing:?}, found {extra:?}"))
    }
    if let Some((w, f)) = wanted.tables.iter().zip(&found.tables).find(|(w, f)| w != f) {
        let inside = differing(&w.columns, &f.columns)
            .or_else(|| differing(&w.indexes, &f.indexes))
            .or_else(|| differing(&w.constraints, &f.constraints))
            .or_else(|| differing(&w.triggers, &f.triggers))
            .or_else(|| differing(&w.policies, &f.policies))
            .or_else(|| differing(&w.statistics, &f.statistics))
            .or_else(|| differing(&w.grants, &f.grants));
        return format!(
            "{}: {}",
            w.name,
            inside.unwrap_or_else(|| "order, or what hangs on the table".to_owned())
        );
    }
    let beside =
        differing(&wanted.functions, &found.functions).or_else(|| differing(&wanted.views, &found.views));
    beside.unwrap_or_else(|| "objects beside tables".to_owned())
}
