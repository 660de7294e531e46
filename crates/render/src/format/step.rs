//! Phases, steps and their statements as JSON.

use altimeter_catalog::{Check, OutlineChange};
use altimeter_planner::{Phase, PhaseKind, PlannedCheck, PlannedStatement, Step, StepKind, Transaction};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EffectJson;

/// One phase of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PhaseJson {
    /// Which.
    pub phase: PhaseKindJson,
    /// Its steps in order.
    pub steps: Vec<StepJson>,
}

impl From<&Phase> for PhaseJson {
    fn from(phase: &Phase) -> Self {
        let kind = match phase.phase {
            PhaseKind::Expand => PhaseKindJson::Expand,
            PhaseKind::Migrate => PhaseKindJson::Migrate,
            PhaseKind::Contract => PhaseKindJson::Contract,
        };
        Self { phase: kind, steps: phase.steps.iter().map(StepJson::from).collect() }
    }
}

/// The phases of a change that old and new code live through together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PhaseKindJson {
    /// What is new is added.
    Expand,
    /// Rows and code move.
    Migrate,
    /// What is old goes.
    Contract,
}

/// One step: done in one go, then checked, undone in one go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepJson {
    /// `expand-1`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// Who acts.
    pub kind: StepKindJson,
    /// Why it is there.
    pub why: String,
    /// What the application must do, for a deploy.
    pub app_change: Option<String>,
    /// Must hold before.
    pub before: Vec<CheckQueryJson>,
    /// The statements, in order.
    pub up: Vec<StatementJson>,
    /// The way back, in order.
    pub down: Vec<StatementJson>,
    /// Must hold after.
    pub after: Vec<CheckQueryJson>,
    /// The way back from here cannot bring everything back.
    pub point_of_no_return: bool,
    /// What the way back cannot bring back.
    pub lost_on_return: Option<String>,
    /// A query that shows how far the step is, while it runs.
    pub progress: Option<ProgressJson>,
}

impl From<&Step> for StepJson {
    fn from(step: &Step) -> Self {
        let kind = match step.kind {
            StepKind::Sql => StepKindJson::Sql,
            StepKind::Backfill => StepKindJson::Backfill,
            StepKind::Deploy => StepKindJson::Deploy,
            StepKind::Wait => StepKindJson::Wait,
        };
        Self {
            id: step.id.clone(),
            title: step.title.clone(),
            kind,
            why: step.why.clone(),
            app_change: step.app_change.clone(),
            before: step.before.iter().map(CheckQueryJson::from).collect(),
            up: step.up.iter().map(StatementJson::from).collect(),
            down: step.down.iter().map(StatementJson::from).collect(),
            after: step.after.iter().map(CheckQueryJson::from).collect(),
            point_of_no_return: step.lost_on_return.is_some(),
            lost_on_return: step.lost_on_return.clone(),
            progress: step.progress.clone().map(|sql| ProgressJson { sql }),
        }
    }
}

/// Who acts in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepKindJson {
    /// The DBA runs short statements.
    Sql,
    /// The DBA runs a statement that works through all rows.
    Backfill,
    /// The team releases the application.
    Deploy,
    /// Everybody waits until something holds.
    Wait,
}

/// A read-only query whose first column of its only row is true exactly when the check holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckQueryJson {
    /// The query.
    pub sql: String,
    /// The same for people.
    pub says: String,
    /// What is asked, taken apart: `altimeter verify` prints the query anew from it.
    pub check: Check,
}

impl From<&PlannedCheck> for CheckQueryJson {
    fn from(check: &PlannedCheck) -> Self {
        Self { sql: check.sql.clone(), says: check.says.clone(), check: check.check.clone() }
    }
}

/// A statement that a plain client can run as it stands, in autocommit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StatementJson {
    /// The statement, without closing semicolon.
    pub sql: String,
    /// Whether it gets a transaction of its own.
    pub transaction: TransactionJson,
    /// What `lock_timeout` to set before it, in ms; 0 for none.
    pub lock_timeout_ms: u32,
    /// What it does and costs on the schema it finds.
    pub effect: EffectJson,
    /// What it changes of `schema`; null is what is gone.
    #[serde(default, skip_serializing_if = "OutlineChange::is_empty")]
    pub schema_change: OutlineChange,
}

impl From<&PlannedStatement> for StatementJson {
    fn from(statement: &PlannedStatement) -> Self {
        let transaction = match statement.transaction {
            Transaction::None => TransactionJson::None,
            Transaction::Own => TransactionJson::Own,
        };
        Self {
            sql: statement.judged.statement.sql.clone(),
            transaction,
            lock_timeout_ms: statement.lock_timeout_ms,
            effect: EffectJson::new(&statement.judged, None),
            schema_change: statement.changes.clone(),
        }
    }
}

/// How a statement is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TransactionJson {
    /// It must not be in a transaction block.
    None,
    /// In a transaction of its own.
    Own,
}

/// A query that shows how far a step is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProgressJson {
    /// The query.
    pub sql: String,
}
