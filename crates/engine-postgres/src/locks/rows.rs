//! Rows read and written.

use super::{LockFact, ROW_EXCLUSIVE, fact};

pub(crate) const UPDATE: LockFact = fact("UPDATE", "the table", ROW_EXCLUSIVE, "update_rows");

/// All rows of this family.
#[cfg(test)]
pub(super) const ALL: &[&LockFact] = &[&UPDATE];
