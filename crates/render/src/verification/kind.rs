//! What a format of a verification is.

use altimeter_planner::verify::Verification;

use crate::Layout;

/// One format in which a verification can be shown. Every text ends with a line break.
pub trait VerificationReport: Sync {
    /// The word after `--format`.
    fn name(&self) -> &'static str;
    /// The whole of it.
    fn render(&self, verification: &Verification, layout: Layout) -> String;
}
