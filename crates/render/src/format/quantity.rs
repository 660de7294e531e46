//! Ranges and risks as JSON.

use altimeter_analysis::{Range, Severity, Term};
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
    /// The arithmetic, with `--explain-estimate`: what adds up to the likely value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<TermJson>,
}

/// One summand of a quantity's likely value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TermJson {
    /// What it stands for.
    pub what: String,
    /// One outcome in twenty is below.
    pub low: f64,
    /// The product of the factors.
    pub likely: f64,
    /// One outcome in twenty is above.
    pub high: f64,
    /// The numbers it is the product of.
    pub factors: Vec<FactorJson>,
}

/// One number of a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FactorJson {
    /// The number.
    pub value: f64,
    /// What it counts or measures, with its source.
    pub of: String,
}

impl From<&Term> for TermJson {
    fn from(term: &Term) -> Self {
        let factors = term.factors.iter().map(|f| FactorJson { value: f.value, of: f.of.to_string() });
        let (low, likely, high) = (term.low, term.likely, term.high);
        Self { what: term.what.clone(), low, likely, high, factors: factors.collect() }
    }
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
            terms: range.terms.iter().map(TermJson::from).collect(),
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
