//! What a database says to a check.

/// A database's answer to a [`crate::Check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It holds.
    Holds {
        /// What was measured, where the check has a limit.
        measured: Option<String>,
    },
    /// It does not.
    Fails {
        /// What was measured, or what the server said.
        measured: Option<String>,
    },
    /// It could not be told.
    Unknown {
        /// Why.
        why: String,
        /// What would tell.
        next: String,
    },
}

impl Answer {
    /// Whether the check is known not to hold.
    pub fn fails(&self) -> bool {
        matches!(self, Answer::Fails { .. })
    }
}
