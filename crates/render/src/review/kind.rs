//! What a format of a review is.

use altimeter_analysis::review::Review;

use crate::Layout;

/// A part of a report, made when it is called for: those of a long one can be made side by side.
pub type Part<'a> = Box<dyn Fn() -> String + Send + Sync + 'a>;

/// One format in which a review can be shown. A text ends with a line break, if it is not empty.
pub trait ReviewReport: Sync {
    /// The word after `--format`.
    fn name(&self) -> &'static str;
    /// The parts that a report consists of, in order.
    fn parts<'a>(&'a self, review: &'a Review, layout: Layout) -> Vec<Part<'a>>;
    /// The whole report.
    fn render_review(&self, review: &Review, layout: Layout) -> String {
        self.parts(review, layout).iter().map(|part| part()).collect()
    }
}

/// A report of one part.
pub(super) fn whole<'a>(report: impl Fn() -> String + Send + Sync + 'a) -> Vec<Part<'a>> {
    vec![Box::new(report)]
}
