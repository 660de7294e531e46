//! Objects that hang on relations.

use super::{
    ACCESS_EXCLUSIVE, ACCESS_SHARE, LockFact, NONE, ROW_EXCLUSIVE, SHARE_ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE, fact,
};

pub(crate) const CREATE_FUNCTION: LockFact = fact("CREATE FUNCTION", "any table", NONE, "create_function");
pub(crate) const SQL_FUNCTION_READS: LockFact =
    fact("CREATE FUNCTION … LANGUAGE sql", "relations its body reads", ACCESS_SHARE, "create_sql_function");
pub(crate) const SQL_FUNCTION_WRITES: LockFact =
    fact("CREATE FUNCTION … LANGUAGE sql", "relations its body writes", ROW_EXCLUSIVE, "create_sql_function");
pub(crate) const DROP_FUNCTION: LockFact = fact("DROP FUNCTION", "any table", NONE, "drop_function");
pub(crate) const CREATE_TRIGGER: LockFact = fact(
    "CREATE TRIGGER",
    "the table, and for each row its partitions",
    SHARE_ROW_EXCLUSIVE,
    "create_trigger",
);
pub(crate) const CREATE_TRIGGER_FROM: LockFact =
    fact("CREATE CONSTRAINT TRIGGER … FROM", "the other table", ACCESS_SHARE, "create_constraint_trigger");
pub(crate) const RENAME_TRIGGER: LockFact =
    fact("ALTER TRIGGER … RENAME TO", "the table", ACCESS_EXCLUSIVE, "rename_trigger");
/// Up to 14 the clones on partitions kept their names.
pub(crate) const RENAME_TRIGGER_PARTITIONS: LockFact = LockFact {
    later: &[(15, ACCESS_EXCLUSIVE)],
    ..fact("ALTER TRIGGER … RENAME TO", "the partitions", NONE, "rename_trigger_partitions")
};
pub(crate) const TRIGGER_DEPENDS: LockFact =
    fact("ALTER TRIGGER … DEPENDS ON EXTENSION", "the table", ACCESS_SHARE, "trigger_depends");
pub(crate) const POLICY: LockFact =
    fact("CREATE, ALTER and DROP POLICY", "the table", ACCESS_EXCLUSIVE, "create_policy");
pub(crate) const POLICY_READS: LockFact =
    fact("CREATE and ALTER POLICY", "relations its expressions read", ACCESS_SHARE, "create_policy");
pub(crate) const RULE: LockFact =
    fact("CREATE, ALTER and DROP RULE", "the table or view", ACCESS_EXCLUSIVE, "create_rule");
pub(crate) const RULE_READS: LockFact =
    fact("CREATE RULE", "relations its condition and actions read", ACCESS_SHARE, "create_rule");
pub(crate) const RULE_WRITES: LockFact =
    fact("CREATE RULE", "relations its actions write", ROW_EXCLUSIVE, "create_rule");
/// From 18 on the table is locked so that it is not dropped meanwhile.
pub(crate) const GRANT_COLUMN: LockFact = LockFact {
    later: &[(18, ACCESS_SHARE)],
    ..fact("GRANT … (column) ON TABLE", "the table", NONE, "grant_column")
};
/// As with columns; never for `ALL TABLES IN SCHEMA`.
pub(crate) const GRANT: LockFact = LockFact {
    later: &[(18, ACCESS_SHARE)],
    ..fact("GRANT and REVOKE", "the relations named", NONE, "grant_table")
};
pub(crate) const COMMENT: LockFact = fact(
    "COMMENT ON TABLE, COLUMN, VIEW, INDEX, …",
    "the relation",
    SHARE_UPDATE_EXCLUSIVE,
    "comment_on_table",
);
pub(crate) const COMMENT_PART: LockFact =
    fact("COMMENT ON CONSTRAINT, TRIGGER, RULE, POLICY", "the table", ACCESS_SHARE, "comment_on_constraint");
pub(crate) const STATISTICS: LockFact =
    fact("CREATE and DROP STATISTICS", "the table", SHARE_UPDATE_EXCLUSIVE, "create_statistics");
pub(crate) const PUBLICATION: LockFact = fact(
    "CREATE and ALTER PUBLICATION",
    "tables named, and those that SET leaves out",
    SHARE_UPDATE_EXCLUSIVE,
    "create_publication",
);

/// All rows of this family.
#[cfg(test)]
pub(super) const ALL: &[&LockFact] = &[
    &CREATE_FUNCTION,
    &SQL_FUNCTION_READS,
    &SQL_FUNCTION_WRITES,
    &DROP_FUNCTION,
    &CREATE_TRIGGER,
    &CREATE_TRIGGER_FROM,
    &RENAME_TRIGGER,
    &RENAME_TRIGGER_PARTITIONS,
    &TRIGGER_DEPENDS,
    &POLICY,
    &POLICY_READS,
    &RULE,
    &RULE_READS,
    &RULE_WRITES,
    &GRANT_COLUMN,
    &GRANT,
    &COMMENT,
    &COMMENT_PART,
    &STATISTICS,
    &PUBLICATION,
];
