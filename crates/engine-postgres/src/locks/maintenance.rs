//! Work on whole relations.

use super::{LockFact, SHARE_UPDATE_EXCLUSIVE, fact};

pub(crate) const ANALYZE: LockFact = fact("ANALYZE", "the table", SHARE_UPDATE_EXCLUSIVE, "analyze");

/// All rows of this family.
#[cfg(test)]
pub(super) const ALL: &[&LockFact] = &[&ANALYZE];
