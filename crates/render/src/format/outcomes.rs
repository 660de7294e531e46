//! What a plan's statements were predicted to take and what they took, kept beside the plan's file.

use altimeter_catalog::{Catalog, EngineName, PastWork};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{PlanJson, QuantityJson, to_text};

/// The format this version writes.
pub const OUTCOMES_FORMAT: &str = "altimeter-outcomes/1";

/// The outcomes of one plan on one database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "altimeter-outcomes/1")]
pub struct OutcomesJson {
    /// `altimeter-outcomes/1`.
    pub format: String,
    /// The plan's request.
    pub request: String,
    /// Whose rules hold.
    pub engine: EngineName,
    /// The database.
    pub database: String,
    /// The server's version.
    pub server_version: String,
    /// When it was recorded, RFC 3339 in UTC, by the server's clock.
    pub recorded_at: String,
    /// Statements that do more than change the system catalogs, in the plan's order.
    pub statements: Vec<OutcomeJson>,
}

/// One statement's outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OutcomeJson {
    /// The plan's step.
    pub step: String,
    /// The statement.
    pub sql: String,
    /// The run time the plan gave for it.
    pub duration_ms: Option<QuantityJson>,
    /// The log the plan gave for it.
    pub wal_bytes: Option<QuantityJson>,
    /// What it took; null if the server does not know it, or not any more.
    pub took: Option<PastWork>,
}

/// Why a text holds no outcomes.
#[derive(Debug, thiserror::Error)]
pub enum OutcomesError {
    /// It is not JSON, or a key is missing or has another shape.
    #[error("these are no recorded outcomes: {0}")]
    Shape(#[from] serde_json::Error),
    /// It is something else.
    #[error("these are no outcomes in the format {OUTCOMES_FORMAT}: the `format` is {0}")]
    Format(String),
}

impl OutcomesJson {
    /// What is known of a plan's statements; `took` finds a statement among what ran.
    pub fn new(plan: &PlanJson, catalog: &Catalog, took: impl Fn(&str) -> Option<Option<PastWork>>) -> Self {
        let steps = plan.phases.iter().flat_map(|p| &p.steps);
        let statements = steps.flat_map(|step| step.up.iter().map(move |s| (step, s)));
        let statements = statements.filter_map(|(step, statement)| {
            let estimate = &statement.effect.estimate;
            Some(OutcomeJson {
                step: step.id.clone(),
                sql: statement.sql.clone(),
                duration_ms: estimate.duration_ms.clone().map(|q| QuantityJson { terms: Vec::new(), ..q }),
                wal_bytes: estimate.wal_bytes.clone().map(|q| QuantityJson { terms: Vec::new(), ..q }),
                took: took(&statement.sql)?,
            })
        });
        Self {
            format: OUTCOMES_FORMAT.to_owned(),
            request: plan.request.clone(),
            engine: plan.engine,
            database: catalog.server.database.clone(),
            server_version: catalog.server.version.clone(),
            recorded_at: catalog.server.taken_at.clone(),
            statements: statements.collect(),
        }
    }

    /// As the file holds it.
    pub fn to_text(&self) -> String {
        to_text(self)
    }
}

/// Reads recorded outcomes.
///
/// # Errors
/// The text is something else, or of another format.
pub fn read_outcomes(text: &str) -> Result<OutcomesJson, OutcomesError> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    match value["format"].as_str() {
        Some(OUTCOMES_FORMAT) => Ok(serde_json::from_value(value)?),
        other => Err(OutcomesError::Format(other.unwrap_or("missing").to_owned())),
    }
}
