//! `ALTER TABLE`: its actions in the order in which the server carries them out, under the strongest of their locks.
//!
//! What the tables have to go through — written anew, read, indexes built, foreign keys compared — is gathered while
//! the actions are carried out and happens once, at the end, as in the server (`ATRewriteTables` in its source).

mod column;
mod constraint;
mod foreign_key;
mod heirs;
mod retype;
mod whole;
mod work;

use altimeter_catalog::{AlterTable, Catalog, Change, ColumnAction, Effect, Name, TableAction, TableKind};

use crate::locks::{LockFact, alter as facts};
use work::Work;

/// An action that is a statement by itself.
pub(super) fn one(catalog: &Catalog, action: &Change, effect: &mut Effect) {
    if let Some(table) = action.tables().first() {
        carry_out(catalog, table, true, std::slice::from_ref(action), effect);
    }
}

/// Several actions of one statement.
pub(super) fn several(catalog: &Catalog, it: &AlterTable, effect: &mut Effect) {
    if it.if_exists && !catalog.has_relation(&it.table) {
        return;
    }
    carry_out(catalog, &it.table, !it.only, &it.actions, effect);
}

fn carry_out(catalog: &Catalog, table: &Name, recurse: bool, actions: &[Change], effect: &mut Effect) {
    let refused = actions.iter().find_map(|a| not_for(catalog, table, a));
    let modes = actions.iter().filter_map(|a| main_fact(a)?.on_server(catalog));
    let Some(mode) = modes.max() else { return };
    let mut work = Work::new(catalog, table, recurse, mode, effect);
    work.fail(refused);
    retype::prepare(&mut work, actions);
    for action in actions {
        match action {
            Change::AddConstraint { constraint, .. } => constraint::added(&mut work, constraint),
            Change::ValidateConstraint { name, .. } => constraint::validated(&mut work, name),
            Change::DropConstraint { name, .. } => constraint::dropped(&mut work, name),
            Change::AlterWhole { action, .. } => whole::altered(&mut work, action),
            Change::AlterColumn {
                column, action: ColumnAction::Type { type_name, collation, .. }, ..
            } => {
                retype::carried_out(&mut work, column, type_name, collation.as_deref());
            }
            other => column::altered(&mut work, other),
        }
        work.apply(action);
    }
    work.finish();
}

/// The row of the lock table that says which lock an action takes on the table it is about.
fn main_fact(action: &Change) -> Option<&'static LockFact> {
    Some(match action {
        Change::AddColumn { .. } => &facts::ADD_COLUMN,
        Change::DropColumn { .. } => &facts::DROP_COLUMN,
        Change::RenameColumn { .. } => &facts::RENAME_COLUMN,
        Change::SetNotNull { .. } => &facts::SET_NOT_NULL,
        Change::DropNotNull { .. } => &facts::DROP_NOT_NULL,
        Change::SetDefault { .. } => &facts::SET_DEFAULT,
        Change::DropDefault { .. } => &facts::DROP_DEFAULT,
        Change::AddConstraint { constraint, .. } => constraint::main_fact(constraint.kind),
        Change::ValidateConstraint { .. } => &facts::VALIDATE_CHECK,
        Change::DropConstraint { .. } => &facts::DROP_CONSTRAINT,
        Change::AlterColumn { action, .. } => match action {
            ColumnAction::Type { .. } => &facts::ALTER_TYPE,
            ColumnAction::Statistics => &facts::SET_STATISTICS,
            ColumnAction::Options => &facts::SET_COLUMN_OPTIONS,
            ColumnAction::Storage | ColumnAction::Compression => &facts::SET_STORAGE,
            ColumnAction::SetExpression(_) => &facts::SET_EXPRESSION,
            ColumnAction::DropExpression { .. } => &facts::DROP_EXPRESSION,
            ColumnAction::AddIdentity(_)
            | ColumnAction::SetIdentity { .. }
            | ColumnAction::DropIdentity { .. } => &facts::SET_IDENTITY,
            ColumnAction::ForeignOptions => &facts::FOREIGN_OPTIONS,
        },
        Change::AlterWhole { action, .. } => whole::main_fact(action),
        _ => return None,
    })
}

/// Why the server does not do such a thing to a relation of that kind (`ATSimplePermissions` in its source).
fn not_for(catalog: &Catalog, table: &Name, action: &Change) -> Option<String> {
    let of_table = catalog.table(table).map(|t| t.kind);
    let what = match of_table {
        Some(TableKind::Table) => return None,
        Some(TableKind::PartitionedTable) => "a partitioned table",
        Some(TableKind::ForeignTable) => "a foreign table",
        Some(TableKind::MaterializedView) => "a materialized view",
        None if catalog.view(table).is_some() => "a view",
        None if catalog.index(table).is_some() => "an index",
        None if catalog.sequences.iter().any(|s| &s.name == table) => "a sequence",
        None => return Some(format!("table {table} does not exist")),
    };
    let allowed = match of_table {
        Some(TableKind::PartitionedTable) => for_partitioned(catalog, action),
        Some(TableKind::ForeignTable) => for_foreign(action),
        Some(_) => for_materialized_view(action),
        None if what == "an index" => for_index(action),
        None => for_view(action),
    };
    (!allowed).then(|| format!("this cannot be done to {table}, which is {what}"))
}

fn for_partitioned(catalog: &Catalog, action: &Change) -> bool {
    let Change::AlterWhole { action, .. } = action else { return true };
    match action {
        TableAction::ClusterOn(_) | TableAction::WithoutCluster | TableAction::Parameters(_) => false,
        TableAction::Logged(_) => catalog.server.major() < 18,
        TableAction::AccessMethod(_) => catalog.server.major() >= 17,
        TableAction::Inherit(_) | TableAction::NoInherit(_) => false,
        _ => true,
    }
}

fn for_foreign(action: &Change) -> bool {
    match action {
        Change::AddConstraint { constraint, .. } => {
            constraint.index.is_none() && constraint.using_index.is_none() && constraint.foreign.is_none()
        }
        Change::AlterWhole { action, .. } => !matches!(
            action,
            TableAction::Logged(_)
                | TableAction::Tablespace(_)
                | TableAction::AccessMethod(_)
                | TableAction::ClusterOn(_)
                | TableAction::WithoutCluster
                | TableAction::ReplicaIdentity(_)
                | TableAction::RowSecurity { .. }
        ),
        _ => true,
    }
}

fn for_materialized_view(action: &Change) -> bool {
    match action {
        Change::RenameColumn { .. } => true,
        Change::AlterColumn { action, .. } => matches!(
            action,
            ColumnAction::Statistics
                | ColumnAction::Storage
                | ColumnAction::Compression
                | ColumnAction::Options
        ),
        Change::AlterWhole { action, .. } => matches!(
            action,
            TableAction::Parameters(_)
                | TableAction::ClusterOn(_)
                | TableAction::WithoutCluster
                | TableAction::Tablespace(_)
                | TableAction::AccessMethod(_)
                | TableAction::Owner(_)
        ),
        _ => false,
    }
}

fn for_index(action: &Change) -> bool {
    match action {
        Change::AlterColumn { action, .. } => {
            matches!(action, ColumnAction::Statistics | ColumnAction::Options)
        }
        Change::AlterWhole { action, .. } => {
            matches!(action, TableAction::Parameters(_) | TableAction::Tablespace(_) | TableAction::Owner(_))
        }
        _ => false,
    }
}

fn for_view(action: &Change) -> bool {
    match action {
        Change::RenameColumn { .. } | Change::SetDefault { .. } | Change::DropDefault { .. } => true,
        Change::AlterWhole { action, .. } => {
            matches!(action, TableAction::Parameters(_) | TableAction::Owner(_) | TableAction::Logged(_))
        }
        _ => false,
    }
}
