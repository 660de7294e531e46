//! What a rule about whole files may look at.

use altimeter_catalog::{Catalog, Engine};

use super::Finding;
use crate::review::{Review, Reviewed};

/// Files whose statements are all judged.
pub struct ReviewContext<'a> {
    /// Reads, judges and prints SQL.
    pub engine: &'a dyn Engine,
    /// The schema the last statement leaves.
    pub catalog: &'a Catalog,
    /// The files.
    pub review: &'a Review,
}

/// A finding about one statement of a review.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Which file.
    pub file: usize,
    /// Which of its statements.
    pub statement: usize,
    /// The finding.
    pub finding: Finding,
}

impl ReviewContext<'_> {
    /// All statements in order, each with the numbers of its file and place.
    pub(crate) fn statements(&self) -> impl DoubleEndedIterator<Item = (usize, usize, &Reviewed)> {
        let files = self.review.files.iter().enumerate();
        files.flat_map(|(f, file)| file.statements.iter().enumerate().map(move |(s, it)| (f, s, it)))
    }
}
