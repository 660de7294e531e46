//! The server a catalog was read from.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{EngineName, Name, PastKind};

/// Where a catalog comes from and what governs statements there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Server {
    /// Which engine's rules hold.
    pub engine: EngineName,
    /// The version as the server prints it, without the distribution's suffix: `17.5`.
    pub version: String,
    /// The version as one number, PostgreSQL's `server_version_num`: 170005.
    pub version_num: u32,
    /// The database's name.
    pub database: String,
    /// The role that read it.
    pub user: String,
    /// Whether that role is a superuser.
    pub superuser: bool,
    /// Primary or standby.
    pub role: Role,
    /// The pooler in between, where one was noticed: `PgBouncer`.
    pub pooler: Option<String>,
    /// When it was read, RFC 3339 in UTC, by the server's clock.
    pub taken_at: String,
    /// How many queries the reading took.
    pub queries: u32,
    /// How long the reading took, in milliseconds, without the pause between the two samples.
    pub read_ms: f64,
    /// Seconds between the two samples that rates come from; 0 when only one was taken.
    pub sampled_seconds: f64,
    /// Schemas searched for unqualified names, in order, those that exist only.
    pub search_path: Vec<String>,
    /// Settings that change what a statement does or costs, by name, in the server's base unit where it has one
    /// (bytes for memory and WAL sizes, milliseconds for times).
    pub settings: BTreeMap<String, String>,
    /// Settings kept for a role or for this database, which the sessions of that role begin with.
    pub role_settings: Vec<RoleSetting>,
    /// Size of the whole database in bytes.
    pub database_bytes: Option<u64>,
    /// Seconds since the statistics counters were reset.
    pub statistics_age_s: Option<f64>,
    /// Write-ahead log position and rate.
    pub wal: WalPosition,
    /// How fast it was at two small probes; none if they were not run.
    pub speed: Option<Speed>,
    /// How long its reads and writes took; nothing of what it does not time.
    #[serde(default)]
    pub timings: Timings,
    /// How long kinds of work took here before, held against the model of costs: worked out from
    /// [`crate::Activity::history`] whenever a catalog is read, never written.
    #[serde(skip)]
    pub paces: Vec<Pace>,
}

/// Times the server has kept, since its counters were reset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Timings {
    /// Pages read for this database from the operating system, one by one and in bulk (`pg_stat_database`).
    pub reads: Option<Timed>,
    /// Tables read in bulk, on the whole server (`pg_stat_io`, from PostgreSQL 16 on).
    pub bulk_reads: Option<Timed>,
    /// The log written (`pg_stat_wal` from 14 on, `pg_stat_io` from 18 on).
    pub log_writes: Option<Timed>,
    /// The log flushed to disk, by as many bytes.
    pub log_flushes: Option<Timed>,
}

/// Bytes, and how long they took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timed {
    /// Bytes.
    pub bytes: u64,
    /// Milliseconds.
    pub ms: f64,
}

/// How much longer a kind of work took here than estimated without knowing.
#[derive(Clone, Debug, PartialEq)]
pub struct Pace {
    /// The kind.
    pub kind: PastKind,
    /// Only on that table; none for any.
    pub table: Option<Name>,
    /// So many times as long.
    pub factor: f64,
    /// Standard deviation that is left, of the natural logarithm of times.
    pub deviation: f64,
    /// Where that is known from, in words.
    pub basis: String,
}

/// What a server took for small queries that read no table: how fast its processor is, and how busy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Speed {
    /// Nanoseconds for a row that is made and counted.
    pub count_row_ns: f64,
    /// Nanoseconds for a row that is sorted, in memory.
    pub sort_row_ns: f64,
}

impl Server {
    /// The major version: 13 to 18 for PostgreSQL.
    pub fn major(&self) -> u32 {
        self.version_num / 10_000
    }

    /// What is kept for sessions of a role under that name, if anything: of several the most particular, a role in a
    /// database before a role before a database (manual, "Customizing", `ALTER ROLE`).
    pub fn role_setting(&self, role: &str, name: &str) -> Option<&str> {
        let of_role = |s: &&RoleSetting| s.role.as_deref().is_none_or(|r| r == role);
        let named = self.role_settings.iter().filter(|s| s.name.eq_ignore_ascii_case(name)).filter(of_role);
        named.max_by_key(|s| (s.role.is_some(), s.of_database)).map(|s| s.value.as_str())
    }

    /// Whether NOT NULL is a constraint with a name of its own there (PostgreSQL 18).
    pub fn names_not_null(&self) -> bool {
        self.engine == EngineName::Postgresql && self.major() >= 18
    }

    /// A setting as a number, if it is known and one.
    pub fn setting_number(&self, name: &str) -> Option<f64> {
        self.settings.get(name).and_then(|v| v.parse().ok())
    }
}

/// A setting kept for a role, for this database, or for one in the other: `ALTER ROLE … SET`, `ALTER DATABASE … SET`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoleSetting {
    /// The role; none for all of them.
    pub role: Option<String>,
    /// Only in this database.
    pub of_database: bool,
    /// The setting: `lock_timeout`.
    pub name: String,
    /// Its value as it was written: `5s`.
    pub value: String,
}

/// Whether the server takes writes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Role {
    /// It takes writes.
    Primary,
    /// It replays another server's WAL; its activity counters are its own, not the primary's.
    Standby {
        /// Seconds since the last replayed transaction, 0 when all that was received is replayed.
        lag_s: Option<f64>,
        /// Whether its queries hold back vacuum on the primary (`hot_standby_feedback`).
        feedback: Option<bool>,
    },
    /// It was not said.
    #[default]
    Unknown,
}

impl Role {
    /// True on a standby.
    pub fn is_standby(&self) -> bool {
        matches!(self, Role::Standby { .. })
    }
}

/// Write-ahead log position and, from two samples, its rate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct WalPosition {
    /// Bytes from the log's beginning; on a standby, what was replayed.
    pub bytes: Option<u64>,
    /// Bytes a second between the two samples.
    pub bytes_per_second: Option<f64>,
}
