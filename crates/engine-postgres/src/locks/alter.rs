//! `ALTER TABLE`, partitions left out.
//!
//! The locks of an action on the table itself hold for the tables below it, too, where it reaches them.

use super::{
    ACCESS_EXCLUSIVE, ACCESS_SHARE, LockFact, NONE, ROW_EXCLUSIVE, SHARE, SHARE_ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE, fact,
};

// Columns

pub(crate) const ADD_COLUMN: LockFact =
    fact("ALTER TABLE … ADD COLUMN", "the table", ACCESS_EXCLUSIVE, "add_column");
pub(crate) const ADD_COLUMN_SEQUENCE: LockFact = fact(
    "ALTER TABLE … ADD COLUMN … DEFAULT nextval(…)",
    "the sequence",
    ROW_EXCLUSIVE,
    "add_column_nextval",
);
pub(crate) const DROP_COLUMN: LockFact =
    fact("ALTER TABLE … DROP COLUMN", "the table", ACCESS_EXCLUSIVE, "drop_column");
pub(crate) const DROP_COLUMN_INDEX: LockFact =
    fact("ALTER TABLE … DROP COLUMN", "indexes that read it", ACCESS_EXCLUSIVE, "drop_column_dependants");
pub(crate) const DROP_COLUMN_SEQUENCE: LockFact =
    fact("ALTER TABLE … DROP COLUMN", "sequences it owns", ACCESS_EXCLUSIVE, "drop_column_dependants");
pub(crate) const DROP_COLUMN_VIEW: LockFact = fact(
    "ALTER TABLE … DROP COLUMN … CASCADE",
    "views that need it, with their indexes",
    ACCESS_EXCLUSIVE,
    "drop_column_dependants",
);
pub(crate) const RENAME_COLUMN: LockFact =
    fact("ALTER TABLE … RENAME COLUMN", "the table", ACCESS_EXCLUSIVE, "rename_column");
pub(crate) const SET_NOT_NULL: LockFact =
    fact("ALTER TABLE … ALTER COLUMN … SET NOT NULL", "the table", ACCESS_EXCLUSIVE, "set_not_null");
pub(crate) const DROP_NOT_NULL: LockFact =
    fact("ALTER TABLE … ALTER COLUMN … DROP NOT NULL", "the table", ACCESS_EXCLUSIVE, "drop_not_null");
pub(crate) const SET_DEFAULT: LockFact =
    fact("ALTER TABLE … ALTER COLUMN … SET DEFAULT", "the table", ACCESS_EXCLUSIVE, "set_default");
pub(crate) const DROP_DEFAULT: LockFact =
    fact("ALTER TABLE … ALTER COLUMN … DROP DEFAULT", "the table", ACCESS_EXCLUSIVE, "drop_default");
pub(crate) const ALTER_TYPE: LockFact =
    fact("ALTER TABLE … ALTER COLUMN … TYPE", "the table", ACCESS_EXCLUSIVE, "alter_type");
pub(crate) const ALTER_TYPE_INDEX: LockFact = fact(
    "ALTER TABLE … ALTER COLUMN … TYPE",
    "indexes that read the column, kept or not",
    ACCESS_EXCLUSIVE,
    "alter_type_indexes",
);
pub(crate) const ALTER_TYPE_FOREIGN_KEY: LockFact = fact(
    "ALTER TABLE … ALTER COLUMN … TYPE",
    "the other table of a foreign key with the column",
    ACCESS_EXCLUSIVE,
    "alter_type_foreign_key",
);
/// Partitioned tables have triggers of a foreign key since version 15; before that they are locked as by adding it.
pub(crate) const ALTER_TYPE_FOREIGN_KEY_PARENT: LockFact = LockFact {
    later: &[(15, ACCESS_EXCLUSIVE)],
    ..fact(
        "ALTER TABLE … ALTER COLUMN … TYPE",
        "a partitioned table that a foreign key with the column references",
        SHARE_ROW_EXCLUSIVE,
        "alter_type_foreign_key_partitioned",
    )
};
pub(crate) const ALTER_TYPE_SEQUENCE: LockFact = fact(
    "ALTER TABLE … ALTER COLUMN … TYPE",
    "an identity column's sequence",
    SHARE_ROW_EXCLUSIVE,
    "alter_identity",
);
pub(crate) const SET_EXPRESSION: LockFact =
    fact("ALTER TABLE … ALTER COLUMN … SET EXPRESSION", "the table", ACCESS_EXCLUSIVE, "set_expression");
pub(crate) const DROP_EXPRESSION: LockFact =
    fact("ALTER TABLE … ALTER COLUMN … DROP EXPRESSION", "the table", ACCESS_EXCLUSIVE, "drop_expression");
pub(crate) const SET_STATISTICS: LockFact = fact(
    "ALTER TABLE … ALTER COLUMN … SET STATISTICS",
    "the table",
    SHARE_UPDATE_EXCLUSIVE,
    "column_settings",
);
pub(crate) const SET_COLUMN_OPTIONS: LockFact = fact(
    "ALTER TABLE … ALTER COLUMN … SET (n_distinct = …)",
    "the table",
    SHARE_UPDATE_EXCLUSIVE,
    "column_options",
);
pub(crate) const SET_STORAGE: LockFact = fact(
    "ALTER TABLE … ALTER COLUMN … SET STORAGE, SET COMPRESSION",
    "the table",
    ACCESS_EXCLUSIVE,
    "column_storage",
);
pub(crate) const SET_IDENTITY: LockFact = fact(
    "ALTER TABLE … ALTER COLUMN … ADD, SET, DROP IDENTITY",
    "the table",
    ACCESS_EXCLUSIVE,
    "alter_identity",
);
pub(crate) const SET_IDENTITY_SEQUENCE: LockFact =
    fact("ALTER TABLE … ALTER COLUMN … SET GENERATED", "its sequence", SHARE_ROW_EXCLUSIVE, "set_identity");
pub(crate) const DROP_IDENTITY_SEQUENCE: LockFact =
    fact("ALTER TABLE … ALTER COLUMN … DROP IDENTITY", "its sequence", ACCESS_EXCLUSIVE, "drop_identity");
pub(crate) const REWRITE_INDEX: LockFact =
    fact("ALTER TABLE that writes the table anew", "its indexes", ACCESS_EXCLUSIVE, "rewrite_indexes");

// Constraints

pub(crate) const ADD_CHECK: LockFact =
    fact("ALTER TABLE … ADD CHECK", "the table", ACCESS_EXCLUSIVE, "add_check");
pub(crate) const ADD_NOT_NULL: LockFact =
    fact("ALTER TABLE … ADD NOT NULL", "the table", ACCESS_EXCLUSIVE, "add_not_null");
pub(crate) const ADD_INDEX_CONSTRAINT: LockFact =
    fact("ALTER TABLE … ADD UNIQUE, PRIMARY KEY, EXCLUDE", "the table", ACCESS_EXCLUSIVE, "add_unique");
pub(crate) const ADD_INDEX_CONSTRAINT_PARTITION: LockFact =
    fact("ALTER TABLE … ADD UNIQUE, PRIMARY KEY", "its partitions", SHARE, "add_unique_partitioned");
/// Version 18 locks all tables below before it knows whether the constraint reaches them.
pub(crate) const ADD_INDEX_CONSTRAINT_HEIR: LockFact = LockFact {
    later: &[(18, ACCESS_EXCLUSIVE)],
    ..fact("ALTER TABLE … ADD UNIQUE, CHECK … NO INHERIT", "tables below", NONE, "add_constraint_heirs")
};
pub(crate) const USING_INDEX: LockFact =
    fact("ALTER TABLE … ADD UNIQUE USING INDEX", "the index", ACCESS_SHARE, "using_index_same_name");
pub(crate) const USING_INDEX_RENAMED: LockFact = fact(
    "ALTER TABLE … ADD CONSTRAINT … UNIQUE USING INDEX",
    "the index, which gets another name",
    SHARE_UPDATE_EXCLUSIVE,
    "using_index",
);
pub(crate) const ADD_FOREIGN_KEY: LockFact =
    fact("ALTER TABLE … ADD FOREIGN KEY", "the table", SHARE_ROW_EXCLUSIVE, "add_foreign_key");
pub(crate) const ADD_FOREIGN_KEY_REFERENCED: LockFact = fact(
    "ALTER TABLE … ADD FOREIGN KEY",
    "the referenced table and its partitions",
    SHARE_ROW_EXCLUSIVE,
    "add_foreign_key",
);
/// Version 18 locks all tables below before it knows whether the constraint reaches them.
pub(crate) const ADD_FOREIGN_KEY_HEIR: LockFact = LockFact {
    later: &[(18, SHARE_ROW_EXCLUSIVE)],
    ..fact("ALTER TABLE … ADD FOREIGN KEY", "tables that inherit from it", NONE, "add_constraint_heirs")
};
pub(crate) const ADOPT_FOREIGN_KEY: LockFact = fact(
    "ALTER TABLE … ADD FOREIGN KEY that a partition has already",
    "the referenced table",
    ACCESS_EXCLUSIVE,
    "add_foreign_key_partitioned",
);
pub(crate) const FOREIGN_KEY_READ: LockFact = fact(
    "ALTER TABLE that compares a foreign key's rows",
    "indexes of both tables, and partitions of the referenced one",
    ACCESS_SHARE,
    "add_foreign_key",
);
/// Planning opens the indexes of partitioned tables, too, since version 16.
pub(crate) const FOREIGN_KEY_READ_PARENT_INDEX: LockFact = LockFact {
    later: &[(16, ACCESS_SHARE)],
    ..fact(
        "ALTER TABLE that compares a foreign key's rows",
        "indexes of a partitioned table",
        NONE,
        "add_foreign_key_to_partitioned",
    )
};
pub(crate) const VALIDATE_CHECK: LockFact =
    fact("ALTER TABLE … VALIDATE CONSTRAINT", "the table", SHARE_UPDATE_EXCLUSIVE, "validate_check");
pub(crate) const VALIDATE_FOREIGN_KEY_REFERENCED: LockFact = fact(
    "ALTER TABLE … VALIDATE CONSTRAINT, a foreign key",
    "the referenced table",
    super::ROW_SHARE,
    "validate_foreign_key",
);
pub(crate) const DROP_CONSTRAINT: LockFact =
    fact("ALTER TABLE … DROP CONSTRAINT", "the table", ACCESS_EXCLUSIVE, "drop_constraint");
pub(crate) const DROP_CONSTRAINT_INDEX: LockFact =
    fact("ALTER TABLE … DROP CONSTRAINT", "the index behind it", ACCESS_EXCLUSIVE, "drop_unique");
pub(crate) const DROP_FOREIGN_KEY: LockFact = fact(
    "ALTER TABLE … DROP CONSTRAINT, DROP COLUMN, a foreign key",
    "the other table and its partitions",
    ACCESS_EXCLUSIVE,
    "drop_foreign_key",
);
/// Partitioned tables have triggers of a foreign key since version 15.
pub(crate) const DROP_FOREIGN_KEY_PARENT: LockFact = LockFact {
    later: &[(15, ACCESS_EXCLUSIVE)],
    ..fact(
        "ALTER TABLE … DROP COLUMN, a foreign key's",
        "a partitioned table it references",
        NONE,
        "drop_foreign_key_column_partitioned",
    )
};
pub(crate) const ALTER_CONSTRAINT: LockFact =
    fact("ALTER TABLE … ALTER CONSTRAINT", "the table", ACCESS_EXCLUSIVE, "alter_constraint");
pub(crate) const ENFORCE_CONSTRAINT_REFERENCED: LockFact = fact(
    "ALTER TABLE … ALTER CONSTRAINT … ENFORCED",
    "the referenced table",
    SHARE_ROW_EXCLUSIVE,
    "enforce_constraint",
);
pub(crate) const RELAX_CONSTRAINT_REFERENCED: LockFact = fact(
    "ALTER TABLE … ALTER CONSTRAINT … NOT ENFORCED",
    "the referenced table",
    ACCESS_EXCLUSIVE,
    "relax_constraint",
);
pub(crate) const RENAME_CONSTRAINT: LockFact =
    fact("ALTER TABLE … RENAME CONSTRAINT", "the table", ACCESS_EXCLUSIVE, "rename_constraint");
pub(crate) const RENAME_CONSTRAINT_INDEX: LockFact = fact(
    "ALTER TABLE … RENAME CONSTRAINT",
    "the index behind it",
    SHARE_UPDATE_EXCLUSIVE,
    "rename_constraint",
);

// The table as a whole

pub(crate) const SET_TRIGGER: LockFact =
    fact("ALTER TABLE … ENABLE, DISABLE TRIGGER", "the table", SHARE_ROW_EXCLUSIVE, "enable_trigger");
pub(crate) const SET_RULE: LockFact =
    fact("ALTER TABLE … ENABLE, DISABLE RULE", "the table", ACCESS_EXCLUSIVE, "enable_rule");
pub(crate) const ROW_SECURITY: LockFact = fact(
    "ALTER TABLE … ENABLE, DISABLE, FORCE ROW LEVEL SECURITY",
    "the table",
    ACCESS_EXCLUSIVE,
    "row_security",
);
pub(crate) const CLUSTER_ON: LockFact =
    fact("ALTER TABLE … CLUSTER ON", "the table, and the index", SHARE_UPDATE_EXCLUSIVE, "cluster_on");
pub(crate) const WITHOUT_CLUSTER: LockFact =
    fact("ALTER TABLE … SET WITHOUT CLUSTER", "the table", SHARE_UPDATE_EXCLUSIVE, "without_cluster");
pub(crate) const WITHOUT_OIDS: LockFact =
    fact("ALTER TABLE … SET WITHOUT OIDS", "the table", ACCESS_EXCLUSIVE, "without_oids");
pub(crate) const SET_ACCESS_METHOD: LockFact =
    fact("ALTER TABLE … SET ACCESS METHOD", "the table", ACCESS_EXCLUSIVE, "set_access_method");
pub(crate) const SET_TABLESPACE: LockFact =
    fact("ALTER TABLE … SET TABLESPACE", "the table", ACCESS_EXCLUSIVE, "set_tablespace");
pub(crate) const SET_LOGGED: LockFact =
    fact("ALTER TABLE … SET LOGGED, SET UNLOGGED", "the table", ACCESS_EXCLUSIVE, "set_logged");
/// Sequences have a persistence of their own since version 15.
pub(crate) const SET_LOGGED_SEQUENCE: LockFact = LockFact {
    later: &[(15, ACCESS_EXCLUSIVE)],
    ..fact("ALTER TABLE … SET LOGGED, SET UNLOGGED", "sequences its columns own", NONE, "set_logged")
};
pub(crate) const SET_PARAMETERS: LockFact =
    fact("ALTER TABLE … SET (…), RESET (…)", "the table", SHARE_UPDATE_EXCLUSIVE, "set_parameters");
pub(crate) const SET_STRONG_PARAMETERS: LockFact = fact(
    "ALTER TABLE … SET (user_catalog_table, security_barrier, …)",
    "the table",
    ACCESS_EXCLUSIVE,
    "set_strong_parameters",
);
pub(crate) const INHERIT: LockFact =
    fact("ALTER TABLE … INHERIT, NO INHERIT", "the table", ACCESS_EXCLUSIVE, "inherit");
pub(crate) const INHERIT_PARENT: LockFact =
    fact("ALTER TABLE … INHERIT", "the parent", SHARE_UPDATE_EXCLUSIVE, "inherit");
pub(crate) const NO_INHERIT_PARENT: LockFact =
    fact("ALTER TABLE … NO INHERIT", "the parent", ACCESS_SHARE, "no_inherit");
pub(crate) const OF_TYPE: LockFact =
    fact("ALTER TABLE … OF, NOT OF", "the table", ACCESS_EXCLUSIVE, "of_type");
pub(crate) const OWNER: LockFact = fact(
    "ALTER TABLE … OWNER TO",
    "the table, its indexes, and sequences its columns own",
    ACCESS_EXCLUSIVE,
    "owner",
);
pub(crate) const REPLICA_IDENTITY: LockFact =
    fact("ALTER TABLE … REPLICA IDENTITY", "the table", ACCESS_EXCLUSIVE, "replica_identity");
pub(crate) const REPLICA_IDENTITY_INDEX: LockFact =
    fact("ALTER TABLE … REPLICA IDENTITY USING INDEX", "the index", SHARE, "replica_identity");
pub(crate) const FOREIGN_OPTIONS: LockFact =
    fact("ALTER FOREIGN TABLE … OPTIONS", "the table", ACCESS_EXCLUSIVE, "foreign_options");

/// All rows of this family.
#[cfg(test)]
pub(super) const ALL: &[&LockFact] = &[
    &ADD_COLUMN,
    &ADD_COLUMN_SEQUENCE,
    &DROP_COLUMN,
    &DROP_COLUMN_INDEX,
    &DROP_COLUMN_SEQUENCE,
    &DROP_COLUMN_VIEW,
    &RENAME_COLUMN,
    &SET_NOT_NULL,
    &DROP_NOT_NULL,
    &SET_DEFAULT,
    &DROP_DEFAULT,
    &ALTER_TYPE,
    &ALTER_TYPE_INDEX,
    &ALTER_TYPE_FOREIGN_KEY,
    &ALTER_TYPE_FOREIGN_KEY_PARENT,
    &ALTER_TYPE_SEQUENCE,
    &SET_EXPRESSION,
    &DROP_EXPRESSION,
    &SET_STATISTICS,
    &SET_COLUMN_OPTIONS,
    &SET_STORAGE,
    &SET_IDENTITY,
    &SET_IDENTITY_SEQUENCE,
    &DROP_IDENTITY_SEQUENCE,
    &REWRITE_INDEX,
    &ADD_CHECK,
    &ADD_NOT_NULL,
    &ADD_INDEX_CONSTRAINT,
    &ADD_INDEX_CONSTRAINT_PARTITION,
    &ADD_INDEX_CONSTRAINT_HEIR,
    &USING_INDEX,
    &USING_INDEX_RENAMED,
    &ADD_FOREIGN_KEY,
    &ADD_FOREIGN_KEY_REFERENCED,
    &ADD_FOREIGN_KEY_HEIR,
    &ADOPT_FOREIGN_KEY,
    &FOREIGN_KEY_READ,
    &FOREIGN_KEY_READ_PARENT_INDEX,
    &VALIDATE_CHECK,
    &VALIDATE_FOREIGN_KEY_REFERENCED,
    &DROP_CONSTRAINT,
    &DROP_CONSTRAINT_INDEX,
    &DROP_FOREIGN_KEY,
    &DROP_FOREIGN_KEY_PARENT,
    &ALTER_CONSTRAINT,
    &ENFORCE_CONSTRAINT_REFERENCED,
    &RELAX_CONSTRAINT_REFERENCED,
    &RENAME_CONSTRAINT,
    &RENAME_CONSTRAINT_INDEX,
    &SET_TRIGGER,
    &SET_RULE,
    &ROW_SECURITY,
    &CLUSTER_ON,
    &WITHOUT_CLUSTER,
    &WITHOUT_OIDS,
    &SET_ACCESS_METHOD,
    &SET_TABLESPACE,
    &SET_LOGGED,
    &SET_LOGGED_SEQUENCE,
    &SET_PARAMETERS,
    &SET_STRONG_PARAMETERS,
    &INHERIT,
    &INHERIT_PARENT,
    &NO_INHERIT_PARENT,
    &OF_TYPE,
    &OWNER,
    &REPLICA_IDENTITY,
    &REPLICA_IDENTITY_INDEX,
    &FOREIGN_OPTIONS,
];
