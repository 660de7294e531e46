//! Maintenance: statements that keep the schema and work on whole relations.

use crate::{LockMode, Name};

/// Work on whole relations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maintenance {
    /// `VACUUM`.
    Vacuum {
        /// The tables; empty for all.
        tables: Vec<Name>,
        /// `FULL`.
        full: bool,
        /// `ANALYZE` too.
        analyze: bool,
        /// The other options, in upper case: `TRUNCATE OFF`.
        options: Vec<String>,
    },
    /// `ANALYZE` of several tables or the whole database; of one, see [`crate::Change::Analyze`].
    Analyze {
        /// The tables; empty for all.
        tables: Vec<Name>,
        /// `ONLY`.
        only: bool,
    },
    /// `CLUSTER`, and `REPACK` of newer servers.
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
        /// The tables, each with its `ONLY`.
        tables: Vec<(Name, bool)>,
        /// `RESTART IDENTITY`.
        restart_identity: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `LOCK TABLE`.
    Lock {
        /// The relations, each with its `ONLY`.
        relations: Vec<(Name, bool)>,
        /// The mode.
        mode: LockMode,
        /// `NOWAIT`.
        nowait: bool,
    },
    /// `ALTER TABLE ALL IN TABLESPACE … SET TABLESPACE`, also of indexes and materialized views.
    MoveTablespace {
        /// `TABLE`, `INDEX`, `MATERIALIZED VIEW`.
        kind: String,
        /// From.
        from: String,
        /// To.
        to: String,
    },
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

impl Maintenance {
    /// The relations it names.
    pub fn tables(&self) -> Vec<&Name> {
        match self {
            Maintenance::Vacuum { tables, .. } | Maintenance::Analyze { tables, .. } => {
                tables.iter().collect()
            }
            Maintenance::Cluster { table, .. } => table.iter().collect(),
            Maintenance::Reindex {
                target: ReindexTarget::Index(name) | ReindexTarget::Table(name), ..
            } => {
                vec![name]
            }
            Maintenance::Truncate { tables, .. } => tables.iter().map(|(name, _)| name).collect(),
            Maintenance::Lock { relations, .. } => relations.iter().map(|(name, _)| name).collect(),
            Maintenance::Reindex { .. } | Maintenance::MoveTablespace { .. } => Vec::new(),
        }
    }
}
