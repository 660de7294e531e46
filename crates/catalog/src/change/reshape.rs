//! Columns that become others of the same row: one is split into several, several are merged into one.

use crate::{Change, Column, Name};

/// Columns of a table become other columns. No server has one statement for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reshape {
    /// The table.
    pub table: Name,
    /// The columns that go, each with what it is made of again from the new ones, as SQL over those; none of them if
    /// nobody said, and there is no usual way.
    pub from: Vec<(String, Option<String>)>,
    /// The columns that come, each with what it is made of, as SQL over those that go.
    pub into: Vec<(Column, String)>,
    /// The plain statements that do it, in order, with the applications stopped; none where it cannot be done.
    pub plain: Vec<Change>,
}

/// Old and new columns of a row that a trigger keeps in step, whichever of them are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reshaped {
    /// The old columns, each with what it is made of from the new ones, as SQL over those; none where there is no way.
    pub old: Vec<(String, Option<String>)>,
    /// The new columns, each with what it is made of from the old ones, as SQL over those.
    pub new: Vec<(String, String)>,
    /// Some values cannot be had: the column is then NULL, and the writer is not refused.
    pub may_fail: bool,
}

impl Reshape {
    /// What keeps the columns in step.
    pub fn in_step(&self, may_fail: bool) -> Reshaped {
        let new = self.into.iter().map(|(column, value)| (column.name.clone(), value.clone())).collect();
        Reshaped { old: self.from.clone(), new, may_fail }
    }

    /// The old columns, if there is a way from the new ones back to each of them.
    pub fn back(&self) -> Option<Vec<(String, String)>> {
        self.from.iter().map(|(column, value)| Some((column.clone(), value.clone()?))).collect()
    }
}
