//! One statement's effect as JSON, alike in `check` and inside plans.

use altimeter_analysis::review::Held;
use altimeter_analysis::{Estimate, Finding, Judged};
use altimeter_catalog::{Created, Effect, Lock, Name, RelationKind, TransactionUse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{QuantityJson, RiskJson};

/// What one statement does on the schema it finds, and what that costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EffectJson {
    /// The statement, without closing semicolon.
    pub sql: String,
    /// The file it was read from; null in plans.
    pub file: Option<String>,
    /// The line it begins on, from 1.
    pub line: u32,
    /// For every relation that existed before, the strongest lock taken on it.
    pub locks: Vec<LockJson>,
    /// Tables written anew.
    pub rewrites: Vec<String>,
    /// Existing indexes built anew.
    pub index_builds: Vec<String>,
    /// New relations.
    pub creates: Vec<CreatedJson>,
    /// Relations that are gone afterwards.
    pub drops: Vec<String>,
    /// Existing tables read from end to end.
    pub scans: Vec<String>,
    /// MySQL and MariaDB: the least intrusive `ALGORITHM` the server accepts.
    pub algorithm: Option<String>,
    /// MySQL and MariaDB: the least intrusive `LOCK` the server accepts.
    pub lock: Option<String>,
    /// MySQL and MariaDB: whether the table is rebuilt.
    pub rebuild: Option<bool>,
    /// Whether it may run inside a transaction block.
    pub transaction: TransactionUseJson,
    /// Who waits while its transaction is open.
    pub blocks: BlocksJson,
    /// What it costs here.
    pub estimate: EstimateJson,
    /// The worst of its findings, low if there is none.
    pub risk: RiskJson,
    /// What a reviewer must know, worst first.
    pub findings: Vec<FindingJson>,
    /// It shares its transaction with other statements.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_transaction: bool,
    /// Locks that statements before it in the same transaction took and that are held on while it runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldJson>,
    /// What else is to be said: what it hangs on, where the server's own parser disagrees.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// The server refuses it on this schema, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails: Option<String>,
    /// Why it could not be analysed; it is then judged at the highest lock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_analysed: Option<String>,
}

impl EffectJson {
    /// A judged statement, and the file it was read from.
    pub fn new(judged: &Judged, file: Option<&str>) -> Self {
        let Judged { statement, effect, estimate, findings, risk } = judged;
        Self {
            sql: statement.sql.clone(),
            file: file.map(str::to_owned),
            line: statement.line,
            locks: effect.locks.iter().map(LockJson::from).collect(),
            rewrites: names(&effect.rewrites),
            index_builds: names(&effect.index_builds),
            creates: effect.creates.iter().map(CreatedJson::from).collect(),
            drops: names(&effect.drops),
            scans: names(&effect.scans),
            algorithm: effect.algorithm.clone(),
            lock: effect.lock.clone(),
            rebuild: effect.rebuild,
            transaction: effect.transaction.into(),
            blocks: BlocksJson::from(effect),
            estimate: EstimateJson::from(estimate),
            risk: (*risk).into(),
            findings: findings.iter().map(FindingJson::from).collect(),
            in_transaction: false,
            held: Vec::new(),
            remarks: effect.remarks.clone(),
            fails: effect.fails.clone(),
            not_analysed: effect.not_analysed.clone(),
        }
    }
}

/// Names as `schema.name`, quoted where SQL would need it.
pub(super) fn names(names: &[Name]) -> Vec<String> {
    names.iter().map(Name::to_string).collect()
}

/// One lock on one relation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LockJson {
    /// The relation.
    pub object: String,
    /// What it is.
    pub kind: RelationKindJson,
    /// The mode as the server's manual writes it: `ACCESS EXCLUSIVE`.
    pub mode: String,
    /// How the statement comes to it, where it does not name the relation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
}

/// A lock that an earlier statement of the same transaction took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HeldJson {
    /// The lock.
    #[serde(flatten)]
    pub lock: LockJson,
    /// The line of the statement that took it.
    pub line: u32,
}

impl From<&Held> for HeldJson {
    fn from(held: &Held) -> Self {
        Self { lock: LockJson::from(&held.lock), line: held.line }
    }
}

impl From<&Lock> for LockJson {
    fn from(lock: &Lock) -> Self {
        Self {
            object: lock.object.to_string(),
            kind: lock.kind.into(),
            mode: lock.mode.to_string(),
            through: lock.through.clone(),
        }
    }
}

/// A relation that a statement makes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreatedJson {
    /// Its name.
    pub object: String,
    /// What it is.
    pub kind: RelationKindJson,
}

impl From<&Created> for CreatedJson {
    fn from(created: &Created) -> Self {
        Self { object: created.object.to_string(), kind: created.kind.into() }
    }
}

/// The kind of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelationKindJson {
    /// A plain or foreign table.
    Table,
    /// A partitioned parent.
    PartitionedTable,
    /// An index.
    Index,
    /// A sequence.
    Sequence,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
}

impl From<RelationKind> for RelationKindJson {
    fn from(kind: RelationKind) -> Self {
        match kind {
            RelationKind::Table => RelationKindJson::Table,
            RelationKind::PartitionedTable => RelationKindJson::PartitionedTable,
            RelationKind::Index => RelationKindJson::Index,
            RelationKind::Sequence => RelationKindJson::Sequence,
            RelationKind::View => RelationKindJson::View,
            RelationKind::MaterializedView => RelationKindJson::MaterializedView,
        }
    }
}

/// Whether a statement may run inside a transaction block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TransactionUseJson {
    /// It may.
    Allowed,
    /// The server refuses it there, or it commits by itself.
    Forbidden,
}

impl From<TransactionUse> for TransactionUseJson {
    fn from(transaction: TransactionUse) -> Self {
        match transaction {
            TransactionUse::Allowed => TransactionUseJson::Allowed,
            TransactionUse::Forbidden => TransactionUseJson::Forbidden,
        }
    }
}

/// Who waits while the statement's transaction is open, on the table the statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlocksJson {
    /// A plain SELECT.
    pub reads: bool,
    /// An INSERT.
    pub writes: bool,
}

impl From<&Effect> for BlocksJson {
    fn from(effect: &Effect) -> Self {
        Self { reads: effect.blocks.reads, writes: effect.blocks.writes }
    }
}

/// What one statement costs; a quantity is null where its inputs are unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EstimateJson {
    /// The statement's own run time once it has its locks.
    pub duration_ms: Option<QuantityJson>,
    /// How long others who need the table can be kept waiting.
    pub blocked_ms: Option<QuantityJson>,
    /// Bytes read.
    pub read_bytes: Option<QuantityJson>,
    /// Bytes written.
    pub write_bytes: Option<QuantityJson>,
    /// Write-ahead log; MySQL's redo and binary log together.
    pub wal_bytes: Option<QuantityJson>,
    /// Temporary files.
    pub temp_bytes: Option<QuantityJson>,
    /// Extra space at the worst moment, temporary files included.
    pub disk_peak_bytes: Option<QuantityJson>,
    /// The table's growth once the statement is done.
    pub disk_after_bytes: Option<QuantityJson>,
    /// Statements that pile up while the lock is waited for and held.
    pub queries_queued: Option<QuantityJson>,
    /// How far a standby falls behind.
    pub replica_lag_ms: Option<QuantityJson>,
    /// What was not known.
    pub unknowns: Vec<String>,
}

impl From<&Estimate> for EstimateJson {
    fn from(estimate: &Estimate) -> Self {
        Self {
            duration_ms: QuantityJson::of(estimate.duration_ms.as_ref()),
            blocked_ms: QuantityJson::of(estimate.blocked_ms.as_ref()),
            read_bytes: QuantityJson::of(estimate.read_bytes.as_ref()),
            write_bytes: QuantityJson::of(estimate.write_bytes.as_ref()),
            wal_bytes: QuantityJson::of(estimate.wal_bytes.as_ref()),
            temp_bytes: QuantityJson::of(estimate.temp_bytes.as_ref()),
            disk_peak_bytes: QuantityJson::of(estimate.disk_peak_bytes.as_ref()),
            disk_after_bytes: QuantityJson::of(estimate.disk_after_bytes.as_ref()),
            queries_queued: QuantityJson::of(estimate.queries_queued.as_ref()),
            replica_lag_ms: QuantityJson::of(estimate.replica_lag_ms.as_ref()),
            unknowns: estimate.unknowns.clone(),
        }
    }
}

/// Something about a statement that a reviewer must know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingJson {
    /// The rule's name.
    pub rule: String,
    /// How bad it is on this database.
    pub severity: RiskJson,
    /// What happens.
    pub message: String,
    /// The safe way; empty if there is none but to know.
    pub instead: String,
    /// The relation it is about.
    pub object: Option<String>,
    /// Somebody allowed it: it does not count for the risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<SuppressedJson>,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SuppressedJson {
    /// What was given as the reason, in the SQL or in the configuration.
    pub reason: String,
}

impl From<&Finding> for FindingJson {
    fn from(finding: &Finding) -> Self {
        Self {
            rule: finding.rule.to_owned(),
            severity: finding.severity.into(),
            message: finding.message.clone(),
            instead: finding.instead.clone(),
            object: finding.object.as_ref().map(Name::to_string),
            suppressed: finding.suppressed.clone().map(|reason| SuppressedJson { reason }),
        }
    }
}
