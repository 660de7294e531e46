//! Heavy statements that ran on the server before, by what they did and not by their text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{IndexDefinition, Name};

/// A statement that ran here, and what it took: from `pg_stat_statements`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PastWork {
    /// What it did.
    pub kind: PastKind,
    /// The table it worked on.
    pub table: Name,
    /// The index it built, where it was one.
    pub index: Option<IndexDefinition>,
    /// How often it ran.
    pub calls: u64,
    /// Run times of all calls, waits for locks included, in milliseconds.
    pub total_ms: f64,
    /// Rows changed by all calls.
    pub rows: u64,
    /// Pages of all calls, found in `shared_buffers` or read.
    pub blocks: Option<u64>,
    /// Taken from outcomes that were recorded beside a plan, not from the server.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recorded: bool,
    /// Log of all calls, in bytes; none before version 1.8 of the extension.
    pub wal_bytes: Option<u64>,
}

/// What a heavy statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PastKind {
    /// `CREATE INDEX`, `ADD UNIQUE`, `ADD PRIMARY KEY`, `REINDEX INDEX`.
    Build,
    /// The same with `CONCURRENTLY`.
    BuildConcurrently,
    /// `REINDEX TABLE`.
    Reindex,
    /// `ALTER TABLE` that may write the table anew.
    Rewrite,
    /// `VACUUM FULL`, `CLUSTER`.
    RewritePages,
    /// `ALTER TABLE` that reads the table: `SET NOT NULL`, `VALIDATE CONSTRAINT`, `ADD CHECK`.
    Scan,
    /// `UPDATE` of many rows.
    Update,
    /// `DELETE` of many rows.
    Delete,
}

impl PastKind {
    /// What people call it.
    pub fn says(self) -> &'static str {
        match self {
            PastKind::Build => "index builds",
            PastKind::BuildConcurrently => "concurrent index builds",
            PastKind::Reindex => "REINDEX TABLE",
            PastKind::Rewrite => "rewrites by ALTER TABLE",
            PastKind::RewritePages => "VACUUM FULL and CLUSTER",
            PastKind::Scan => "validations",
            PastKind::Update => "large updates",
            PastKind::Delete => "large deletes",
        }
    }
}
