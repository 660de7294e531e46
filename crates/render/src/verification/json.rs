//! JSON, for scripts: the shape of [`crate::format::VerifyJson`], nothing else.

use altimeter_planner::verify::Verification;

use super::VerificationReport;
use crate::Layout;
use crate::format::{VerifyJson, to_text};

/// JSON.
pub(super) struct Json;

impl VerificationReport for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render(&self, verification: &Verification, _: Layout) -> String {
        to_text(&VerifyJson::new(verification))
    }
}
