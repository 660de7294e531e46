//! What is fuzzed: all that `check` does with a text, without the command line.

use std::sync::Arc;

use altimeter_analysis::review::{Passage, Review, ReviewedFile, Reviewer, Sending};
use altimeter_analysis::suppression::Policy;
use altimeter_catalog::{Catalog, Engine as _};
use altimeter_engine_postgres::PostgresEngine;
use altimeter_render::Layout;
use altimeter_render::review;

/// A catalog that texts are judged on.
pub(super) struct Place {
    pub(super) catalog: Catalog,
    /// Whether it is a database's.
    pub(super) complete: bool,
}

/// Reviews a text and shows what was found, in every format.
pub(super) fn check(place: &Place, sql: &str, sending: Sending) {
    let mut reviewer = Reviewer::new(&PostgresEngine, place.catalog.clone(), place.complete);
    let text = PostgresEngine.read(sql);
    let passage = Passage { text: text.as_ref(), offset: 0, lines_before: 0, sending };
    let statements = reviewer.passage(&passage);
    reviewer.end_session();
    let file = ReviewedFile {
        path: "fuzz.sql".into(),
        text: Arc::from(sql),
        statements,
        notes: Vec::new(),
        shown: true,
    };
    let mut review = Review { complete: place.complete, files: vec![file], ..Review::default() };
    reviewer.conclude(&mut review, &Policy::default());
    for report in review::ALL {
        report.render_review(&review, Layout { width: 80, color: true, live: false });
    }
}
