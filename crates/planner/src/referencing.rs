//! Rows of other tables that reference rows about to be deleted: what the server would do to them, done in batches
//! beforehand, so that no batch of deleted rows drags any number of others along and what is lost can be kept.

use altimeter_catalog::{Constraint, ConstraintKind, Index, Name, Table, TableKind};

use crate::plan::PlanError;
use crate::recipe::{RecipeContext, refuse};

/// What a foreign key does to a referencing row when the referenced one is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OnDelete {
    /// It refuses the deletion (`NO ACTION`, `RESTRICT`).
    Refuses,
    /// The row is deleted too.
    Cascades,
    /// These columns of it become NULL.
    SetsNull(Vec<String>),
    /// These columns of it become their default.
    SetsDefault(Vec<String>),
}

/// A foreign key that references rows that go.
#[derive(Clone, Debug)]
pub(crate) struct Reference<'a> {
    pub(crate) table: &'a Table,
    pub(crate) constraint: &'a Constraint,
    pub(crate) foreign: &'a altimeter_catalog::ForeignKey,
    pub(crate) action: OnDelete,
    /// Which of the referenced rows go, as SQL; none for all.
    pub(crate) going: Option<String>,
    /// Which referencing rows that concerns, as SQL.
    pub(crate) condition: String,
}

impl Reference<'_> {
    /// Whether a search for the rows that reference one row reads the whole table: the server makes one for each row
    /// that is deleted.
    pub(crate) fn needs_index(&self) -> bool {
        let columns = &self.constraint.columns;
        let serves = |index: &&Index| {
            let first = index.definition.columns().unwrap_or_default();
            index.valid
                && index.definition.predicate.is_none()
                && first.len() >= columns.len()
                && first.iter().take(columns.len()).all(|c| columns.contains(c))
        };
        const FEW: f64 = 1_000.0;
        !self.table.indexes.iter().any(|i| serves(&i)) && self.table.size.rows.is_none_or(|rows| rows > FEW)
    }

    /// Whether the table references itself.
    pub(crate) fn is_own(&self) -> bool {
        self.foreign.table == self.table.name
    }
}

/// Everything that references rows of a table that satisfy a condition, those that are deleted along first followed to
/// what references them.
///
/// # Errors
/// Where following comes back to a table it was at.
pub(crate) fn to_rows<'a>(
    context: &RecipeContext<'a>,
    table: &Name,
    condition: Option<&str>,
) -> Result<Vec<Reference<'a>>, PlanError> {
    let mut found = Vec::new();
    follow(context, &mut vec![table.clone()], condition, &mut found)?;
    Ok(found)
}

fn follow<'a>(
    context: &RecipeContext<'a>,
    path: &mut Vec<Name>,
    condition: Option<&str>,
    found: &mut Vec<Reference<'a>>,
) -> Result<(), PlanError> {
    let Some(target) = path.last().cloned() else { return Ok(()) };
    let catalog = context.catalog;
    for table in catalog.tables.iter().filter(|t| t.partition_of.is_none()) {
        let keys =
            table.constraints.iter().filter(|c| c.kind == ConstraintKind::ForeignKey && !c.not_enforced);
        for constraint in keys {
            let Some(foreign) = constraint.foreign.as_ref().filter(|f| f.table == target) else { continue };
            let reference = Reference {
                table,
                constraint,
                foreign,
                action: on_delete(constraint),
                going: condition.map(str::to_owned),
                condition: context.engine.references(
                    &constraint.columns,
                    (&foreign.table, &foreign.columns),
                    condition,
                ),
            };
            if reference.action == OnDelete::Cascades {
                if path.contains(&table.name) {
                    return Err(refuse(
                        format!(
                            "{} of {} deletes rows that reference deleted rows, in a circle ({})",
                            constraint.name,
                            table.name,
                            path.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ")
                        ),
                        "delete the rows furthest from the beginning first, with conditions of their own",
                    ));
                }
                path.push(table.name.clone());
                follow(context, path, Some(&reference.condition), found)?;
                path.pop();
            }
            found.push(reference);
        }
    }
    Ok(())
}

/// The action, as the server prints it in the constraint's definition.
fn on_delete(constraint: &Constraint) -> OnDelete {
    let Some((_, action)) = constraint.definition.split_once(" ON DELETE ") else { return OnDelete::Refuses };
    let columns = |word: &str| {
        let rest = action.strip_prefix(word)?;
        let listed = rest.strip_prefix(" (").and_then(|r| r.split_once(')')).map(|(inside, _)| inside);
        let is_listed =
            |c: &&String| listed.is_none_or(|l| l.split(", ").any(|n| n.trim_matches('"') == **c));
        Some(constraint.columns.iter().filter(is_listed).cloned().collect())
    };
    if action.starts_with("CASCADE") {
        return OnDelete::Cascades;
    }
    if let Some(columns) = columns("SET NULL") {
        return OnDelete::SetsNull(columns);
    }
    columns("SET DEFAULT").map_or(OnDelete::Refuses, OnDelete::SetsDefault)
}

/// Whether an index can be built on the table in one statement with nobody waiting.
pub(crate) fn can_be_indexed(table: &Table) -> bool {
    table.kind == TableKind::Table
}
