//! What servers before some version do not know: they refuse the statement as no SQL.

use altimeter_catalog::{Catalog, Change, ColumnAction, ConstraintDefinition, ConstraintKind, TableAction};

/// Why a server of that version does not know the action.
pub(super) fn too_new(catalog: &Catalog, action: &Change) -> Option<String> {
    let major = catalog.server.major();
    let (what, since) = since(action)?;
    (major != 0 && major < since)
        .then(|| format!("{what} needs PostgreSQL {since}, and this server is {major}"))
}

fn since(action: &Change) -> Option<(&'static str, u32)> {
    match action {
        Change::AddColumn { column, .. } if column.generated.as_ref().is_some_and(|g| !g.stored) => {
            Some(("a virtual generated column", 18))
        }
        Change::AddConstraint { constraint, .. } => constraint_since(constraint),
        Change::AlterColumn { action: ColumnAction::SetExpression(_), .. } => Some(("SET EXPRESSION", 17)),
        Change::AlterColumn { action: ColumnAction::Compression, .. } => Some(("SET COMPRESSION", 14)),
        Change::AlterWhole { action, .. } => match action {
            TableAction::AccessMethod(None) => Some(("SET ACCESS METHOD DEFAULT", 17)),
            TableAction::AccessMethod(Some(_)) => Some(("SET ACCESS METHOD", 15)),
            TableAction::AlterConstraint { enforced: Some(_), .. } => Some(("[NOT] ENFORCED", 18)),
            TableAction::AlterConstraint { inherit: Some(_), .. } => {
                Some(("ALTER CONSTRAINT … [NO] INHERIT", 18))
            }
            _ => None,
        },
        _ => None,
    }
}

fn constraint_since(constraint: &ConstraintDefinition) -> Option<(&'static str, u32)> {
    let index = constraint.index.as_deref();
    if constraint.kind == ConstraintKind::NotNull {
        Some(("NOT NULL as a constraint with a name", 18))
    } else if constraint.not_enforced {
        Some(("NOT ENFORCED", 18))
    } else if constraint.kind != ConstraintKind::Exclusion && index.is_some_and(|i| i.method == "gist") {
        Some(("WITHOUT OVERLAPS", 18))
    } else if index.is_some_and(|i| i.nulls_not_distinct) {
        Some(("NULLS NOT DISTINCT", 15))
    } else {
        None
    }
}
