//! JSON, for scripts: the shape of [`crate::format::CheckJson`], nothing else.

use altimeter_analysis::review::Review;

use super::kind::{Part, ReviewReport};
use crate::Layout;
use crate::format::{CheckJson, Judgements, to_text};

/// JSON.
pub(super) struct Json;

/// What stands for the statements in a text without any: in a string its quotes would be escaped.
const NO_STATEMENTS: &str = "\"statements\": []";

impl ReviewReport for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn parts<'a>(&'a self, review: &'a Review, _: Layout) -> Vec<Part<'a>> {
        let frame = to_text(&CheckJson::without_statements(review));
        let files: Vec<_> = review.files.iter().filter(|f| !f.statements.is_empty()).collect();
        let (Some((before, after)), Some((last, others))) =
            (frame.split_once(NO_STATEMENTS), files.split_last())
        else {
            return vec![Box::new(move || frame.clone())];
        };
        let (before, after) = (format!("{before}\"statements\": ["), format!("\n  ]{after}"));
        let mut parts: Vec<Part<'a>> = vec![Box::new(move || before.clone())];
        for file in others.iter().copied() {
            parts.push(Box::new(move || elements(Judgements::of(file)) + ","));
        }
        let last = *last;
        parts.push(Box::new(move || elements(Judgements::of(last))));
        parts.push(Box::new(move || after.clone()));
        parts
    }
}

/// The elements of a list as they stand in a list that is part of an object.
fn elements(list: Judgements<'_>) -> String {
    let alone = to_text(&list);
    format!("\n  {}", alone.trim_matches(['[', ']', '\n']).replace('\n', "\n  "))
}
