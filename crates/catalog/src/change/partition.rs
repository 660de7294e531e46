//! Partitions coming and going.

use crate::{Change, Name};

/// What happens between a partitioned table, or its index, and a partition.
#[derive(Clone, Debug, PartialEq)]
pub enum PartitionChange {
    /// `ATTACH PARTITION`.
    Attach {
        /// The partitioned table.
        parent: Name,
        /// The table that becomes its partition.
        child: Name,
        /// `FOR VALUES …` or `DEFAULT`, as SQL.
        bound: String,
    },
    /// `DETACH PARTITION`.
    Detach {
        /// The partitioned table.
        parent: Name,
        /// The partition.
        child: Name,
        /// How.
        mode: DetachMode,
    },
    /// `ALTER INDEX … ATTACH PARTITION`.
    AttachIndex {
        /// The parent's index.
        parent: Name,
        /// The partition's index.
        child: Name,
    },
    /// A plain table becomes a partitioned one. No server has one statement for it.
    Partition(Box<Partitioning>),
}

/// A plain table that becomes a partitioned one under its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Partitioning {
    /// The table.
    pub table: Name,
    /// The column that decides.
    pub column: String,
    /// Into what.
    pub by: PartitionBy,
    /// Where the first new range begins, as SQL; none if the request leaves it to the planner.
    pub from: Option<String>,
    /// The plain statements that do it, in order, with the applications stopped; none where it cannot be done.
    pub plain: Vec<Change>,
}

/// Into what a table is split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartitionBy {
    /// Ranges of one length.
    Ranges(Width),
    /// One for each of these values, and one for all others.
    List(Vec<String>),
    /// So many parts by hash; none if the request does not say how many.
    Hash(Option<u32>),
}

/// How much of its key a partition takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// A day.
    Day,
    /// A week from Monday on.
    Week,
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// A year.
    Year,
    /// So many whole numbers.
    Numbers(i64),
}

impl std::fmt::Display for Width {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Width::Day => f.write_str("day"),
            Width::Week => f.write_str("week"),
            Width::Month => f.write_str("month"),
            Width::Quarter => f.write_str("quarter"),
            Width::Year => f.write_str("year"),
            Width::Numbers(n) => n.fmt(f),
        }
    }
}

/// How a partition is detached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetachMode {
    /// At once.
    Plain,
    /// `CONCURRENTLY`.
    Concurrently,
    /// `FINALIZE`.
    Finalize,
}

impl PartitionChange {
    /// The partitioned table, or index.
    pub fn tables(&self) -> Vec<&Name> {
        match self {
            PartitionChange::Attach { parent, .. }
            | PartitionChange::Detach { parent, .. }
            | PartitionChange::AttachIndex { parent, .. } => vec![parent],
            PartitionChange::Partition(split) => vec![&split.table],
        }
    }
}
