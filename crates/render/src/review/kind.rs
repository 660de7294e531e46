//! What a format of a review is.

use altimeter_analysis::review::Review;

use crate::Layout;

/// One format in which a review can be shown. A text ends with a line break, if it is not empty.
pub trait ReviewReport: Sync {
    /// The word after `--format`.
    fn name(&self) -> &'static str;
    /// A review.
    fn render_review(&self, review: &Review, layout: Layout) -> String;
}
