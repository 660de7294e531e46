//! Partitions coming and going.

use super::{ACCESS_EXCLUSIVE, ACCESS_SHARE, LockFact, SHARE_ROW_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE, fact};

pub(crate) const ATTACH_PARENT: LockFact =
    fact("ATTACH PARTITION", "the partitioned table", SHARE_UPDATE_EXCLUSIVE, "attach");
pub(crate) const ATTACH_ANCESTOR: LockFact =
    fact("ATTACH PARTITION", "the partitioned table's own parents", ACCESS_SHARE, "attach_below");
pub(crate) const ATTACH_CHILD: LockFact =
    fact("ATTACH PARTITION", "the table attached, and what is below it", ACCESS_EXCLUSIVE, "attach");
pub(crate) const ATTACH_DEFAULT: LockFact = fact(
    "ATTACH PARTITION",
    "the default partition, and what of it is read",
    ACCESS_EXCLUSIVE,
    "attach_beside_default",
);
pub(crate) const ATTACH_PARENT_INDEX: LockFact =
    fact("ATTACH PARTITION", "the partitioned table's indexes", SHARE_UPDATE_EXCLUSIVE, "attach_indexes");
pub(crate) const ATTACH_REFERENCED: LockFact = fact(
    "ATTACH PARTITION",
    "tables the partitioned table's foreign keys reference",
    SHARE_ROW_EXCLUSIVE,
    "attach_foreign_key",
);
/// The triggers of the table's own foreign key on the referenced table go.
pub(crate) const ATTACH_REFERENCED_BEFORE: LockFact = fact(
    "ATTACH PARTITION",
    "the referenced table, where the table attached has the foreign key already",
    ACCESS_EXCLUSIVE,
    "attach_foreign_key_taken_over",
);
pub(crate) const ATTACH_REFERENCING: LockFact = LockFact {
    later: &[(15, SHARE_ROW_EXCLUSIVE)],
    ..fact(
        "ATTACH PARTITION",
        "tables that reference the partitioned table",
        ACCESS_SHARE,
        "attach_referenced",
    )
};

pub(crate) const DETACH_PARENT: LockFact =
    fact("DETACH PARTITION", "the partitioned table", ACCESS_EXCLUSIVE, "detach");
pub(crate) const DETACH_CHILD: LockFact = LockFact {
    later: &[(14, ACCESS_EXCLUSIVE)],
    ..fact("DETACH PARTITION", "the partition", SHARE_UPDATE_EXCLUSIVE, "detach")
};
/// Of 13, where something of the partition is dropped.
pub(crate) const DETACH_CHILD_CHANGES: LockFact = fact(
    "DETACH PARTITION",
    "the partition, with row triggers or foreign keys that reference it",
    ACCESS_EXCLUSIVE,
    "detach_triggers",
);
pub(crate) const DETACH_DEFAULT: LockFact =
    fact("DETACH PARTITION", "the default partition", ACCESS_EXCLUSIVE, "detach_beside_default");
pub(crate) const DETACH_BELOW: LockFact =
    fact("DETACH PARTITION", "partitions of the partition", ACCESS_EXCLUSIVE, "detach_partitioned");
pub(crate) const DETACH_INDEX: LockFact =
    fact("DETACH PARTITION", "the partition's parts of indexes", ACCESS_EXCLUSIVE, "detach_indexes");
pub(crate) const DETACH_REFERENCED: LockFact = fact(
    "DETACH PARTITION",
    "tables the partition's foreign keys reference",
    SHARE_ROW_EXCLUSIVE,
    "detach_foreign_key",
);
pub(crate) const DETACH_REFERENCING: LockFact = fact(
    "DETACH PARTITION",
    "tables that reference the partitioned table",
    ACCESS_EXCLUSIVE,
    "detach_referenced",
);
pub(crate) const DETACH_CONCURRENTLY_PARENT: LockFact = fact(
    "DETACH PARTITION … CONCURRENTLY",
    "the partitioned table",
    SHARE_UPDATE_EXCLUSIVE,
    "detach_concurrently",
);
/// At the very end, when nobody uses it through its parent any more.
pub(crate) const DETACH_CONCURRENTLY_CHILD: LockFact =
    fact("DETACH PARTITION … CONCURRENTLY", "the partition", ACCESS_EXCLUSIVE, "detach_concurrently");

pub(crate) const ATTACH_INDEX_PARENT: LockFact = fact(
    "ALTER INDEX … ATTACH PARTITION",
    "the partitioned table's index",
    SHARE_UPDATE_EXCLUSIVE,
    "attach_index",
);
pub(crate) const ATTACH_INDEX_CHILD: LockFact =
    fact("ALTER INDEX … ATTACH PARTITION", "the index attached", ACCESS_EXCLUSIVE, "attach_index");
pub(crate) const ATTACH_INDEX_TABLE: LockFact =
    fact("ALTER INDEX … ATTACH PARTITION", "both tables", ACCESS_SHARE, "attach_index");

/// All rows of this family.
#[cfg(test)]
pub(super) const ALL: &[&LockFact] = &[
    &ATTACH_PARENT,
    &ATTACH_ANCESTOR,
    &ATTACH_CHILD,
    &ATTACH_DEFAULT,
    &ATTACH_PARENT_INDEX,
    &ATTACH_REFERENCED,
    &ATTACH_REFERENCED_BEFORE,
    &ATTACH_REFERENCING,
    &DETACH_PARENT,
    &DETACH_CHILD,
    &DETACH_CHILD_CHANGES,
    &DETACH_DEFAULT,
    &DETACH_BELOW,
    &DETACH_INDEX,
    &DETACH_REFERENCED,
    &DETACH_REFERENCING,
    &DETACH_CONCURRENTLY_PARENT,
    &DETACH_CONCURRENTLY_CHILD,
    &ATTACH_INDEX_PARENT,
    &ATTACH_INDEX_CHILD,
    &ATTACH_INDEX_TABLE,
];
