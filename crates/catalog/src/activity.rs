//! What was going on while the catalog was read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Name, PastWork};

/// Sessions, waits, running work, replication and statements.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Activity {
    /// Sessions with an open transaction, the oldest first.
    pub sessions: Vec<Session>,
    /// Transactions prepared for a two-phase commit, which hold their locks until somebody finishes them.
    pub prepared: Vec<PreparedTransaction>,
    /// What other roles' sessions do and since when was hidden from the role that read this.
    pub others_hidden: bool,
    /// Who waits for whom.
    pub lock_waits: Vec<LockWait>,
    /// Vacuums, index builds and other work that reports its progress.
    pub progress: Vec<Progress>,
    /// Standbys connected to this server.
    pub standbys: Vec<StandbyConnection>,
    /// Replication slots.
    pub slots: Vec<ReplicationSlot>,
    /// How archiving of the log goes; none if it was not read.
    #[serde(default)]
    pub archiver: Option<Archiver>,
    /// Statements by total time, the most expensive first; none if `pg_stat_statements` is not there or unreadable.
    pub statements: Option<Vec<StatementStatistics>>,
    /// Since when they are counted, RFC 3339 in UTC; none before PostgreSQL 14, which does not say.
    #[serde(default)]
    pub statements_since: Option<String>,
    /// Seconds since then by the server's clock; none as above, and where the clock was set back.
    #[serde(default)]
    pub statements_age_s: Option<f64>,
    /// Heavy statements that ran here before; none where `statements` is none.
    #[serde(default)]
    pub history: Option<Vec<PastWork>>,
    /// Sessions of all kinds, counted; none if it could not be read.
    pub connections: Option<u32>,
}

/// A session with an open transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// The server process.
    pub pid: i32,
    /// Its role; none if it may not be read.
    pub user: Option<String>,
    /// Its `application_name`.
    pub application: Option<String>,
    /// `active`, `idle in transaction`, …
    pub state: Option<String>,
    /// Seconds its transaction has been open.
    pub transaction_s: Option<f64>,
    /// Seconds it has been in this state.
    pub state_s: Option<f64>,
    /// What it waits for: `Lock/relation`.
    pub waits_for: Option<String>,
    /// Its statement with every literal taken out.
    pub statement: Option<String>,
    /// Relations it holds a lock on, with the mode; several where none of them stands in the way of all that the others
    /// do.
    pub holds: Vec<(Name, String)>,
    /// It holds a snapshot, so that what waits for old ones (a concurrent index build) waits for it; none if unknown.
    #[serde(default)]
    pub snapshot: Option<bool>,
    /// `autovacuum worker`, `client backend`, …
    pub kind: String,
}

/// A transaction prepared for a two-phase commit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PreparedTransaction {
    /// Its identifier.
    pub identifier: String,
    /// Seconds since it was prepared.
    pub age_s: f64,
    /// Relations it holds a lock on, with the mode, as in [`Session::holds`].
    pub holds: Vec<(Name, String)>,
}

/// One session that waits for a lock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LockWait {
    /// Who waits.
    pub pid: i32,
    /// The relation, where it is one.
    pub relation: Option<Name>,
    /// The mode asked for.
    pub mode: String,
    /// Who is in the way.
    pub blocked_by: Vec<i32>,
}

/// Work that reports its progress.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// The server process.
    pub pid: i32,
    /// `VACUUM`, `CREATE INDEX`, `ANALYZE`, `CLUSTER`, `COPY`, `BASE BACKUP`.
    pub command: String,
    /// The relation it works on.
    pub relation: Option<Name>,
    /// The phase as the server names it.
    pub phase: String,
    /// Share done, 0 to 1, where the view tells.
    pub done: Option<f64>,
}

/// A standby connected to this server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StandbyConnection {
    /// Its `application_name`.
    pub application: String,
    /// `async`, `sync`, `quorum`, `potential`.
    pub sync_state: Option<String>,
    /// Bytes of WAL it has not replayed.
    pub lag_bytes: Option<u64>,
    /// Seconds of replay lag.
    pub lag_s: Option<f64>,
}

/// A replication slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReplicationSlot {
    /// Name.
    pub name: String,
    /// Logical (else physical).
    pub logical: bool,
    /// Somebody reads from it now.
    pub active: bool,
    /// Bytes of WAL kept for it.
    pub retained_bytes: Option<u64>,
}

/// How archiving of the log has gone since its counters were reset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Archiver {
    /// Files of the log that were archived.
    pub archived: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// The last attempt failed.
    pub failing: bool,
    /// Seconds since the counters were reset.
    pub counted_s: Option<f64>,
}

/// One kind of statement that ran here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StatementStatistics {
    /// The statement with every literal and comment taken out.
    pub statement: String,
    /// How often it ran.
    pub calls: u64,
    /// Mean run time in milliseconds.
    pub mean_ms: f64,
    /// Longest run time in milliseconds.
    pub max_ms: f64,
    /// Rows returned or changed, in all.
    pub rows: u64,
    /// WAL written, in all, in bytes.
    pub wal_bytes: Option<u64>,
    /// Calls a second between the two samples.
    pub calls_per_second: Option<f64>,
    /// What the server knows it by (`pg_stat_statements.queryid`), several where statements are the same without their
    /// literals, each with its calls, by number.
    #[serde(default)]
    pub ids: Vec<StatementCalls>,
}

/// One entry of the server's list of statements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatementCalls {
    /// Its number, as text: it has more digits than JSON's readers keep.
    pub id: String,
    /// How often it ran, by all roles.
    pub calls: u64,
}
