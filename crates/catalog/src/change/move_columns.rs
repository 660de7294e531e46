//! Columns that move from one table into another, row by row: a table is split in two, or two are merged into one.

use crate::{Change, Name};

/// Columns of each row of a table become columns of the row of another table that has the same key. No server has one
/// statement for it.
#[derive(Clone, Debug, PartialEq)]
pub struct MoveColumns {
    /// The table with one row for each key; the other references it.
    pub parent: Name,
    /// The other table, with at most one row for each of the parent's.
    pub child: Name,
    /// The key's columns: the parent's, each with the one of the child that references it.
    pub key: Vec<(String, String)>,
    /// The columns that move. They are called the same in both.
    pub columns: Vec<String>,
    /// Whether the child is made, or emptied and dropped.
    pub way: Way,
    /// The plain statements that do it, in order, with the applications stopped; none where it cannot be done.
    pub plain: Vec<Change>,
}

/// Which of the two tables the columns go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Into a child that is made for them.
    Apart,
    /// Back into the parent; the child goes.
    Together,
}

/// Columns two tables have for the same key, kept in step by triggers on both, whichever of the two is written.
///
/// What a trigger function of it does, it does with what the other table's row holds then: it may run at any time and
/// any number of times, and finds nothing to do where both agree, which is what ends the play between the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Across {
    /// The table with one row for each key.
    pub parent: Name,
    /// The table that references it.
    pub child: Name,
    /// The key's columns: the parent's, each with the child's.
    pub key: Vec<(String, String)>,
    /// The columns both have.
    pub columns: Vec<InBoth>,
    /// What of it this function does.
    pub part: AcrossPart,
}

/// A column both tables have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InBoth {
    /// Its name in both.
    pub name: String,
    /// Its type in both.
    pub type_name: String,
    /// What the parent holds where the child has no row, as SQL: a constant; NULL if none.
    pub void: Option<String>,
}

/// Which writes a function answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcrossPart {
    /// Rows inserted into the parent, or updated there: the child follows.
    OfParent {
        /// Every new row of the parent has one of the child, else only one that holds something.
        always: bool,
        /// A row that holds nothing any more goes from the child, which cannot hold such a one.
        void_goes: bool,
    },
    /// Rows of the child written: the parent follows.
    OfChild,
    /// Before rows are inserted into the child: one that was made along with the parent's, and in which nothing was
    /// written since, gives way.
    BeforeChild,
}
