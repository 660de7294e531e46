//! Making, renaming and moving relations, types and schemas, and dropping objects of any kind.

use crate::{Constraint, Dependency, Name, RowsChange, Sequence, Table, UserType, View};

/// A table to be made, with everything the server makes along with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableDefinition {
    /// The table as it will stand: columns, constraints, the indexes behind them, parents; its size is unknown.
    pub table: Table,
    /// Sequences of its serial and identity columns.
    pub sequences: Vec<Sequence>,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Relations it copies its shape from (`LIKE`).
    pub like: Vec<Name>,
    /// `CREATE TABLE … AS` and `SELECT … INTO`.
    pub source: Option<TableSource>,
    /// Why the server refuses it, where that is seen already.
    pub refused: Option<String>,
}

/// The query a table, or a materialized view, is filled from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableSource {
    /// The query.
    pub query: RowsChange,
    /// Whether it is run (`WITH NO DATA` does not).
    pub with_data: bool,
}

/// What happens to relations, types and schemas.
#[derive(Clone, Debug, PartialEq)]
pub enum RelationChange {
    /// `CREATE TABLE` in any of its forms.
    CreateTable(Box<TableDefinition>),
    /// `DROP` of one or several objects.
    Drop {
        /// The objects as named.
        targets: Vec<DropTarget>,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `RENAME TO`.
    Rename {
        /// What the statement says it is.
        word: RelationWord,
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
        word: RelationWord,
        /// The relation.
        relation: Name,
        /// Its new schema.
        schema: String,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `CREATE VIEW` and `CREATE MATERIALIZED VIEW`.
    CreateView(Box<ViewDefinition>),
    /// `REFRESH MATERIALIZED VIEW`.
    RefreshView {
        /// The view.
        view: Name,
        /// `CONCURRENTLY`.
        concurrently: bool,
        /// Filled, not emptied.
        with_data: bool,
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
        /// What is done.
        action: SequenceAction,
    },
    /// `ALTER INDEX`, `RENAME` and `ATTACH PARTITION` left out.
    AlterIndex {
        /// The index.
        index: Name,
        /// `IF EXISTS`.
        if_exists: bool,
        /// What is done, in order.
        actions: Vec<IndexAction>,
    },
    /// `DEPENDS ON EXTENSION` of a materialized view.
    DependsOnExtension {
        /// The view.
        relation: Name,
    },
    /// `CREATE INDEX` that the simple form, [`crate::Change::CreateIndex`], has no room for.
    CreateIndexOnly(crate::IndexDefinition),
    /// `CREATE TYPE` and `CREATE DOMAIN`.
    CreateType(UserType),
    /// `ALTER TYPE` and `ALTER DOMAIN`.
    AlterType {
        /// The type.
        name: Name,
        /// What the statement says it is.
        domain: bool,
        /// What is done.
        action: TypeAction,
    },
    /// `CREATE SCHEMA`; what is made in it follows as changes of its own.
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
}

/// A view to be made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewDefinition {
    /// The view, with what it reads.
    pub view: View,
    /// Of one session, because it says so or because it reads a temporary relation.
    pub temporary: bool,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// A materialized view's rows.
    pub rows: Option<(Table, TableSource)>,
    /// Why the server refuses it, where that is seen already.
    pub refused: Option<String>,
}

/// The word a statement has for the relation it names. `ALTER TABLE` may name any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationWord {
    /// `TABLE`.
    Table,
    /// `FOREIGN TABLE`.
    ForeignTable,
    /// `VIEW`.
    View,
    /// `MATERIALIZED VIEW`.
    MaterializedView,
    /// `SEQUENCE`.
    Sequence,
    /// `INDEX`.
    Index,
}

/// An object that a `DROP` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DropTarget {
    /// A relation.
    Relation {
        /// What the statement says it is.
        word: RelationWord,
        /// Its name.
        name: Name,
    },
    /// A type.
    Type {
        /// Its name.
        name: Name,
        /// It must be a domain.
        domain: bool,
    },
    /// A schema.
    Schema(String),
    /// A function, procedure or aggregate.
    Routine {
        /// Its name.
        name: Name,
        /// Types of its arguments as the server prints them; none if not said.
        arguments: Option<String>,
    },
    /// An extension.
    Extension(String),
    /// Extended statistics.
    Statistics(Name),
    /// A trigger.
    Trigger {
        /// The table or view.
        relation: Name,
        /// Its name.
        name: String,
    },
    /// A row security policy.
    Policy {
        /// The table.
        table: Name,
        /// Its name.
        name: String,
    },
    /// A rule.
    Rule {
        /// The table or view.
        relation: Name,
        /// Its name.
        name: String,
    },
    /// A publication.
    Publication(String),
}

/// What an `ALTER SEQUENCE` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SequenceAction {
    /// Options of the sequence itself.
    Options {
        /// `OWNED BY`: the table and column; inner none for `OWNED BY NONE`, outer none if not said.
        owned_by: Option<Option<Dependency>>,
        /// `AS`: the new type.
        type_name: Option<String>,
    },
    /// `OWNER TO`.
    Owner,
    /// `SET LOGGED`, `SET UNLOGGED`.
    Logged,
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
    /// `OWNER TO`, which does nothing to an index, and with the highest lock.
    Owner,
}

/// What an `ALTER TYPE` or `ALTER DOMAIN` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeAction {
    /// `ADD VALUE`. In the transaction that adds it, the value cannot be used.
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
    /// `ADD`, `DROP`, `ALTER ATTRIBUTE` of a composite type.
    Attributes {
        /// What is done, in order.
        actions: Vec<AttributeAction>,
        /// `CASCADE`: typed tables follow.
        cascade: bool,
    },
    /// `RENAME ATTRIBUTE`.
    RenameAttribute {
        /// The name it has.
        from: String,
        /// The name it gets.
        to: String,
        /// `CASCADE`: typed tables follow.
        cascade: bool,
    },
    /// A domain's `ADD CONSTRAINT`.
    AddConstraint {
        /// Its name.
        name: String,
        /// The definition as SQL.
        sql: String,
        /// `NOT VALID`.
        not_valid: bool,
    },
    /// A domain's `VALIDATE CONSTRAINT`.
    ValidateConstraint(String),
    /// A domain's `DROP CONSTRAINT`.
    DropConstraint {
        /// Its name.
        name: String,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// A domain's `RENAME CONSTRAINT`.
    RenameConstraint {
        /// The name it has.
        from: String,
        /// The name it gets.
        to: String,
    },
    /// A domain's `SET NOT NULL` (true) and `DROP NOT NULL`.
    NotNull(bool),
    /// A domain's `SET DEFAULT` and `DROP DEFAULT`.
    Default(Option<String>),
    /// `OWNER TO`.
    Owner,
    /// Properties of a base type, which touch its own row only.
    Other,
}

/// What is done to an attribute of a composite type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeAction {
    /// `ADD ATTRIBUTE`.
    Add {
        /// Its name.
        name: String,
        /// Its type as the server prints it.
        type_name: String,
    },
    /// `DROP ATTRIBUTE`.
    Drop {
        /// Its name.
        name: String,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `ALTER ATTRIBUTE … TYPE`.
    Type {
        /// Its name.
        name: String,
        /// Its new type as the server prints it.
        type_name: String,
    },
}

impl DropTarget {
    /// The relation it is, or belongs to.
    pub fn relation(&self) -> Option<&Name> {
        match self {
            DropTarget::Relation { name, .. } => Some(name),
            DropTarget::Trigger { relation, .. } | DropTarget::Rule { relation, .. } => Some(relation),
            DropTarget::Policy { table, .. } => Some(table),
            _ => None,
        }
    }
}

impl TableDefinition {
    /// The other tables its foreign keys reference, each once.
    pub fn references(&self) -> Vec<&Name> {
        let mut found: Vec<&Name> = Vec::new();
        let foreign = |c: &'_ Constraint| c.foreign.is_some();
        for constraint in self.table.constraints.iter().filter(|c| foreign(c)) {
            let table = constraint.foreign.as_ref().map(|f| &f.table);
            found.extend(table.filter(|t| **t != self.table.name && !found.contains(t)));
        }
        found
    }
}

impl RelationChange {
    /// The existing relations it is about.
    pub fn tables(&self) -> Vec<&Name> {
        match self {
            RelationChange::CreateTable(it) => {
                let parents = it.table.partition_of.iter().chain(&it.table.inherits);
                parents.chain(it.references()).chain(&it.like).collect()
            }
            RelationChange::Drop { targets, .. } => targets.iter().filter_map(DropTarget::relation).collect(),
            RelationChange::Rename { relation, .. } | RelationChange::SetSchema { relation, .. } => {
                vec![relation]
            }
            RelationChange::RefreshView { view, .. } => vec![view],
            RelationChange::AlterSequence { sequence, .. } => vec![sequence],
            RelationChange::AlterIndex { index, .. } => vec![index],
            RelationChange::DependsOnExtension { relation } => vec![relation],
            RelationChange::CreateIndexOnly(index) => vec![&index.table],
            RelationChange::CreateView(it) if it.or_replace => vec![&it.view.name],
            _ => Vec::new(),
        }
    }
}
