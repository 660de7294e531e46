//! Relations, indexes, types and schemas made, dropped, renamed, moved.

use super::{
    ACCESS_EXCLUSIVE, ACCESS_SHARE, LockFact, NONE, SHARE, SHARE_ROW_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE, fact,
};

pub(crate) const REFERENCES: LockFact = fact(
    "CREATE TABLE … REFERENCES",
    "the referenced table and its partitions",
    SHARE_ROW_EXCLUSIVE,
    "create_table_references",
);
pub(crate) const INHERITS: LockFact =
    fact("CREATE TABLE … INHERITS", "the parent", SHARE_UPDATE_EXCLUSIVE, "create_table_inherits");
pub(crate) const LIKE: LockFact =
    fact("CREATE TABLE … LIKE", "the relation copied", ACCESS_SHARE, "create_table_like");
pub(crate) const AS_NO_DATA: LockFact = fact(
    "CREATE TABLE … AS … WITH NO DATA",
    "relations the query names",
    ACCESS_SHARE,
    "create_table_as_no_data",
);
pub(crate) const PARTITION_OF: LockFact =
    fact("CREATE TABLE … PARTITION OF", "the partitioned table", ACCESS_EXCLUSIVE, "create_partition");
pub(crate) const PARTITION_OF_DEFAULT: LockFact = fact(
    "CREATE TABLE … PARTITION OF",
    "the default partition, and the partitions of that",
    ACCESS_EXCLUSIVE,
    "create_partition",
);
pub(crate) const PARTITION_OF_INDEX: LockFact = fact(
    "CREATE TABLE … PARTITION OF",
    "indexes of the partitioned table",
    SHARE_UPDATE_EXCLUSIVE,
    "create_partition",
);
pub(crate) const PARTITION_OF_REFERENCED: LockFact = fact(
    "CREATE TABLE … PARTITION OF",
    "tables the parent's foreign keys reference",
    SHARE_ROW_EXCLUSIVE,
    "create_partition_foreign_key",
);
/// Up to 14 the other table was only looked at.
pub(crate) const PARTITION_OF_REFERENCING: LockFact = LockFact {
    later: &[(15, SHARE_ROW_EXCLUSIVE)],
    ..fact(
        "CREATE TABLE … PARTITION OF",
        "tables whose foreign keys reference the parent",
        ACCESS_SHARE,
        "create_partition_referenced",
    )
};
pub(crate) const CREATE_INDEX: LockFact =
    fact("CREATE INDEX", "the table and its partitions", SHARE, "create_index");
pub(crate) const CREATE_INDEX_ATTACHED: LockFact =
    fact("CREATE INDEX", "an index of a partition that fits", SHARE, "create_index_attached");
pub(crate) const CREATE_INDEX_CONCURRENTLY: LockFact =
    fact("CREATE INDEX CONCURRENTLY", "the table", SHARE_UPDATE_EXCLUSIVE, "create_index_concurrently");
pub(crate) const DROP_INDEX_CONCURRENTLY: LockFact =
    fact("DROP INDEX CONCURRENTLY", "the table", SHARE_UPDATE_EXCLUSIVE, "drop_index_concurrently");
pub(crate) const DROP: LockFact =
    fact("DROP", "a relation that goes, and its indexes and sequences", ACCESS_EXCLUSIVE, "drop_table");
pub(crate) const DROP_INDEX: LockFact = fact("DROP INDEX", "the table", ACCESS_EXCLUSIVE, "drop_index");
pub(crate) const DROP_PART: LockFact = fact(
    "DROP",
    "the table of a column, default, constraint, policy or rule that goes",
    ACCESS_EXCLUSIVE,
    "drop_cascade",
);
pub(crate) const DROP_TRIGGER: LockFact = fact("DROP TRIGGER", "the table", ACCESS_EXCLUSIVE, "drop_trigger");
pub(crate) const DROP_FOREIGN_KEY: LockFact =
    fact("DROP", "the other table of a foreign key that goes", ACCESS_EXCLUSIVE, "drop_table_foreign_key");
pub(crate) const DROP_PARTITION: LockFact = fact(
    "DROP TABLE",
    "the parent of a partition, and its default partition",
    ACCESS_EXCLUSIVE,
    "drop_partition",
);
pub(crate) const RENAME: LockFact =
    fact("ALTER … RENAME TO", "the relation", ACCESS_EXCLUSIVE, "rename_table");
pub(crate) const RENAME_INDEX: LockFact =
    fact("ALTER INDEX … RENAME TO", "the index", SHARE_UPDATE_EXCLUSIVE, "rename_index");
pub(crate) const SET_SCHEMA: LockFact =
    fact("ALTER … SET SCHEMA", "the relation and its sequences", ACCESS_EXCLUSIVE, "set_schema");
pub(crate) const CREATE_VIEW: LockFact =
    fact("CREATE VIEW", "relations the query names", ACCESS_SHARE, "create_view");
pub(crate) const REPLACE_VIEW: LockFact =
    fact("CREATE OR REPLACE VIEW", "the view that is there", ACCESS_EXCLUSIVE, "replace_view");
pub(crate) const ALTER_SEQUENCE: LockFact =
    fact("ALTER SEQUENCE", "the sequence", SHARE_ROW_EXCLUSIVE, "alter_sequence");
pub(crate) const ALTER_SEQUENCE_OWNER: LockFact =
    fact("ALTER SEQUENCE … OWNER TO, SET LOGGED", "the sequence", ACCESS_EXCLUSIVE, "alter_sequence_owner");
pub(crate) const SEQUENCE_OWNED_BY: LockFact =
    fact("CREATE and ALTER SEQUENCE … OWNED BY", "the table", ACCESS_SHARE, "sequence_owned_by");
pub(crate) const ALTER_INDEX: LockFact = fact("ALTER INDEX", "the index", ACCESS_EXCLUSIVE, "alter_index");
pub(crate) const ALTER_INDEX_ONLINE: LockFact = fact(
    "ALTER INDEX … SET (fillfactor, deduplicate_items), SET STATISTICS",
    "the index",
    SHARE_UPDATE_EXCLUSIVE,
    "alter_index_online",
);
pub(crate) const ALTER_TYPE: LockFact =
    fact("ALTER TYPE of an enum, RENAME, SET SCHEMA", "any table", NONE, "alter_type");
pub(crate) const ALTER_COMPOSITE: LockFact =
    fact("ALTER TYPE … ATTRIBUTE … CASCADE", "tables of the type", ACCESS_EXCLUSIVE, "alter_composite");
pub(crate) const DOMAIN_CHECKED: LockFact = fact(
    "ALTER DOMAIN … ADD CONSTRAINT, VALIDATE CONSTRAINT, SET NOT NULL",
    "tables with a column of the domain",
    SHARE,
    "alter_domain",
);
pub(crate) const RENAME_SCHEMA: LockFact =
    fact("ALTER SCHEMA … RENAME TO", "any table", NONE, "rename_schema");

/// All rows of this family.
#[cfg(test)]
pub(super) const ALL: &[&LockFact] = &[
    &REFERENCES,
    &INHERITS,
    &LIKE,
    &AS_NO_DATA,
    &PARTITION_OF,
    &PARTITION_OF_DEFAULT,
    &PARTITION_OF_INDEX,
    &PARTITION_OF_REFERENCED,
    &PARTITION_OF_REFERENCING,
    &CREATE_INDEX,
    &CREATE_INDEX_ATTACHED,
    &CREATE_INDEX_CONCURRENTLY,
    &DROP_INDEX_CONCURRENTLY,
    &DROP,
    &DROP_INDEX,
    &DROP_PART,
    &DROP_TRIGGER,
    &DROP_FOREIGN_KEY,
    &DROP_PARTITION,
    &RENAME,
    &RENAME_INDEX,
    &SET_SCHEMA,
    &CREATE_VIEW,
    &REPLACE_VIEW,
    &ALTER_SEQUENCE,
    &ALTER_SEQUENCE_OWNER,
    &SEQUENCE_OWNED_BY,
    &ALTER_INDEX,
    &ALTER_INDEX_ONLINE,
    &ALTER_TYPE,
    &ALTER_COMPOSITE,
    &DOMAIN_CHECKED,
    &RENAME_SCHEMA,
];
