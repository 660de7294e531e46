//! The lock table: which lock each statement takes on what, proved on servers.
//!
//! One row is one [`LockFact`]; the families are the files under `locks/`. Source beside the claims: manual,
//! "Explicit Locking" and the notes of `ALTER TABLE`
//! (<https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES>).

pub(crate) mod alter;
pub(crate) mod maintenance;
pub(crate) mod object;
pub(crate) mod partition;
pub(crate) mod relation;
pub(crate) mod rows;

use altimeter_catalog::{Catalog, LockMode};

/// One row: a statement, and the lock it takes on one kind of relation.
pub(crate) struct LockFact {
    /// The statement as the manual writes it: `ALTER TABLE … ADD COLUMN`.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the tests and by people"))]
    pub(crate) statement: &'static str,
    /// What is locked, and when: `the table`, `the referenced table`, `the default partition, if there is one`.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the tests and by people"))]
    pub(crate) on: &'static str,
    /// The mode on the oldest version; none where no lock is taken.
    pub(crate) mode: Option<LockMode>,
    /// Other modes, each from a major version on.
    pub(crate) later: &'static [(u32, Option<LockMode>)],
    /// The file under `tests/claims/postgres/` that proves it on servers.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the tests and by people"))]
    pub(crate) claim: &'static str,
}

impl LockFact {
    /// The mode on that catalog's server.
    pub(crate) fn on_server(&self, catalog: &Catalog) -> Option<LockMode> {
        let major = catalog.server.major();
        self.later.iter().rev().find(|(since, _)| major >= *since).map_or(self.mode, |(_, mode)| *mode)
    }
}

/// A row that holds on all versions.
const fn fact(
    statement: &'static str,
    on: &'static str,
    mode: Option<LockMode>,
    claim: &'static str,
) -> LockFact {
    LockFact { statement, on, mode, later: &[], claim }
}

const NONE: Option<LockMode> = None;
const ACCESS_SHARE: Option<LockMode> = Some(LockMode::AccessShare);
const ROW_SHARE: Option<LockMode> = Some(LockMode::RowShare);
const ROW_EXCLUSIVE: Option<LockMode> = Some(LockMode::RowExclusive);
const SHARE_UPDATE_EXCLUSIVE: Option<LockMode> = Some(LockMode::ShareUpdateExclusive);
const SHARE: Option<LockMode> = Some(LockMode::Share);
const SHARE_ROW_EXCLUSIVE: Option<LockMode> = Some(LockMode::ShareRowExclusive);
const EXCLUSIVE: Option<LockMode> = Some(LockMode::Exclusive);
const ACCESS_EXCLUSIVE: Option<LockMode> = Some(LockMode::AccessExclusive);

/// All rows.
#[cfg(test)]
fn all() -> impl Iterator<Item = &'static LockFact> {
    [alter::ALL, maintenance::ALL, object::ALL, partition::ALL, relation::ALL, rows::ALL].concat().into_iter()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_fact_has_its_claim() {
        let claims = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/claims/postgres");
        for fact in all() {
            let file = claims.join(format!("{}.sql", fact.claim));
            let (statement, on) = (fact.statement, fact.on);
            assert!(file.is_file(), "{statement} on {on}: {} is missing", file.display());
        }
        for file in std::fs::read_dir(&claims).unwrap() {
            let name = file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
            assert!(all().any(|f| f.claim == name), "no fact claims {name}.sql");
        }
    }

    #[test]
    fn later_versions_are_in_order() {
        for fact in all() {
            assert!(fact.later.is_sorted_by_key(|(since, _)| *since), "{}", fact.statement);
        }
    }
}
