//! What a report says, in words and without any markup: written once, shown by every format.

pub(crate) mod activity;
pub(crate) mod arithmetic;
pub(crate) mod capacity;
pub(crate) mod coexistence;
pub(crate) mod database;
pub(crate) mod health;
pub(crate) mod limits;
pub(crate) mod names;
pub(crate) mod preflight;
pub(crate) mod review;
pub(crate) mod rollback;
pub(crate) mod statement;
pub(crate) mod steps;
pub(crate) mod tables;
pub(crate) mod uses;
pub(crate) mod verdict;

/// One line of facts under a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// What they are about.
    pub(crate) label: String,
    /// The facts, each complete by itself.
    pub(crate) pieces: Vec<String>,
}

impl Facts {
    /// Facts under a label.
    pub(crate) fn new(label: impl Into<String>, pieces: Vec<String>) -> Self {
        Self { label: label.into(), pieces }
    }
}
