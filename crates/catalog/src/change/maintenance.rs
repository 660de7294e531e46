//! Maintenance: statements that keep the schema and work on whole relations.

use crate::{LockMode, Name};

/// Work on whole relations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maintenance {
    /// `VACUUM`.
    Vacuum(Vacuum),
    /// `ANALYZE` of the whole database, or with `ONLY`; of tables, see [`crate::Change::Analyze`].
    Analyze {
        /// The tables; empty for all.
        tables: Vec<Target>,
    },
    /// `CLUSTER`.
    Cluster {
        /// The table; none for all that were clustered before.
        table: Option<Name>,
        /// `USING`.
        index: Option<String>,
    },
    /// `REINDEX`.
    Reindex {
        /// What is rebuilt.
        target: ReindexTarget,
        /// `CONCURRENTLY`.
        concurrently: bool,
    },
    /// `TRUNCATE`.
    Truncate {
        /// The tables.
        tables: Vec<Target>,
        /// `RESTART IDENTITY`.
        restart_identity: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `LOCK TABLE`.
    Lock {
        /// The relations.
        relations: Vec<Target>,
        /// The mode.
        mode: LockMode,
        /// `NOWAIT`.
        nowait: bool,
    },
    /// `ALTER TABLE ALL IN TABLESPACE … SET TABLESPACE`, also of indexes and materialized views.
    MoveTablespace {
        /// What is moved.
        kind: Movable,
        /// From.
        from: String,
        /// To.
        to: String,
        /// `OWNED BY`; empty for everybody's.
        owners: Vec<String>,
    },
}

/// A `VACUUM`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vacuum {
    /// The tables; empty for all.
    pub tables: Vec<Target>,
    /// `FULL`: the table is written anew.
    pub full: bool,
    /// `ANALYZE` too.
    pub analyze: bool,
    /// Empty pages at the end are given back (`TRUNCATE`, on unless said otherwise).
    pub truncate: bool,
    /// Every page is looked at (`FREEZE`, `DISABLE_PAGE_SKIPPING`).
    pub every_page: bool,
    /// The table itself is vacuumed (`PROCESS_MAIN`, on unless said otherwise).
    pub process_main: bool,
    /// Only the database's own numbers are brought up to date (`ONLY_DATABASE_STATS`).
    pub only_statistics: bool,
}

impl Vacuum {
    /// A plain `VACUUM` of one table, with everything else as it is unless said otherwise.
    pub fn of(table: Name) -> Self {
        Self {
            tables: vec![Target { name: table, only: false }],
            full: false,
            analyze: false,
            truncate: true,
            every_page: false,
            process_main: true,
            only_statistics: false,
        }
    }
}

/// A table a statement names, with or without those below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The table.
    pub name: Name,
    /// `ONLY`: partitions and heirs are left out.
    pub only: bool,
}

/// What a `REINDEX` rebuilds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReindexTarget {
    /// One index.
    Index(Name),
    /// All of a table.
    Table(Name),
    /// All of a schema.
    Schema(String),
    /// All of the database: system catalogs too, or only those.
    Database {
        /// `SYSTEM`.
        system: bool,
    },
}

/// What `ALTER … ALL IN TABLESPACE` moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movable {
    /// Tables.
    Tables,
    /// Indexes.
    Indexes,
    /// Materialized views.
    MaterializedViews,
}

impl Maintenance {
    /// The relations it names.
    pub fn tables(&self) -> Vec<&Name> {
        match self {
            Maintenance::Vacuum(it) => it.tables.iter().map(|t| &t.name).collect(),
            Maintenance::Analyze { tables }
            | Maintenance::Truncate { tables, .. }
            | Maintenance::Lock { relations: tables, .. } => tables.iter().map(|t| &t.name).collect(),
            Maintenance::Cluster { table, .. } => table.iter().collect(),
            Maintenance::Reindex {
                target: ReindexTarget::Index(name) | ReindexTarget::Table(name), ..
            } => vec![name],
            Maintenance::Reindex { .. } | Maintenance::MoveTablespace { .. } => Vec::new(),
        }
    }
}
