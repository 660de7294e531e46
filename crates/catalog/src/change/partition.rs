//! Partitions coming and going.

use crate::Name;

/// What happens between a partitioned table, or its index, and a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        }
    }
}
