//! JSON, for scripts: the shape of [`crate::format::CheckJson`], nothing else.

use std::io;

use altimeter_analysis::review::Review;

use super::ReviewReport;
use crate::Layout;
use crate::format::{CheckJson, to_text, write};

/// JSON.
pub(super) struct Json;

impl ReviewReport for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render_review(&self, review: &Review, _: Layout) -> String {
        to_text(&CheckJson::new(review))
    }

    fn write_review(&self, review: &Review, _: Layout, out: &mut dyn io::Write) -> io::Result<()> {
        write(&CheckJson::new(review), out)
    }
}
