//! Constraints of tables.

use altimeter_catalog::{Constraint, ConstraintKind, ForeignKey, InspectError};

use super::answers::{Answers, Cells};
use super::drafts::Drafts;
use crate::queries;

/// Adds the constraints.
pub(super) fn add_constraints(drafts: &mut Drafts, answers: &Answers) -> Result<(), InspectError> {
    for row in answers.of(&queries::CONSTRAINTS) {
        // A kind this version does not know is left out: it belongs to a server newer than those supported.
        let Some(kind) = kind(row.get("kind")?) else { continue };
        if let Some(draft) = drafts.get_mut(row.get("table_id")?) {
            draft.table.constraints.push(constraint(row, kind)?);
        }
    }
    Ok(())
}

fn kind(letter: &str) -> Option<ConstraintKind> {
    Some(match letter {
        "p" => ConstraintKind::PrimaryKey,
        "u" => ConstraintKind::Unique,
        "c" => ConstraintKind::Check,
        "f" => ConstraintKind::ForeignKey,
        "x" => ConstraintKind::Exclusion,
        "n" => ConstraintKind::NotNull,
        "t" => ConstraintKind::Trigger,
        _ => return None,
    })
}

fn constraint(row: Cells<'_>, kind: ConstraintKind) -> Result<Constraint, InspectError> {
    let foreign_columns = row.list("foreign_columns")?;
    Ok(Constraint {
        comment: None,
        name: row.get("name")?,
        kind,
        columns: row.list("columns")?,
        definition: row.get::<Option<String>>("definition")?.unwrap_or_default(),
        validated: row.get("validated")?,
        deferrable: row.get("deferrable")?,
        deferred: row.get("deferred")?,
        no_inherit: row.get("no_inherit")?,
        inherited: row.get("inherited")?,
        not_enforced: row.get("not_enforced")?,
        foreign: row
            .name_if_any("foreign_schema", "foreign_table")?
            .map(|table| ForeignKey { table, columns: foreign_columns }),
        index: row.get("index_name")?,
    })
}
