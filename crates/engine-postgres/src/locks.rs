//! The lock table: which lock each kind of change takes on its table, proved on servers.
//!
//! `claim` names the SQL file under `tests/claims/postgres/` that shows it on the oldest and the newest server.

use altimeter_catalog::{Change, LockMode};

/// One fact: a kind of change and the lock it takes on the table it is about.
pub(crate) struct LockFact {
    /// The kind of change.
    pub(crate) action: Action,
    /// The lock; none where no lock on any table is taken.
    pub(crate) mode: Option<LockMode>,
    /// The file that proves it.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test that demands the claims"))]
    pub(crate) claim: &'static str,
}

/// Kinds of change as far as locks are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    AddColumn,
    DropColumn,
    RenameColumn,
    SetNotNull,
    DropNotNull,
    SetDefault,
    DropDefault,
    AddConstraint,
    ValidateConstraint,
    DropConstraint,
    CreateIndex,
    CreateIndexConcurrently,
    DropIndex,
    DropIndexConcurrently,
    CreateFunction,
    DropFunction,
    CreateTrigger,
    DropTrigger,
    GrantColumn,
    Analyze,
    UpdateRows,
}

const fn fact(action: Action, mode: Option<LockMode>, claim: &'static str) -> LockFact {
    LockFact { action, mode, claim }
}

/// All facts. Source beside the claims: manual, "Explicit Locking" and the notes of `ALTER TABLE`
/// (<https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES>).
pub(crate) const FACTS: &[LockFact] = &[
    fact(Action::AddColumn, Some(LockMode::AccessExclusive), "add_column"),
    fact(Action::DropColumn, Some(LockMode::AccessExclusive), "drop_column"),
    fact(Action::RenameColumn, Some(LockMode::AccessExclusive), "rename_column"),
    fact(Action::SetNotNull, Some(LockMode::AccessExclusive), "set_not_null"),
    fact(Action::DropNotNull, Some(LockMode::AccessExclusive), "drop_not_null"),
    fact(Action::SetDefault, Some(LockMode::AccessExclusive), "set_default"),
    fact(Action::DropDefault, Some(LockMode::AccessExclusive), "drop_default"),
    fact(Action::AddConstraint, Some(LockMode::AccessExclusive), "add_check"),
    fact(Action::ValidateConstraint, Some(LockMode::ShareUpdateExclusive), "validate_check"),
    fact(Action::DropConstraint, Some(LockMode::AccessExclusive), "drop_constraint"),
    fact(Action::CreateIndex, Some(LockMode::Share), "create_index"),
    fact(Action::CreateIndexConcurrently, Some(LockMode::ShareUpdateExclusive), "create_index_concurrently"),
    fact(Action::DropIndex, Some(LockMode::AccessExclusive), "drop_index"),
    fact(Action::DropIndexConcurrently, Some(LockMode::ShareUpdateExclusive), "drop_index_concurrently"),
    fact(Action::CreateFunction, None, "create_function"),
    fact(Action::DropFunction, None, "drop_function"),
    fact(Action::CreateTrigger, Some(LockMode::ShareRowExclusive), "create_trigger"),
    fact(Action::DropTrigger, Some(LockMode::AccessExclusive), "drop_trigger"),
    fact(Action::GrantColumn, None, "grant_column"),
    fact(Action::Analyze, Some(LockMode::ShareUpdateExclusive), "analyze"),
    fact(Action::UpdateRows, Some(LockMode::RowExclusive), "update_rows"),
];

/// The lock a kind of change takes on its table.
pub(crate) fn lock_of(action: Action) -> Option<LockMode> {
    FACTS.iter().find(|f| f.action == action).and_then(|f| f.mode)
}

/// The kind of a change; none for several at once.
pub(crate) fn action_of(change: &Change) -> Option<Action> {
    Some(match change {
        Change::AddColumn { .. } => Action::AddColumn,
        Change::DropColumn { .. } => Action::DropColumn,
        Change::RenameColumn { .. } => Action::RenameColumn,
        Change::SetNotNull { .. } => Action::SetNotNull,
        Change::DropNotNull { .. } => Action::DropNotNull,
        Change::SetDefault { .. } => Action::SetDefault,
        Change::DropDefault { .. } => Action::DropDefault,
        Change::AddConstraint { .. } => Action::AddConstraint,
        Change::ValidateConstraint { .. } => Action::ValidateConstraint,
        Change::DropConstraint { .. } => Action::DropConstraint,
        Change::CreateIndex { concurrently: false, .. } => Action::CreateIndex,
        Change::CreateIndex { concurrently: true, .. } => Action::CreateIndexConcurrently,
        Change::DropIndex { concurrently: false, .. } => Action::DropIndex,
        Change::DropIndex { concurrently: true, .. } => Action::DropIndexConcurrently,
        Change::CreateFunction(_) => Action::CreateFunction,
        Change::DropFunction { .. } => Action::DropFunction,
        Change::CreateTrigger(_) => Action::CreateTrigger,
        Change::DropTrigger { .. } => Action::DropTrigger,
        Change::GrantColumn { .. } => Action::GrantColumn,
        Change::Analyze { .. } => Action::Analyze,
        Change::Backfill(_) | Change::UpdateRows { .. } => Action::UpdateRows,
        Change::Together(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_fact_has_its_claim() {
        let claims = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/claims/postgres");
        for fact in FACTS {
            let file = claims.join(format!("{}.sql", fact.claim));
            assert!(file.is_file(), "{} is missing", file.display());
        }
        for file in std::fs::read_dir(&claims).unwrap() {
            let name = file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
            assert!(FACTS.iter().any(|f| f.claim == name), "no fact claims {name}.sql");
        }
    }
}
