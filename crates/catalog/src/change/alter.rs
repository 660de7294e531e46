//! `ALTER TABLE`: its several actions, and those no recipe is made of.

use crate::{Change, Name};

/// One `ALTER TABLE` with several actions, or with `ONLY`: one statement whose actions the server carries out in its
/// own order, under the strongest of their locks.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterTable {
    /// The table.
    pub table: Name,
    /// `ONLY`: partitions and heirs are left out.
    pub only: bool,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// The actions, each about this table or making a sequence for it, in the order in which the server carries them
    /// out, which is not the order they are written in.
    pub actions: Vec<Change>,
}

/// What an `ALTER COLUMN` does, beyond NOT NULL and defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnAction {
    /// `TYPE`.
    Type {
        /// The new type as the server prints it.
        type_name: String,
        /// `COLLATE`, quoted for SQL.
        collation: Option<String>,
        /// `USING`, as SQL.
        using: Option<String>,
    },
    /// `SET STATISTICS`.
    Statistics,
    /// `SET STORAGE`.
    Storage,
    /// `SET COMPRESSION`.
    Compression,
    /// `SET (n_distinct = …)` and `RESET`.
    Options,
    /// `ADD GENERATED … AS IDENTITY`.
    AddIdentity {
        /// `ALWAYS` or `BY DEFAULT`.
        kind: crate::Identity,
        /// The sequence's name, where the statement gives one.
        sequence: Option<Name>,
    },
    /// `SET GENERATED`, `RESTART`, `SET` of a sequence's option.
    SetIdentity {
        /// The kind, for `SET GENERATED`.
        kind: Option<crate::Identity>,
    },
    /// `DROP IDENTITY`.
    DropIdentity {
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `SET EXPRESSION AS (…)`.
    SetExpression(String),
    /// `DROP EXPRESSION`.
    DropExpression {
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `OPTIONS` of a foreign table's column.
    ForeignOptions,
}

/// What an `ALTER TABLE` changes about the table as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableAction {
    /// `RENAME CONSTRAINT`.
    RenameConstraint {
        /// The name it has.
        from: String,
        /// The name it gets.
        to: String,
    },
    /// `ALTER CONSTRAINT`.
    AlterConstraint {
        /// The constraint.
        name: String,
        /// `DEFERRABLE`, `NOT DEFERRABLE`; none if not said.
        deferrable: Option<bool>,
        /// `INITIALLY DEFERRED`, `INITIALLY IMMEDIATE`; none if not said.
        deferred: Option<bool>,
        /// `ENFORCED`, `NOT ENFORCED`; none if not said.
        enforced: Option<bool>,
        /// `INHERIT`, `NO INHERIT`; none if not said.
        inherit: Option<bool>,
    },
    /// `ENABLE`, `DISABLE`, `ENABLE REPLICA`, `ENABLE ALWAYS TRIGGER`.
    SetTrigger {
        /// The trigger; none for `ALL` and `USER`.
        name: Option<String>,
        /// As [`crate::Trigger::enabled`] has it.
        enabled: String,
    },
    /// `ENABLE`, `DISABLE` … `RULE`.
    SetRule {
        /// The rule.
        name: String,
    },
    /// `ENABLE`, `DISABLE`, `FORCE`, `NO FORCE ROW LEVEL SECURITY`.
    RowSecurity {
        /// On, off; none for `FORCE` and `NO FORCE`.
        enabled: Option<bool>,
        /// Whether it holds for the table's owner too; none for `ENABLE` and `DISABLE`.
        forced: Option<bool>,
    },
    /// `CLUSTER ON`.
    ClusterOn(String),
    /// `SET WITHOUT CLUSTER`.
    WithoutCluster,
    /// `SET WITHOUT OIDS`.
    WithoutOids,
    /// `SET ACCESS METHOD`; none for `DEFAULT`.
    AccessMethod(Option<String>),
    /// `SET TABLESPACE`.
    Tablespace(String),
    /// `SET LOGGED`, `SET UNLOGGED`.
    Logged(bool),
    /// `SET (…)` and `RESET (…)`: the parameters, without a value those that are reset.
    Parameters(Vec<(String, Option<String>)>),
    /// `INHERIT`.
    Inherit(Name),
    /// `NO INHERIT`.
    NoInherit(Name),
    /// `OF`.
    OfType(Name),
    /// `NOT OF`.
    NotOf,
    /// `OWNER TO`.
    Owner(String),
    /// `REPLICA IDENTITY`, as [`crate::Table::replica_identity`] has it.
    ReplicaIdentity(String),
    /// `OPTIONS` of a foreign table.
    ForeignOptions,
}
