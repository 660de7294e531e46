//! Rows deleted, changed or copied in batches that walk a key and commit one by one.

use crate::Name;

/// One DELETE or UPDATE of one table, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowsStatement {
    /// The table.
    pub table: Name,
    /// The columns that are set and what to, as SQL over the row before; none for a DELETE.
    pub set: Option<Vec<(String, String)>>,
    /// Which rows, as SQL; none for all.
    pub condition: Option<String>,
}

/// A statement about many rows, carried out in batches, each committed on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// The table whose rows are walked.
    pub table: Name,
    /// What is done with them.
    pub work: SweepWork,
    /// The key that is walked.
    pub key: Vec<String>,
    /// Rows a batch.
    pub batch_rows: u32,
    /// Pause after each batch, in milliseconds.
    pub pause_ms: u32,
}

/// What a sweep does with the rows it walks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SweepWork {
    /// They are deleted.
    Delete {
        /// Which, as SQL; none for all.
        condition: Option<String>,
        /// Where they are kept, and the columns that are.
        kept: Option<(Name, Vec<String>)>,
    },
    /// Columns of theirs are set.
    Set {
        /// The columns, and what to, as SQL over the row before.
        set: Vec<(String, String)>,
        /// Which rows, as SQL; none for all.
        condition: Option<String>,
        /// Where the values before and after are kept, in columns named by [`Sweep::kept_after`] for those after.
        kept: Option<Name>,
        /// A row is set once, and whether it was is told by its key in `kept`; else by its values.
        once: bool,
    },
    /// They are copied into another table, where it has no row of the same key.
    Copy {
        /// The other table.
        into: Name,
        /// Columns of the walked table, each with the column it goes to; the key is among them.
        columns: Vec<(String, String)>,
        /// Rows in which all of these columns hold just that are left out: columns of the walked table with SQL of their
        /// types. None are if there are no columns.
        unless: Vec<(String, String)>,
    },
    /// Their values are written into the rows of another table that have the same key.
    Give {
        /// The other table.
        into: Name,
        /// Its key's columns, in the order of [`Sweep::key`].
        key: Vec<String>,
        /// The columns; they are called the same in both.
        columns: Vec<String>,
    },
    /// Values that a [`SweepWork::Set`] kept in the walked table go back to where nobody has changed them since.
    SetBack {
        /// The table they came from.
        into: Name,
        /// The columns.
        columns: Vec<String>,
    },
}

impl Sweep {
    /// The column of the kept values that holds what was written to the column of that number.
    pub fn kept_after(number: usize) -> String {
        format!("altimeter_written_{}", number + 1)
    }

    /// The tables it writes.
    pub fn written(&self) -> Vec<&Name> {
        match &self.work {
            SweepWork::Delete { kept, .. } => {
                std::iter::once(&self.table).chain(kept.iter().map(|(name, _)| name)).collect()
            }
            SweepWork::Set { kept, .. } => std::iter::once(&self.table).chain(kept).collect(),
            SweepWork::Copy { into, .. } | SweepWork::Give { into, .. } | SweepWork::SetBack { into, .. } => {
                vec![into]
            }
        }
    }
}
