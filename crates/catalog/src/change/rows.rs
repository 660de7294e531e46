//! Statements about rows.

use std::collections::BTreeSet;

use crate::{Name, Target};

/// A statement that reads or writes rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowsChange {
    /// Relations whose rows are read, each mention by itself: `FROM`, `USING`, joins, subqueries, and the target of
    /// an update or delete.
    pub reads: Vec<Mention>,
    /// What is written, those in common table expressions first.
    pub writes: Vec<Write>,
    /// Functions it calls, as far as the catalog has them.
    pub calls: Vec<Name>,
    /// Sequences it draws from or sets.
    pub sequences: Vec<Name>,
    /// It is planned, not run (`EXPLAIN` without `ANALYZE`).
    pub planned_only: bool,
    /// It takes rows one after another and is not planned (`COPY` of a table): indexes are not looked at.
    pub unplanned: bool,
}

/// One mention of a relation whose rows are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The relation.
    pub relation: Target,
    /// Its rows are locked (`FOR UPDATE` and its kin).
    pub locks_rows: bool,
    /// What rows have to satisfy, as far as it is about this relation alone: expressions as SQL over its own columns,
    /// all of which hold.
    pub conditions: Vec<String>,
    /// Other mentions whose rows lead to rows of this one.
    pub led_by: Vec<LedBy>,
    /// Reading may end before the last row.
    pub ends_early: EndsEarly,
}

/// A join by equality, from the side that is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedBy {
    /// The column looked up by.
    pub column: String,
    /// The number of the other mention in [`RowsChange::reads`]; none for a few rows that are in no table.
    pub other: Option<usize>,
}

/// Whether reading may end before the last row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EndsEarly {
    /// All rows are needed.
    #[default]
    No,
    /// Any few rows will do (`LIMIT`, `EXISTS`).
    Anywhere,
    /// The first few in the order of a column will do (`ORDER BY … LIMIT`, `max()`).
    InOrderOf(String),
}

/// What is written to one table or view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// What is done.
    pub command: WriteCommand,
    /// The table or view.
    pub target: Target,
    /// Columns that are given a value, for an insert or update; those of an insert that are not listed take their
    /// defaults.
    pub columns: Vec<Given>,
    /// The target's number in [`RowsChange::reads`], where its rows are read: for an update, a delete, a `MERGE`.
    pub read: Option<usize>,
    /// What happens to rows that are in the way of an insert (`ON CONFLICT`).
    pub conflict: Conflict,
    /// Rows written, where the text itself says how many.
    pub rows: Option<u64>,
    /// Numbers of mentions without whose rows nothing is written.
    pub only_with: Vec<usize>,
}

/// What a statement does to rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteCommand {
    /// `INSERT`, `COPY … FROM`.
    Insert,
    /// `UPDATE`.
    Update,
    /// `DELETE`.
    Delete,
}

/// A column that is given values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The column.
    pub column: String,
    /// Which.
    pub values: Values,
}

/// Values a column is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// The value it has.
    Itself,
    /// These, as SQL.
    Constants(BTreeSet<String>),
    /// Some that the text does not tell.
    Any,
}

/// What happens to rows in the way of an insert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflict {
    /// The statement fails; or `DO NOTHING` for any of them.
    #[default]
    NotNamed,
    /// The unique index is named by its columns or constraint: the server looks through all indexes for it.
    Named,
}

impl RowsChange {
    /// The relations written, or those read if none is.
    pub fn tables(&self) -> Vec<&Name> {
        match self.writes.as_slice() {
            [] => self.reads.iter().map(|r| &r.relation.name).collect(),
            writes => writes.iter().map(|w| &w.target.name).collect(),
        }
    }
}
