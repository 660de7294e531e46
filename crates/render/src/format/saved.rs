//! A plan read back from what `altimeter plan --format json` wrote.

use altimeter_planner::verify::{SavedPlan, SavedStep};
use altimeter_planner::{PlanSchema, PlannedCheck, RollbackTrigger, StepKind};
use serde::Deserialize;

use super::{CheckQueryJson, PLAN_FORMAT, PlanJson, StatementJson, StepJson, StepKindJson};

/// Why a text is no saved plan.
#[derive(Debug, thiserror::Error)]
pub enum SavedPlanError {
    /// It is not JSON, or a key of a plan is missing or has another shape.
    #[error("this is not a saved plan: {0}")]
    Shape(#[from] serde_json::Error),
    /// It says it is something else.
    #[error("this is no plan in the format {PLAN_FORMAT}: its `format` is {found}")]
    Format {
        /// What it says, or `missing`.
        found: String,
    },
    /// Its fingerprint is not that of its schema.
    #[error(
        "the plan was changed after it was saved: its `catalog_fingerprint` {said} does not fit its `schema`, whose \
         fingerprint is {computed}"
    )]
    Altered {
        /// What it says.
        said: String,
        /// What its schema gives.
        computed: String,
    },
}

/// The format alone, whatever else there is.
#[derive(Deserialize)]
struct Head {
    format: Option<serde_json::Value>,
}

/// Reads a saved plan. Keys that this version does not know are passed over.
///
/// # Errors
/// It is not one, in another format, or its fingerprint is not its schema's.
pub fn read_plan(text: &str) -> Result<PlanJson, SavedPlanError> {
    let head: Head = serde_json::from_str(text)?;
    match head.format {
        Some(serde_json::Value::String(format)) if format == PLAN_FORMAT => {}
        found => {
            let found = found.map_or("missing".to_owned(), |f| f.to_string());
            return Err(SavedPlanError::Format { found });
        }
    }
    let plan: PlanJson = serde_json::from_str(text)?;
    let computed = plan.schema.before.fingerprint();
    if computed != plan.catalog_fingerprint {
        return Err(SavedPlanError::Altered { said: plan.catalog_fingerprint, computed });
    }
    Ok(plan)
}

impl PlanJson {
    /// What it is checked by.
    pub fn saved(&self) -> SavedPlan {
        let triggers = self.rollback.triggers.iter().map(|t| RollbackTrigger {
            when: t.when.clone(),
            check: planned(&t.check, &t.sql),
            threshold: t.threshold.clone(),
        });
        SavedPlan {
            request: self.request.clone(),
            engine: self.engine,
            fingerprint: self.catalog_fingerprint.clone(),
            schema: PlanSchema { of: self.schema.of.clone(), before: self.schema.before.clone() },
            steps: self.phases.iter().flat_map(|p| &p.steps).map(step).collect(),
            triggers: triggers.collect(),
        }
    }
}

fn planned(check: &altimeter_catalog::Check, sql: &str) -> PlannedCheck {
    PlannedCheck { check: check.clone(), sql: sql.to_owned(), says: check.to_string() }
}

fn step(step: &StepJson) -> SavedStep {
    let checks = |list: &[CheckQueryJson]| -> Vec<PlannedCheck> {
        list.iter().map(|c| planned(&c.check, &c.sql)).collect()
    };
    let changes = |list: &[StatementJson]| list.iter().map(|s| s.schema_change.clone()).collect();
    SavedStep {
        id: step.id.clone(),
        title: step.title.clone(),
        kind: match step.kind {
            StepKindJson::Sql => StepKind::Sql,
            StepKindJson::Backfill => StepKind::Backfill,
            StepKindJson::Deploy => StepKind::Deploy,
            StepKindJson::Wait => StepKind::Wait,
        },
        before: checks(&step.before),
        up: changes(&step.up),
        down: changes(&step.down),
        after: checks(&step.after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn text(plan: &PlanJson) -> String {
        serde_json::to_string(plan).unwrap()
    }

    #[test]
    fn what_was_written_is_read_back_the_same() {
        let plan = PlanJson::from(&fixture::plan());
        assert_eq!(read_plan(&text(&plan)).unwrap(), plan);
    }

    #[test]
    fn what_is_no_plan_or_was_changed_is_refused() {
        let plan = PlanJson::from(&fixture::plan());
        let mut altered = plan.clone();
        altered
            .schema
            .before
            .0
            .entry("public.users".into())
            .or_default()
            .insert("column x".into(), "text".into());
        assert!(matches!(read_plan(&text(&altered)), Err(SavedPlanError::Altered { .. })));
        let other = text(&plan).replace("altimeter-plan/1", "altimeter-plan/2");
        assert!(matches!(read_plan(&other), Err(SavedPlanError::Format { .. })));
        for bad in ["", "{", "[]", "7", "{\"format\":\"altimeter-plan/1\"}"] {
            assert!(matches!(read_plan(bad), Err(SavedPlanError::Shape(_))), "{bad}");
        }
        assert!(matches!(read_plan("{}"), Err(SavedPlanError::Format { .. })));
        let check = text(&plan).replace("\"kind\":\"no_transaction_older_than\"", "\"kind\":\"run_this\"");
        assert!(read_plan(&check).unwrap_err().to_string().contains("unknown variant `run_this`"));
    }
}
