//! Ranges and risks as JSON.

use altimeter_analysis::{Range, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A quantity that is not known exactly: `low` to `high` is meant to hold nine of ten real outcomes. Times are
/// milliseconds, sizes bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuantityJson {
    /// One outcome in twenty is below.
    pub low: f64,
    /// The middle one.
    pub likely: f64,
    /// One outcome in twenty is above.
    pub high: f64,
    /// Where the number comes from.
    pub basis: Vec<String>,
}

impl QuantityJson {
    /// The range as JSON; none for one that JSON has no numbers for.
    pub fn of(range: Option<&Range>) -> Option<Self> {
        let range = range?;
        let all_finite = [range.low, range.likely, range.high].iter().all(|v| v.is_finite());
        all_finite.then(|| Self {
            low: thousandths(range.low),
            likely: thousandths(range.likely),
            high: thousandths(range.high),
            basis: range.basis.clone(),
        })
    }
}

/// Digits beyond a microsecond or a thousandth of a byte are noise that only makes two plans differ.
fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// How risky something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RiskJson {
    /// Good to know.
    Low,
    /// Somebody may notice.
    Medium,
    /// Users notice.
    High,
    /// An outage or lost data.
    Critical,
}

impl From<Severity> for RiskJson {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Low => RiskJson::Low,
            Severity::Medium => RiskJson::Medium,
            Severity::High => RiskJson::High,
            Severity::Critical => RiskJson::Critical,
        }
    }
}
