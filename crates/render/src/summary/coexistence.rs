//! Old and new application code beside each other.

use altimeter_planner::{Coexistence, Shapes};

/// What was held against which schemas, in one sentence; none if no table's code is concerned.
pub(crate) fn line(found: &Coexistence) -> Option<String> {
    if found.old == Shapes::default() && found.new.is_none_or(|new| new == Shapes::default()) {
        return None;
    }
    let new = found.new.as_ref().map(|new| format!(", {} of the new", shapes(new))).unwrap_or_default();
    Some(format!(
        "{} kinds of statements of the old code{new}: each works on all of the {} schemas it can meet",
        shapes(&found.old),
        found.schemas
    ))
}

/// Counted by the server, and derived from the tables' columns.
fn shapes(shapes: &Shapes) -> String {
    match (shapes.counted, shapes.derived) {
        (0, derived) => format!("{derived} derived"),
        (counted, derived) => format!("{counted} counted and {derived} derived"),
    }
}
