//! What every format owes its reader, and how the reports look.

use super::{ALL, by_name};
use crate::fixture;
use crate::{Layout, expected};

fn layouts() -> [Layout; 2] {
    [100, 80].map(|width| Layout { width, ..Layout::default() })
}

#[test]
fn reports_look_as_they_should() {
    let review = fixture::review();
    for layout in layouts() {
        let made = by_name("text").unwrap().render_review(&review, layout);
        expected::assert_file(&format!("src/review/expected/check-{}.txt", layout.width), &made);
    }
    let made = by_name("text").unwrap().render_review(&fixture::review_of_files_alone(), Layout::default());
    expected::assert_file("src/review/expected/files-alone.txt", &made);
}
