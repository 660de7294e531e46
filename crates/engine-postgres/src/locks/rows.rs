//! Rows read and written.

use super::{ACCESS_SHARE, LockFact, NONE, ROW_EXCLUSIVE, ROW_SHARE, fact};

pub(crate) const SELECT: LockFact = fact("SELECT", "the table", ACCESS_SHARE, "select");
/// Planning opens every index, whether it is used or not.
pub(crate) const SELECT_INDEX: LockFact = fact("SELECT", "its indexes", ACCESS_SHARE, "select");
/// From 16 on the planner looks at a partitioned table's own indexes too.
pub(crate) const PARENT_INDEX: LockFact = LockFact {
    later: &[(16, ACCESS_SHARE)],
    ..fact("SELECT", "the indexes of a partitioned table", NONE, "select_partitions")
};
pub(crate) const SELECT_FOR_UPDATE: LockFact =
    fact("SELECT … FOR UPDATE", "the table and its indexes", ROW_SHARE, "select_for_update");

pub(crate) const INSERT: LockFact = fact("INSERT", "the table", ROW_EXCLUSIVE, "insert");
/// The indexes are opened for each row's entry and let go at the statement's end.
pub(crate) const INSERT_INDEX: LockFact = fact("INSERT", "its indexes", NONE, "insert");
pub(crate) const INSERT_ON_CONFLICT_INDEX: LockFact =
    fact("INSERT … ON CONFLICT (…)", "its indexes", ROW_EXCLUSIVE, "insert_on_conflict");
pub(crate) const INSERT_PARTITION: LockFact =
    fact("INSERT", "the partitions that rows go to", ROW_EXCLUSIVE, "insert_partitions");
pub(crate) const NEXTVAL: LockFact =
    fact("INSERT", "sequences that defaults draw from", ROW_EXCLUSIVE, "insert_default");

pub(crate) const UPDATE: LockFact =
    fact("UPDATE, DELETE, MERGE", "the table and its indexes", ROW_EXCLUSIVE, "update_rows");
pub(crate) const MOVED_ROWS: LockFact =
    fact("UPDATE", "the partitions that rows move to", ROW_EXCLUSIVE, "update_partition_key");

pub(crate) const REFERENCED: LockFact = fact(
    "INSERT, UPDATE",
    "tables that a foreign key references, and their indexes",
    ROW_SHARE,
    "insert_foreign_key",
);
pub(crate) const REFERENCING: LockFact = fact(
    "UPDATE, DELETE",
    "tables whose foreign key references it, and their indexes",
    ROW_SHARE,
    "delete_referenced",
);
pub(crate) const REFERENCING_FOLLOWS: LockFact = fact(
    "UPDATE, DELETE",
    "tables whose foreign key cascades or is set NULL, and their indexes",
    ROW_EXCLUSIVE,
    "delete_cascades",
);

pub(crate) const COPY_TO: LockFact = fact("COPY … TO", "the table", ACCESS_SHARE, "copy_to");
pub(crate) const COPY_TO_INDEX: LockFact = fact("COPY … TO", "its indexes", NONE, "copy_to");

/// All rows of this family.
#[cfg(test)]
pub(super) const ALL: &[&LockFact] = &[
    &SELECT,
    &SELECT_INDEX,
    &PARENT_INDEX,
    &SELECT_FOR_UPDATE,
    &INSERT,
    &INSERT_INDEX,
    &INSERT_ON_CONFLICT_INDEX,
    &INSERT_PARTITION,
    &NEXTVAL,
    &UPDATE,
    &MOVED_ROWS,
    &REFERENCED,
    &REFERENCING,
    &REFERENCING_FOLLOWS,
    &COPY_TO,
    &COPY_TO_INDEX,
];
