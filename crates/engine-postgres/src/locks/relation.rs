//! Relations, indexes, types and schemas made, dropped, renamed, moved.

use super::{ACCESS_EXCLUSIVE, LockFact, SHARE, SHARE_UPDATE_EXCLUSIVE, fact};

pub(crate) const CREATE_INDEX: LockFact = fact("CREATE INDEX", "the table", SHARE, "create_index");
pub(crate) const CREATE_INDEX_CONCURRENTLY: LockFact =
    fact("CREATE INDEX CONCURRENTLY", "the table", SHARE_UPDATE_EXCLUSIVE, "create_index_concurrently");
pub(crate) const DROP_INDEX: LockFact = fact("DROP INDEX", "the table", ACCESS_EXCLUSIVE, "drop_index");
pub(crate) const DROP_INDEX_CONCURRENTLY: LockFact =
    fact("DROP INDEX CONCURRENTLY", "the table", SHARE_UPDATE_EXCLUSIVE, "drop_index_concurrently");

/// All rows of this family.
#[cfg(test)]
pub(super) const ALL: &[&LockFact] =
    &[&CREATE_INDEX, &CREATE_INDEX_CONCURRENTLY, &DROP_INDEX, &DROP_INDEX_CONCURRENTLY];
