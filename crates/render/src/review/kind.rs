//! What a format of a review is.

use std::io;

use altimeter_analysis::review::Review;

use crate::Layout;

/// One format in which a review can be shown. A text ends with a line break, if it is not empty.
pub trait ReviewReport: Sync {
    /// The word after `--format`.
    fn name(&self) -> &'static str;
    /// A review.
    fn render_review(&self, review: &Review, layout: Layout) -> String;
    /// Writes a review; a long one piece by piece.
    ///
    /// # Errors
    /// Those of whoever takes it.
    fn write_review(&self, review: &Review, layout: Layout, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(self.render_review(review, layout).as_bytes())
    }
}
