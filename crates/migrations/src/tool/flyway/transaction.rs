//! Whether Flyway wraps a script in a transaction.

use crate::place::{Place, property};
use crate::source::Source;
use crate::{TransactionRule, statements};

/// What Flyway does, with a note on the script where it refuses or never ends.
pub(super) fn rule(file: &mut Source, place: &Place) -> TransactionRule {
    let own = file.text_beside(&format!("{}.conf", file.name()));
    let own = own.and_then(|text| property(&text, "executeInTransaction"));
    let configured = own.or_else(|| place.flyway("executeInTransaction"));
    let kinds: Vec<bool> =
        statements::beginnings(&file.text).iter().map(|s| refuses_transaction(s)).collect();
    let refused = kinds.contains(&true);
    if refused && statements::beginnings(&file.text).iter().any(|s| s.contains(" INDEX CONCURRENTLY ")) {
        hangs(file, place);
    }
    if configured.as_deref() == Some("false") {
        return TransactionRule::Each;
    }
    if refused && kinds.contains(&false) && place.flyway("mixed").as_deref() != Some("true") {
        file.notes.push(
            "Flyway refuses it: it mixes statements that need a transaction with such that must not be in one, and \
             mixed is not set; put them into scripts of their own"
                .to_owned(),
        );
    }
    match refused {
        true => TransactionRule::Each,
        false => TransactionRule::One,
    }
}

/// Flyway holds its own lock in a transaction of another connection, for which a concurrent build of an index waits
/// forever (issues 3497 and 3682 of flyway/flyway).
fn hangs(file: &mut Source, place: &Place) {
    if place.flyway("postgresql.transactional.lock").as_deref() != Some("false") {
        file.notes.push(
            "CREATE INDEX CONCURRENTLY waits forever for Flyway's own lock unless flyway.postgresql.transactional.lock is \
             false"
                .to_owned(),
        );
    }
}

/// Whether Flyway takes a statement for one that cannot run in a transaction.
fn refuses_transaction(statement: &str) -> bool {
    let words: Vec<&str> = statement.split(' ').collect();
    matches!(
        words.as_slice(),
        ["CREATE" | "DROP", "DATABASE" | "TABLESPACE" | "SUBSCRIPTION", ..]
            | ["ALTER", "SYSTEM", ..]
            | ["CREATE" | "DROP", "INDEX", "CONCURRENTLY", ..]
            | ["CREATE" | "DROP", "UNIQUE", "INDEX", "CONCURRENTLY", ..]
            | ["REINDEX", "SCHEMA" | "DATABASE" | "SYSTEM", ..]
            | ["REINDEX", "VERBOSE", "SCHEMA" | "DATABASE" | "SYSTEM", ..]
            | ["VACUUM", ..]
            | ["DISCARD", "ALL", ..]
    )
}
