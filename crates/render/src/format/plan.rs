//! A plan as JSON.

use altimeter_analysis::Capacity;
use altimeter_catalog::{Check, EngineName, Name, Outline};
use altimeter_planner::{Alternative, Coexistence, Plan, Rollback, RollbackTrigger, Shapes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::effect::names;
use super::{EffectJson, LimitJson, PhaseJson, PreflightJson, QuantityJson, RiskJson, UsesJson};

/// The format this version writes.
pub const PLAN_FORMAT: &str = "altimeter-plan/1";

/// A change planned for one database, every statement judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "altimeter-plan/1")]
pub struct PlanJson {
    /// `altimeter-plan/1`.
    pub format: String,
    /// The request in the tool's words.
    pub request: String,
    /// Whose rules hold.
    pub engine: EngineName,
    /// The server's version.
    pub server_version: String,
    /// `rules`, or `model, verified`.
    pub made_by: String,
    /// A fingerprint of `schema.before`.
    pub catalog_fingerprint: String,
    /// The schema it was made for, as far as it concerns the plan.
    pub schema: PlanSchemaJson,
    /// The tables it is about.
    pub tables: Vec<String>,
    /// The worst of its steps.
    pub risk: RiskJson,
    /// The worst of `direct`.
    pub risk_if_run_directly: RiskJson,
    /// The plain statements, for comparison.
    pub direct: Vec<EffectJson>,
    /// Expand, migrate, contract; a phase without steps is left out.
    pub phases: Vec<PhaseJson>,
    /// When and how to go back.
    pub rollback: RollbackJson,
    /// What it takes in all.
    pub capacity: CapacityJson,
    /// That, held against what the server has.
    #[serde(default)]
    pub limits: Vec<LimitJson>,
    /// Other roads, and why this one was taken.
    pub alternatives: Vec<AlternativeJson>,
    /// Who still uses what it takes away or renames; null if it does neither.
    pub uses: Option<UsesJson>,
    /// Old and new application code held against every schema in between; null if the application is to stand still.
    pub coexistence: Option<CoexistenceJson>,
    /// What must be known and no statement shows.
    pub cautions: Vec<String>,
    /// What is in the way on the server now.
    pub preflight: PreflightJson,
    /// What could not be known.
    pub unknowns: Vec<String>,
}

impl From<&Plan> for PlanJson {
    fn from(plan: &Plan) -> Self {
        Self {
            format: PLAN_FORMAT.to_owned(),
            request: plan.request.clone(),
            engine: plan.engine,
            server_version: plan.server_version.clone(),
            made_by: plan.made_by.clone(),
            catalog_fingerprint: plan.schema.before.fingerprint(),
            schema: PlanSchemaJson { of: plan.schema.of.clone(), before: plan.schema.before.clone() },
            tables: names(&plan.tables),
            risk: plan.risk.into(),
            risk_if_run_directly: plan.risk_if_run_directly.into(),
            direct: plan.direct.iter().map(|j| EffectJson::new(j, None)).collect(),
            phases: plan.phases.iter().map(PhaseJson::from).collect(),
            rollback: RollbackJson::from(&plan.rollback),
            capacity: CapacityJson::from(&plan.capacity),
            limits: plan.limits.iter().map(LimitJson::from).collect(),
            alternatives: plan.alternatives.iter().map(AlternativeJson::from).collect(),
            uses: plan.uses.as_ref().map(UsesJson::from),
            coexistence: plan.coexistence.map(CoexistenceJson::from),
            cautions: plan.cautions.clone(),
            preflight: PreflightJson::from(&plan.preflight),
            unknowns: plan.unknowns.clone(),
        }
    }
}

/// Kinds of statements that were found to work on every schema their code can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoexistenceJson {
    /// Schemas from before the first step to after the last.
    pub schemas: usize,
    /// Of the code as it is now, up to the end of the release.
    pub old: ShapesJson,
    /// Of the release's code, from its beginning on; null if the plan asks for no release.
    pub new: Option<ShapesJson>,
}

impl From<Coexistence> for CoexistenceJson {
    fn from(found: Coexistence) -> Self {
        Self { schemas: found.schemas, old: found.old.into(), new: found.new.map(ShapesJson::from) }
    }
}

/// How many kinds of statements, and where they are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShapesJson {
    /// Counted by the server.
    pub counted: usize,
    /// Made of the tables' columns: read all, write all, insert all, insert only what must be given.
    pub derived: usize,
}

impl From<Shapes> for ShapesJson {
    fn from(Shapes { counted, derived }: Shapes) -> Self {
        Self { counted, derived }
    }
}

/// The schema a plan was made for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanSchemaJson {
    /// The relations the plan's statements are about, those it makes too.
    pub of: Vec<Name>,
    /// Them and what refers to them, part by part in words, before the first step.
    pub before: Outline,
}

/// When and how to go back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RollbackJson {
    /// Stop and go back when one of these happens.
    pub triggers: Vec<TriggerConditionJson>,
    /// Ids of the steps to undo, in order.
    pub procedure: Vec<String>,
}

impl From<&Rollback> for RollbackJson {
    fn from(rollback: &Rollback) -> Self {
        Self {
            triggers: rollback.triggers.iter().map(TriggerConditionJson::from).collect(),
            procedure: rollback.procedure.clone(),
        }
    }
}

/// A reason to go back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TriggerConditionJson {
    /// What has happened, in words.
    pub when: String,
    /// A query whose first column is true as long as it has not.
    pub sql: String,
    /// The limit, in words.
    pub threshold: String,
    /// What is asked, taken apart.
    pub check: Check,
}

impl From<&RollbackTrigger> for TriggerConditionJson {
    fn from(trigger: &RollbackTrigger) -> Self {
        Self {
            when: trigger.when.clone(),
            sql: trigger.check.sql.clone(),
            threshold: trigger.threshold.clone(),
            check: trigger.check.check.clone(),
        }
    }
}

/// What a plan takes in all; null where it is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CapacityJson {
    /// Extra disk at the worst moment.
    pub disk_peak_bytes: Option<QuantityJson>,
    /// Write-ahead log in all.
    pub wal_bytes: Option<QuantityJson>,
    /// The furthest a standby falls behind.
    pub replica_lag_ms: Option<QuantityJson>,
    /// Run time of all statements, deploys and waits left out.
    pub total_duration_ms: Option<QuantityJson>,
}

impl From<&Capacity> for CapacityJson {
    fn from(capacity: &Capacity) -> Self {
        Self {
            disk_peak_bytes: QuantityJson::of(capacity.disk_peak_bytes.as_ref()),
            wal_bytes: QuantityJson::of(capacity.wal_bytes.as_ref()),
            replica_lag_ms: QuantityJson::of(capacity.replica_lag_ms.as_ref()),
            total_duration_ms: QuantityJson::of(capacity.total_duration_ms.as_ref()),
        }
    }
}

/// Another road to the same schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlternativeJson {
    /// A few words.
    pub title: String,
    /// The value of `--prefer` that asks for it; null if it cannot be asked for.
    pub prefer: Option<String>,
    /// Why it was not taken.
    pub why_not: String,
    /// What the application must do for it.
    pub asks_of_application: String,
    /// How risky it is.
    pub risk: RiskJson,
    /// What it takes.
    pub capacity: CapacityJson,
}

impl From<&Alternative> for AlternativeJson {
    fn from(alternative: &Alternative) -> Self {
        Self {
            title: alternative.title.clone(),
            prefer: alternative.road.map(|road| road.key().to_owned()),
            why_not: alternative.why_not.clone(),
            asks_of_application: alternative.asks_of_application.clone(),
            risk: alternative.risk.into(),
            capacity: CapacityJson::from(&alternative.capacity),
        }
    }
}
