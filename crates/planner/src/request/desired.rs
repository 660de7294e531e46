//! What leads from the schema as it is to a schema somebody has written down.
//!
//! The text is carried out on an empty database of the same kind, and what comes out is compared with the catalog:
//! tables with their columns, constraints and indexes, and enum types. What has another name is another thing: a
//! rename is asked for, never guessed.

use altimeter_analysis::review::{Passage, Reviewer, Sending};
use altimeter_catalog::{
    Catalog, Change, Column, ColumnAction, Constraint, ConstraintDefinition, ConstraintKind, DropTarget,
    Engine, Index, IndexDefinition, IndexTarget, Name, RelationChange, RelationWord, Statement, Table,
    TypeAction, TypeKind, UserType,
};

use super::resolve::{Memory, Names};
use super::{Request, RequestError, finish};
use crate::text::bare;

/// So many names of a kind are listed in a message.
const LISTED: usize = 5;

/// Reads a schema (DDL, such as the output of `pg_dump --schema-only`) as the wish that this database had it.
/// None if nothing differs. `may_drop`: what the text does not have shall go. Views, functions, triggers, policies,
/// privileges and comments are not compared.
///
/// # Errors
/// If the text cannot be carried out, if something would be lost and `may_drop` is not set, or if what differs cannot
/// be planned from a schema.
pub fn read_desired(
    engine: &dyn Engine,
    catalog: &Catalog,
    text: &str,
    may_drop: bool,
) -> Result<Option<Request>, RequestError> {
    let built = build(engine, catalog, text)?;
    let difference = Difference { engine, catalog, wanted: &built.schema };
    let lost = difference.lost();
    if !lost.is_empty() && !may_drop {
        return Err(RequestError {
            message: format!("the schema asked for lacks what the database has: {}", listed(&lost)),
            instead: "if it has another name there, rename it first: a rename is asked for, never guessed; if it shall \
                      go, add --allow-drops"
                .to_owned(),
        });
    }
    let changes = difference.changes(&built.statements)?;
    if changes.is_empty() {
        return Ok(None);
    }
    let memory = Memory::default();
    finish(Names { engine, catalog, memory: &memory }, changes).map(Some)
}

/// What a text makes of an empty database.
struct Built {
    schema: Catalog,
    statements: Vec<Statement>,
}

fn build(engine: &dyn Engine, catalog: &Catalog, text: &str) -> Result<Built, RequestError> {
    let read = engine.read(text);
    let mut reviewer = Reviewer::new(engine, emptied(catalog), true);
    let passage = Passage { text: read.as_ref(), offset: 0, lines_before: 0, sending: Sending::Each };
    let mut statements = Vec::new();
    for reviewed in reviewer.passage(&passage) {
        let (statement, effect) = (&reviewed.judged.statement, &reviewed.judged.effect);
        let error = statement.syntax_error.as_ref().map(|e| format!("this is not SQL: {}", e.message));
        // A schema that is there already is no trouble, whoever made it.
        let fails = effect.fails.clone().filter(|_| !makes_schema(statement));
        if let Some(why) = error.or(fails) {
            return Err(RequestError {
                message: format!("line {} of the schema asked for: {why}", statement.line),
                instead: "correct it: it must make the whole schema on an empty database".to_owned(),
            });
        }
        statements.push(statement.clone());
    }
    let schema = reviewer.catalog().clone();
    if schema.tables.is_empty() && !catalog.tables.is_empty() {
        return Err(RequestError {
            message: "the schema asked for has no table at all".to_owned(),
            instead: "give the whole schema, as `pg_dump --schema-only` prints it".to_owned(),
        });
    }
    Ok(Built { schema, statements })
}

/// The same server with nothing in it but what extensions bring.
fn emptied(catalog: &Catalog) -> Catalog {
    let brought: Vec<UserType> = catalog.types.iter().filter(|t| t.extension.is_some()).cloned().collect();
    Catalog {
        server: catalog.server.clone(),
        schemas: vec!["public".to_owned()].into(),
        types: brought.into(),
        casts: catalog.casts.clone(),
        extensions: catalog.extensions.clone(),
        ..Catalog::default()
    }
}

fn makes_schema(statement: &Statement) -> bool {
    let mut words = statement.sql.split_whitespace();
    let mut is = |word: &str| words.next().is_some_and(|w| w.eq_ignore_ascii_case(word));
    is("create") && (is("schema") || is("extension"))
}

/// The schema as it is and as it shall be.
struct Difference<'a> {
    engine: &'a dyn Engine,
    catalog: &'a Catalog,
    wanted: &'a Catalog,
}

impl Difference<'_> {
    /// Tables in both, as they are and as they shall be.
    fn pairs(&self) -> impl Iterator<Item = (&Table, &Table)> {
        self.catalog.tables.iter().filter_map(|is| Some((is, self.wanted.table(&is.name)?)))
    }

    /// Tables and columns that would go.
    fn lost(&self) -> Vec<String> {
        let tables = self.gone_tables().map(|t| format!("table {}", t.name));
        let columns = self.pairs().flat_map(|(is, shall)| {
            let gone = is.columns.iter().filter(|c| shall.column(&c.name).is_none());
            gone.map(|c| format!("column {}.{}", is.name, c.name))
        });
        tables.chain(columns).collect()
    }

    fn gone_tables(&self) -> impl Iterator<Item = &Table> {
        self.catalog.tables.iter().filter(|t| self.wanted.table(&t.name).is_none())
    }

    /// Tables that go by a statement of their own, those that reference others before these. Partitions go with their
    /// parents.
    fn gone_in_order(&self) -> Vec<&Table> {
        let goes = |name: &Name| self.wanted.table(name).is_none();
        let mut left: Vec<&Table> =
            self.gone_tables().filter(|t| !t.partition_of.as_ref().is_some_and(goes)).collect();
        let mut order = Vec::new();
        while !left.is_empty() {
            let referenced = |t: &Table| {
                let keys = left.iter().filter(|l| l.name != t.name).flat_map(|l| &l.constraints);
                keys.filter_map(|c| c.foreign.as_ref()).any(|f| f.table == t.name)
            };
            // In a circle any may be first; the server says what it thinks of that.
            let next = left.iter().position(|t| !referenced(t)).unwrap_or_default();
            order.push(left.remove(next));
        }
        order
    }

    /// The changes, what is new first and what goes last.
    fn changes(&self, statements: &[Statement]) -> Result<Vec<Change>, RequestError> {
        let mut changes = self.labels()?;
        changes.extend(self.made(statements)?);
        let mut last = Vec::new();
        for (is, shall) in self.pairs() {
            self.table(is, shall, &mut changes, &mut last)?;
        }
        let gone = self.gone_in_order().into_iter().map(|t| {
            Change::drop_one(DropTarget::Relation { word: RelationWord::Table, name: t.name.clone() }, false)
        });
        last.extend(gone);
        changes.extend(last);
        changes.into_iter().map(|change| self.as_typed(&change)).collect()
    }

    /// Enum types: new labels, each after the one it follows.
    fn labels(&self) -> Result<Vec<Change>, RequestError> {
        let mut changes = Vec::new();
        for is in self.catalog.types.iter().filter(|t| t.extension.is_none()) {
            let TypeKind::Enum { labels: has } = &is.kind else { continue };
            let shall = self.wanted.types.iter().find(|t| t.name == is.name);
            let Some(TypeKind::Enum { labels }) = shall.map(|t| &t.kind) else { continue };
            if let Some(gone) = has.iter().find(|l| !labels.contains(l)) {
                return Err(not_planned(&format!(
                    "{} loses the label {gone}, and no enum type can",
                    is.name
                )));
            }
            for (n, label) in labels.iter().enumerate().filter(|(_, l)| !has.contains(l)) {
                let before = n.checked_sub(1).and_then(|n| labels.get(n)).map(|l| (false, l.clone()));
                let beside = before.or_else(|| Some((true, has.first()?.clone())));
                let action = TypeAction::AddValue { label: label.clone(), beside, if_not_exists: false };
                changes.push(Change::Relation(RelationChange::AlterType {
                    name: is.name.clone(),
                    domain: false,
                    action,
                }));
            }
        }
        Ok(changes)
    }

    /// Relations and types the database lacks, made by the text's own statements.
    fn made(&self, statements: &[Statement]) -> Result<Vec<Change>, RequestError> {
        let (is, shall) = (self.catalog, self.wanted);
        let has_type = |name: &Name| is.types.iter().any(|t| &t.name == name);
        let is_new = |name: &Name| {
            let relation = shall.table(name).is_some() && is.table(name).is_none();
            let sequence = shall.sequences.contains(name) && !is.sequences.contains(name);
            let user_type = shall.types.iter().any(|t| &t.name == name) && !has_type(name);
            relation || sequence || user_type
        };
        let mut schema = is.clone();
        let mut changes = Vec::new();
        for statement in statements {
            // A change is first of all about the table it changes, then about others.
            let first = |change: &Change| match change {
                Change::CreateIndex { index, .. } => Some(index.table.clone()),
                Change::Relation(RelationChange::CreateType(made)) => Some(made.name.clone()),
                Change::Relation(RelationChange::CreateTable(made)) => Some(made.table.name.clone()),
                other => other.tables().first().copied().cloned(),
            };
            if !statement.changes.iter().filter_map(first).any(|name| is_new(&name)) {
                continue;
            }
            let Some(change) = self.engine.written(&schema, &statement.sql) else {
                return Err(not_planned(&format!("line {}: `{}`", statement.line, statement.sql)));
            };
            schema.apply(&change).map_err(|e| not_planned(&format!("line {}: {e}", statement.line)))?;
            changes.push(change);
        }
        Ok(changes)
    }

    /// What leads from one table to the other. What may need what is new goes `last`.
    fn table(
        &self,
        is: &Table,
        shall: &Table,
        changes: &mut Vec<Change>,
        last: &mut Vec<Change>,
    ) -> Result<(), RequestError> {
        let table = || is.name.clone();
        if (&is.kind, is.partition_key.is_some()) != (&shall.kind, shall.partition_key.is_some()) {
            return Err(not_planned(&format!("the kind of {}", is.name)));
        }
        for column in &shall.columns {
            match is.column(&column.name) {
                None => changes.push(Change::AddColumn {
                    table: table(),
                    column: Column { grants: Vec::new(), comment: None, ..column.clone() },
                    if_not_exists: false,
                }),
                Some(old) => self.column(is, old, column, changes)?,
            }
        }
        let same = |a: &Constraint, b: &Constraint| {
            a.kind == b.kind && a.name == b.name && bare(&a.definition) == bare(&b.definition)
        };
        let lacks = |of: &Table, c: &Constraint| is_own(c) && !of.constraints.iter().any(|o| same(o, c));
        for gone in is.constraints.iter().filter(|c| lacks(shall, c)) {
            changes.push(Change::DropConstraint {
                table: table(),
                name: gone.name.clone(),
                if_exists: false,
                cascade: false,
            });
        }
        for new in shall.constraints.iter().filter(|c| lacks(is, c)) {
            let definition = ConstraintDefinition::new(new.kind, new.definition.clone());
            let constraint = ConstraintDefinition { name: Some(new.name.clone()), ..definition };
            changes.push(Change::AddConstraint { table: table(), constraint });
        }
        let lacks = |of: &Table, i: &Index| {
            let own = i.constraint.is_none() && i.part_of.is_none();
            own && !of.indexes.iter().any(|o| alike(o) == alike(i))
        };
        for gone in is.indexes.iter().filter(|i| lacks(shall, i)) {
            let index = is.name.sibling(&gone.definition.name);
            changes.push(Change::DropIndex { index, concurrently: false, if_exists: false });
        }
        for new in shall.indexes.iter().filter(|i| lacks(is, i)) {
            let index = new.definition.clone();
            changes.push(Change::CreateIndex { index, concurrently: false, if_not_exists: false });
        }
        let gone = is.columns.iter().filter(|c| shall.column(&c.name).is_none());
        last.extend(gone.map(|c| Change::DropColumn {
            table: table(),
            column: c.name.clone(),
            if_exists: false,
            cascade: false,
        }));
        Ok(())
    }

    fn column(
        &self,
        of: &Table,
        is: &Column,
        shall: &Column,
        changes: &mut Vec<Change>,
    ) -> Result<(), RequestError> {
        let (table, column) = (|| of.name.clone(), || shall.name.clone());
        let generated = |c: &Column| c.generated.as_ref().map(|g| (g.stored, bare(&g.expression)));
        if generated(is) != generated(shall) || is.identity != shall.identity {
            return Err(not_planned(&format!("how {}.{} gets its values", of.name, is.name)));
        }
        if (&is.type_name, &is.collation) != (&shall.type_name, &shall.collation) {
            changes.push(Change::AlterColumn {
                table: table(),
                column: column(),
                action: ColumnAction::Type {
                    type_name: shall.type_name.clone(),
                    collation: shall.collation.clone(),
                    using: None,
                },
            });
        }
        match (&is.default, &shall.default) {
            (Some(a), Some(b)) if bare(a) == bare(b) => {}
            (None, None) => {}
            (_, Some(expression)) => changes.push(Change::SetDefault {
                table: table(),
                column: column(),
                expression: expression.clone(),
            }),
            (Some(_), None) => changes.push(Change::DropDefault { table: table(), column: column() }),
        }
        match (is.not_null, shall.not_null) {
            (false, true) => changes.push(Change::SetNotNull { table: table(), column: column() }),
            (true, false) => changes.push(Change::DropNotNull { table: table(), column: column() }),
            _ => {}
        }
        Ok(())
    }

    /// A change as if somebody had typed it: printed and read.
    fn as_typed(&self, change: &Change) -> Result<Change, RequestError> {
        if matches!(change, Change::Written { .. }) {
            return Ok(change.clone());
        }
        let sql = self.engine.print(self.catalog, change);
        let mut statements = self.engine.parse(self.catalog, &sql).statements;
        let read = statements.pop().filter(|_| statements.is_empty()).map(|s| s.changes);
        match read.as_deref() {
            Some([one]) => Ok(one.clone()),
            _ => Err(not_planned(&format!("`{sql}` is not understood"))),
        }
    }
}

/// Whether a constraint is compared: NOT NULL is the column's, and what is inherited is the parent's.
fn is_own(constraint: &Constraint) -> bool {
    !constraint.inherited && !matches!(constraint.kind, ConstraintKind::NotNull | ConstraintKind::Trigger)
}

/// An index, as far as two that are alike have it in common.
fn alike(index: &Index) -> IndexDefinition {
    let mut definition = index.definition.clone();
    definition.predicate = definition.predicate.map(|p| bare(&p));
    for key in &mut definition.keys {
        if let IndexTarget::Expression(expression) = &mut key.target {
            *expression = bare(expression);
        }
    }
    definition
}

fn not_planned(what: &str) -> RequestError {
    RequestError {
        message: format!("the schema asked for differs in what cannot be planned from it: {what}"),
        instead: "ask for that change by itself, and for the rest with --to afterwards".to_owned(),
    }
}

fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(LISTED);
    let shown: Vec<&str> = names.iter().take(LISTED).map(String::as_str).collect();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}
