//! Work on whole relations.

use super::{
    ACCESS_EXCLUSIVE, ACCESS_SHARE, EXCLUSIVE, LockFact, NONE, ROW_EXCLUSIVE, SHARE, SHARE_UPDATE_EXCLUSIVE,
    fact,
};

pub(crate) const ANALYZE: LockFact = fact("ANALYZE", "the table", SHARE_UPDATE_EXCLUSIVE, "analyze");
pub(crate) const ANALYZE_INDEX: LockFact = fact("ANALYZE", "its indexes", ACCESS_SHARE, "analyze");
/// Partitions are analyzed with their parent; from 18 on so are tables that inherit.
pub(crate) const ANALYZE_HEIR: LockFact = LockFact {
    later: &[(18, SHARE_UPDATE_EXCLUSIVE)],
    ..fact("ANALYZE", "tables that inherit from it", ACCESS_SHARE, "analyze_inherits")
};
pub(crate) const ANALYZE_ONLY_BELOW: LockFact =
    fact("ANALYZE ONLY", "partitions and tables that inherit", ACCESS_SHARE, "analyze_only");

pub(crate) const VACUUM: LockFact = fact("VACUUM", "the table", SHARE_UPDATE_EXCLUSIVE, "vacuum");
pub(crate) const VACUUM_INDEX: LockFact = fact("VACUUM", "its indexes", ROW_EXCLUSIVE, "vacuum");
pub(crate) const VACUUM_TRUNCATES: LockFact =
    fact("VACUUM", "the table, if its last pages are empty", ACCESS_EXCLUSIVE, "vacuum_truncates");
pub(crate) const VACUUM_FULL: LockFact = fact("VACUUM FULL", "the table", ACCESS_EXCLUSIVE, "vacuum_full");
pub(crate) const VACUUM_FULL_INDEX: LockFact =
    fact("VACUUM FULL", "its indexes", ACCESS_EXCLUSIVE, "vacuum_full");

pub(crate) const CLUSTER: LockFact = fact("CLUSTER", "the table", ACCESS_EXCLUSIVE, "cluster");
pub(crate) const CLUSTER_INDEX: LockFact = fact("CLUSTER", "its indexes", ACCESS_EXCLUSIVE, "cluster");
pub(crate) const CLUSTER_PARENT_INDEX: LockFact =
    fact("CLUSTER", "the index of a partitioned table", ACCESS_SHARE, "cluster_partitioned");

pub(crate) const REINDEX: LockFact = fact("REINDEX", "the table", SHARE, "reindex_table");
pub(crate) const REINDEX_INDEX: LockFact = fact("REINDEX", "the index", ACCESS_EXCLUSIVE, "reindex_table");
pub(crate) const REINDEX_CONCURRENTLY: LockFact =
    fact("REINDEX CONCURRENTLY", "the table", SHARE_UPDATE_EXCLUSIVE, "reindex_table_concurrently");
/// At the very end, when nobody uses the old one any more.
pub(crate) const REINDEX_CONCURRENTLY_INDEX: LockFact =
    fact("REINDEX CONCURRENTLY", "the index", ACCESS_EXCLUSIVE, "reindex_table_concurrently");
/// The tree is looked through under this lock before its parts are rebuilt, concurrently or not.
pub(crate) const REINDEX_TREE: LockFact =
    fact("REINDEX", "a partitioned table, and what is below it", SHARE, "reindex_partitioned");
pub(crate) const REINDEX_TREE_INDEX: LockFact =
    fact("REINDEX INDEX", "an index of a partitioned table", ACCESS_EXCLUSIVE, "reindex_partitioned_index");

pub(crate) const REFRESH: LockFact =
    fact("REFRESH MATERIALIZED VIEW", "the view", ACCESS_EXCLUSIVE, "refresh");
pub(crate) const REFRESH_INDEX: LockFact =
    fact("REFRESH MATERIALIZED VIEW", "its indexes", ACCESS_EXCLUSIVE, "refresh");
pub(crate) const REFRESH_CONCURRENTLY: LockFact =
    fact("REFRESH MATERIALIZED VIEW CONCURRENTLY", "the view", EXCLUSIVE, "refresh_concurrently");
pub(crate) const REFRESH_CONCURRENTLY_INDEX: LockFact =
    fact("REFRESH MATERIALIZED VIEW CONCURRENTLY", "its indexes", ROW_EXCLUSIVE, "refresh_concurrently");

pub(crate) const TRUNCATE: LockFact = fact("TRUNCATE", "the table", ACCESS_EXCLUSIVE, "truncate");
pub(crate) const TRUNCATE_INDEX: LockFact = fact("TRUNCATE", "its indexes", ACCESS_EXCLUSIVE, "truncate");
pub(crate) const TRUNCATE_SEQUENCE: LockFact =
    fact("TRUNCATE … RESTART IDENTITY", "sequences its columns own", ACCESS_EXCLUSIVE, "truncate_restart");
/// Only 13 looks up the way from a partition to the top.
pub(crate) const TRUNCATE_PARENT: LockFact = LockFact {
    later: &[(14, NONE)],
    ..fact("TRUNCATE", "the parents of a partition", ACCESS_SHARE, "truncate_partition")
};

/// `ALTER TABLE` and `ALTER MATERIALIZED VIEW ALL IN TABLESPACE`.
pub(crate) const MOVE_TABLES: LockFact =
    fact("ALTER TABLE ALL IN TABLESPACE", "each table", ACCESS_EXCLUSIVE, "move_tablespace");
pub(crate) const MOVE_INDEXES: LockFact =
    fact("ALTER INDEX ALL IN TABLESPACE", "each index", ACCESS_EXCLUSIVE, "move_tablespace_indexes");

/// All rows of this family.
#[cfg(test)]
pub(super) const ALL: &[&LockFact] = &[
    &ANALYZE,
    &ANALYZE_INDEX,
    &ANALYZE_HEIR,
    &ANALYZE_ONLY_BELOW,
    &VACUUM,
    &VACUUM_INDEX,
    &VACUUM_TRUNCATES,
    &VACUUM_FULL,
    &VACUUM_FULL_INDEX,
    &CLUSTER,
    &CLUSTER_INDEX,
    &CLUSTER_PARENT_INDEX,
    &REINDEX,
    &REINDEX_INDEX,
    &REINDEX_CONCURRENTLY,
    &REINDEX_CONCURRENTLY_INDEX,
    &REINDEX_TREE,
    &REINDEX_TREE_INDEX,
    &REFRESH,
    &REFRESH_INDEX,
    &REFRESH_CONCURRENTLY,
    &REFRESH_CONCURRENTLY_INDEX,
    &TRUNCATE,
    &TRUNCATE_INDEX,
    &TRUNCATE_SEQUENCE,
    &TRUNCATE_PARENT,
    &MOVE_TABLES,
    &MOVE_INDEXES,
];
