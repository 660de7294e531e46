//! Making, dropping, renaming and moving relations, types and schemas.

use crate::{Name, RelationKind, Sequence, Table, UserType, View};

/// A table to be made, with everything the server makes along with it.
#[derive(Clone, Debug, PartialEq)]
pub struct TableDefinition {
    /// The table as it will stand: columns, constraints, the indexes behind them, parents; its size is unknown.
    pub table: Table,
    /// Sequences of its serial and identity columns.
    pub sequences: Vec<Sequence>,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Tables it copies its shape from (`LIKE`).
    pub like: Vec<Name>,
    /// `CREATE TABLE … AS` and `SELECT … INTO`: what the query reads.
    pub reads: Option<Vec<Name>>,
    /// Whether the query is run (`WITH NO DATA` does not).
    pub with_data: bool,
}

/// What happens to relations, types and schemas.
#[derive(Clone, Debug, PartialEq)]
pub enum RelationChange {
    /// `CREATE TABLE` in any of its forms.
    CreateTable(Box<TableDefinition>),
    /// `DROP TABLE`, `VIEW`, `MATERIALIZED VIEW`, `SEQUENCE`, `FOREIGN TABLE`.
    Drop {
        /// What kind is dropped.
        kind: RelationKind,
        /// The relations.
        names: Vec<Name>,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `RENAME TO`.
    Rename {
        /// What the statement says it is (`ALTER TABLE` may name an index).
        kind: RelationKind,
        /// The relation.
        relation: Name,
        /// Its new name, in the same schema.
        to: String,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `SET SCHEMA`.
    SetSchema {
        /// What the statement says it is.
        kind: RelationKind,
        /// The relation.
        relation: Name,
        /// Its new schema.
        schema: String,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `CREATE VIEW` and `CREATE MATERIALIZED VIEW`.
    CreateView {
        /// The view, with what it reads.
        view: View,
        /// `OR REPLACE`.
        or_replace: bool,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// A materialized view is filled at once.
        with_data: bool,
    },
    /// `REFRESH MATERIALIZED VIEW`.
    RefreshView {
        /// The view.
        view: Name,
        /// `CONCURRENTLY`.
        concurrently: bool,
        /// Filled, not emptied.
        with_data: bool,
    },
    /// `ALTER VIEW` and `ALTER MATERIALIZED VIEW`, `RENAME` and `SET SCHEMA` left out.
    AlterView {
        /// The view.
        view: Name,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `CREATE SEQUENCE`.
    CreateSequence {
        /// The sequence.
        sequence: Sequence,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `ALTER SEQUENCE`, `RENAME` and `SET SCHEMA` left out.
    AlterSequence {
        /// The sequence.
        sequence: Name,
        /// `IF EXISTS`.
        if_exists: bool,
        /// It is written anew (`AS`, `RESTART`, `INCREMENT`, …).
        rewritten: bool,
        /// `OWNED BY`: the table and column, none for `OWNED BY NONE`; outer none if not said.
        owned_by: Option<Option<crate::Dependency>>,
        /// The new type, for `AS`.
        type_name: Option<String>,
    },
    /// `ALTER INDEX`, `RENAME` and `ATTACH PARTITION` left out.
    AlterIndex {
        /// The index.
        index: Name,
        /// `IF EXISTS`.
        if_exists: bool,
        /// What is done.
        action: IndexAction,
    },
    /// `CREATE TYPE` and `CREATE DOMAIN`.
    CreateType(UserType),
    /// `ALTER TYPE` and `ALTER DOMAIN`.
    AlterType {
        /// The type.
        name: Name,
        /// What is done.
        action: TypeAction,
    },
    /// `DROP TYPE` and `DROP DOMAIN`.
    DropType {
        /// The types.
        names: Vec<Name>,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `CREATE SCHEMA`.
    CreateSchema {
        /// The schema.
        name: String,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `ALTER SCHEMA … RENAME TO`.
    RenameSchema {
        /// The name it has.
        from: String,
        /// The name it gets.
        to: String,
    },
    /// `DROP SCHEMA`.
    DropSchema {
        /// The schemas.
        names: Vec<String>,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
}

/// What an `ALTER INDEX` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexAction {
    /// `SET TABLESPACE`.
    Tablespace(String),
    /// `SET (…)` and `RESET (…)`: the parameters' names.
    Parameters(Vec<String>),
    /// `ALTER COLUMN … SET STATISTICS`.
    Statistics,
    /// `DEPENDS ON EXTENSION`.
    DependsOnExtension,
}

/// What an `ALTER TYPE` or `ALTER DOMAIN` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeAction {
    /// `ADD VALUE`.
    AddValue {
        /// The label.
        label: String,
        /// The label it goes before (true) or after (false).
        beside: Option<(bool, String)>,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `RENAME VALUE`.
    RenameValue {
        /// The label it has.
        from: String,
        /// The label it gets.
        to: String,
    },
    /// `RENAME TO`.
    Rename(String),
    /// `SET SCHEMA`.
    SetSchema(String),
    /// `ADD`, `DROP`, `ALTER`, `RENAME ATTRIBUTE` of a composite type.
    Attributes {
        /// `CASCADE`: typed tables follow.
        cascade: bool,
    },
    /// A domain's `ADD CONSTRAINT`.
    AddConstraint {
        /// Name; none if the server shall choose.
        name: Option<String>,
        /// The definition as SQL.
        sql: String,
        /// `NOT VALID`.
        not_valid: bool,
    },
    /// A domain's `VALIDATE CONSTRAINT`.
    ValidateConstraint(String),
    /// A domain's `DROP CONSTRAINT`.
    DropConstraint(String),
    /// A domain's `SET NOT NULL` (true) and `DROP NOT NULL`.
    NotNull(bool),
    /// A domain's `SET DEFAULT` and `DROP DEFAULT`.
    Default(Option<String>),
    /// `OWNER TO`, and everything else that touches the type's own row only.
    Other,
}

impl RelationChange {
    /// The existing relations it is about.
    pub fn tables(&self) -> Vec<&Name> {
        match self {
            RelationChange::Drop { names, .. } => names.iter().collect(),
            RelationChange::Rename { relation, .. } | RelationChange::SetSchema { relation, .. } => {
                vec![relation]
            }
            RelationChange::RefreshView { view, .. } | RelationChange::AlterView { view, .. } => vec![view],
            RelationChange::AlterSequence { sequence, .. } => vec![sequence],
            RelationChange::AlterIndex { index, .. } => vec![index],
            RelationChange::CreateView { view, or_replace: true, .. } => vec![&view.name],
            _ => Vec::new(),
        }
    }
}
