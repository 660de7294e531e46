//! What stands in the way of one reading of a request.

use super::RequestError;

/// How much of a request was made sense of before trouble came; of several readings the furthest is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Progress {
    /// Something the change needs was not said.
    Incomplete,
    /// A table is not known.
    Table,
    /// The table is known, what is in it is not.
    Inside,
    /// All names are known, the rest makes no sense or is not possible.
    Named,
}

/// Why a reading cannot be meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trouble {
    /// How far it got.
    pub(super) progress: Progress,
    /// What is wrong.
    pub(super) message: String,
    /// What to do next.
    pub(super) instead: String,
}

impl Trouble {
    /// Trouble in two sentences.
    pub(super) fn new(progress: Progress, message: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { progress, message: message.into(), instead: instead.into() }
    }
}

impl From<Trouble> for RequestError {
    fn from(trouble: Trouble) -> Self {
        RequestError { message: trouble.message, instead: trouble.instead }
    }
}
