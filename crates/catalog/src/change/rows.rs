//! Statements about rows.

use crate::Name;

/// A statement that reads or writes rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RowsChange {
    /// What is done to the target.
    pub command: RowsCommand,
    /// The table or view written; none for a query.
    pub target: Option<Name>,
    /// `ONLY`: partitions and heirs of the target are left out.
    pub only: bool,
    /// Columns that are set, for an update.
    pub columns: Vec<String>,
    /// Relations read: `FROM`, `USING`, joins, subqueries, common table expressions.
    pub reads: Vec<Name>,
    /// Relations whose rows are locked (`FOR UPDATE` and its kin).
    pub locks_rows: Vec<Name>,
    /// Whether a condition limits the rows.
    pub limited: bool,
    /// Rows written, where the text itself says how many (`VALUES`).
    pub rows: Option<u64>,
    /// Other statements that write, inside common table expressions.
    pub also: Vec<RowsChange>,
}

/// What a statement does to rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsCommand {
    /// `SELECT`, `VALUES`, `TABLE`, `COPY … TO`.
    Select,
    /// `INSERT`, `COPY … FROM`.
    Insert,
    /// `INSERT … ON CONFLICT DO UPDATE`.
    Upsert,
    /// `UPDATE`.
    Update,
    /// `DELETE`.
    Delete,
    /// `MERGE`.
    Merge,
}

impl RowsChange {
    /// The relation written, or those read if none is.
    pub fn tables(&self) -> Vec<&Name> {
        match &self.target {
            Some(target) => vec![target],
            None => self.reads.iter().collect(),
        }
    }
}
