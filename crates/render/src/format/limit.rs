//! Limits as JSON.

use altimeter_analysis::limits::Limit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::QuantityJson;

/// One thing the server has only so much of, held against what is needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LimitJson {
    /// `disk`, `log`, `lag` or `connections`.
    pub room: String,
    /// What is needed: bytes, ms, or connections; null if that is not known.
    pub needs: Option<QuantityJson>,
    /// What there is; null if nobody knows.
    pub has: Option<f64>,
    /// `fits`, `close`, `exceeded` or `unknown`.
    pub verdict: String,
    /// The comparison in words, and what would have to be true if it is close.
    pub says: String,
}

impl From<&Limit> for LimitJson {
    fn from(limit: &Limit) -> Self {
        Self {
            room: limit.room.key().to_owned(),
            needs: QuantityJson::of(limit.needs.as_ref()),
            has: limit.has,
            verdict: limit.verdict.key().to_owned(),
            says: limit.says.clone(),
        }
    }
}
