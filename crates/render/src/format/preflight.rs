//! What statements would meet on the server, as JSON.

use altimeter_analysis::preflight::{Behind, Obstacle, Preflight};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RiskJson;

/// What is in the way on the server as it was when the catalog was read, and who would wait.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PreflightJson {
    /// What is in the way, worst first.
    pub obstacles: Vec<ObstacleJson>,
    /// Who would wait behind, a table each.
    pub behind: Vec<BehindJson>,
}

impl From<&Preflight> for PreflightJson {
    fn from(preflight: &Preflight) -> Self {
        Self {
            obstacles: preflight.obstacles.iter().map(ObstacleJson::from).collect(),
            behind: preflight.behind.iter().map(BehindJson::from).collect(),
        }
    }
}

/// One thing in the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ObstacleJson {
    /// What kind of thing: `idle_transaction`, `invalid_index`, …
    pub kind: String,
    /// How bad it is.
    pub severity: RiskJson,
    /// The relation it is about.
    pub object: Option<String>,
    /// What is there and what it means.
    pub message: String,
    /// What to do about it.
    pub next: String,
}

impl From<&Obstacle> for ObstacleJson {
    fn from(obstacle: &Obstacle) -> Self {
        Self {
            kind: obstacle.kind.name().to_owned(),
            severity: obstacle.severity.into(),
            object: obstacle.object.as_ref().map(ToString::to_string),
            message: obstacle.message.clone(),
            next: obstacle.next.clone(),
        }
    }
}

/// Who would wait behind the statements on one table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BehindJson {
    /// The table.
    pub table: String,
    /// Reads too, not writes alone.
    pub reads: bool,
    /// Statements a second; null if not known.
    pub per_second: Option<f64>,
}

impl From<&Behind> for BehindJson {
    fn from(behind: &Behind) -> Self {
        Self { table: behind.table.to_string(), reads: behind.reads, per_second: behind.per_second }
    }
}
