//! Partitions coming and going.

#[cfg(test)]
use super::LockFact;

/// All rows of this family.
#[cfg(test)]
pub(super) const ALL: &[&LockFact] = &[];
