//! A table that follows another: rows copied in batches, and kept in step by a trigger.

use crate::Name;

/// Rows of one table put into another, in batches that walk a key and commit one by one. Rows that are there already,
/// by that key, are left as they are: something else keeps them in step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyRows {
    /// The table that has the rows.
    pub from: Name,
    /// The table that gets them.
    pub into: Name,
    /// The columns both have, generated ones left out.
    pub columns: Vec<String>,
    /// The key that is walked: unique and NOT NULL in both.
    pub key: Vec<String>,
    /// Rows a batch.
    pub batch_rows: u32,
    /// Pause after each batch, in milliseconds.
    pub pause_ms: u32,
}

/// One table kept in step with another by triggers on that one, whoever writes it.
///
/// For each row that was written the function looks up what the one table holds under its key now, and leaves the other
/// with just that. So it may run at any time and any number of times, and on behalf of whatever wrote the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// The table that is written.
    pub from: Name,
    /// The table that follows.
    pub into: Name,
    /// The columns both have, generated ones left out.
    pub columns: Vec<String>,
    /// Those of them the server lets nobody set to a value (`GENERATED ALWAYS AS IDENTITY`): given to new rows only.
    pub fixed: Vec<String>,
    /// The key rows are found by: unique and NOT NULL in both.
    pub key: Vec<String>,
}
