//! A catalog as JSON: what a DBA looks at before a change. The whole of it is what `altimeter snapshot` writes.

use altimeter_catalog::{Activity, Catalog, EngineName, Name, Role, Sequence, Table, Unknown, WalPosition};
use schemars::JsonSchema;
use serde::Serialize;

mod table;

pub use table::{ColumnJson, ConstraintJson, IndexJson, TableJson, TriggerJson};

/// The format this version writes.
pub const INSPECT_FORMAT: &str = "altimeter-inspect/1";

/// Sizes, rows, indexes, activity and health.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "altimeter-inspect/1")]
pub struct InspectJson {
    /// `altimeter-inspect/1`.
    pub format: String,
    /// The server.
    pub server: ServerJson,
    /// The tables asked for, or all; the largest first.
    pub tables: Vec<TableJson>,
    /// Sequences with the share of their range that is used.
    pub sequences: Vec<Sequence>,
    /// Sessions, waits, running work, replication and statements.
    pub activity: Activity,
    /// What could not be known, why, and what would show it.
    pub unknowns: Vec<Unknown>,
}

impl InspectJson {
    /// The catalog's summary; `tables` limits it to those named, none for all.
    pub fn new(catalog: &Catalog, tables: &[Name]) -> Self {
        let mut shown: Vec<&Table> =
            catalog.tables.iter().filter(|t| tables.is_empty() || tables.contains(&t.name)).collect();
        shown.sort_by_key(|t| std::cmp::Reverse(t.size.total_bytes()));
        Self {
            format: INSPECT_FORMAT.to_owned(),
            server: ServerJson::from(catalog),
            tables: shown.into_iter().map(TableJson::from).collect(),
            sequences: catalog.sequences.iter().cloned().collect(),
            activity: (*catalog.activity).clone(),
            unknowns: catalog.unknowns.to_vec(),
        }
    }
}

/// The server in short.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ServerJson {
    /// Which engine.
    pub engine: EngineName,
    /// The version as the server prints it.
    pub version: String,
    /// The database's name.
    pub database: String,
    /// The role that read it.
    pub user: String,
    /// Primary or standby.
    pub role: Role,
    /// The pooler in between, where one was noticed.
    pub pooler: Option<String>,
    /// When it was read.
    pub taken_at: String,
    /// How many queries the reading took.
    pub queries: u32,
    /// How long the reading took.
    pub read_ms: f64,
    /// Size of the whole database.
    pub database_bytes: Option<u64>,
    /// Seconds since the statistics counters were reset.
    pub statistics_age_s: Option<f64>,
    /// Write-ahead log position and rate.
    pub wal: WalPosition,
}

impl From<&Catalog> for ServerJson {
    fn from(catalog: &Catalog) -> Self {
        let server = &catalog.server;
        Self {
            engine: server.engine,
            version: server.version.clone(),
            database: server.database.clone(),
            user: server.user.clone(),
            role: server.role.clone(),
            pooler: server.pooler.clone(),
            taken_at: server.taken_at.clone(),
            queries: server.queries,
            read_ms: server.read_ms,
            database_bytes: server.database_bytes,
            statistics_age_s: server.statistics_age_s,
            wal: server.wal.clone(),
        }
    }
}
