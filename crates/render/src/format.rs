//! The serialised shapes users script against, as types of their own: a change inside the tool changes none of them
//! by accident, and their JSON Schemas are made from them.
//!
//! Keys may be added within a format number; none is renamed or removed.

mod check;
mod effect;
mod inspect;
mod limit;
mod outcomes;
mod plan;
mod preflight;
mod quantity;
mod rules;
mod saved;
mod schema;
mod step;
mod uses;
mod verify;

pub use check::{CHECK_FORMAT, CheckJson, Judgements};
pub use effect::{
    BlocksJson, CreatedJson, EffectJson, EstimateJson, FindingJson, LockJson, RelationKindJson,
    SuppressedJson, TransactionUseJson,
};
pub use inspect::{
    ColumnJson, ConstraintJson, INSPECT_FORMAT, IndexJson, InspectJson, ServerJson, TableJson, TriggerJson,
};
pub use limit::LimitJson;
pub use outcomes::{OUTCOMES_FORMAT, OutcomeJson, OutcomesError, OutcomesJson, read_outcomes};
pub use plan::{
    AlternativeJson, CapacityJson, CoexistenceJson, PLAN_FORMAT, PlanJson, PlanSchemaJson, RollbackJson,
    ShapesJson, TriggerConditionJson,
};
pub use preflight::{BehindJson, ObstacleJson, PreflightJson};
pub use quantity::{QuantityJson, RiskJson};
pub use rules::{ExampleJson, ExampleKindJson, RULES_FORMAT, RuleJson, RulesJson};
pub use saved::{SavedPlanError, read_plan};
pub use schema::{
    schema_check, schema_inspect, schema_outcomes, schema_plan, schema_rules, schema_snapshot, schema_verify,
};
pub use step::{
    CheckQueryJson, PhaseJson, PhaseKindJson, ProgressJson, StatementJson, StepJson, StepKindJson,
    TransactionJson,
};
pub use uses::{CertaintyJson, HowJson, ReferenceJson, UsesJson, UsingObjectJson, UsingStatementJson};
pub use verify::{
    AnswerJson, AnsweredJson, StandingJson, VERIFY_FORMAT, VerifiedStepJson, VerifiedTriggerJson, VerifyJson,
    WhenJson,
};

#[cfg(test)]
mod tests;

/// A shape as text.
pub(crate) fn to_text(shape: &impl serde::Serialize) -> String {
    // The shapes have string keys only and derive their serialisation, so there is nothing that can fail.
    let mut text = serde_json::to_string_pretty(shape).unwrap_or_default();
    text.push('\n');
    text
}
