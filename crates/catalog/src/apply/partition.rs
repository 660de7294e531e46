//! Partitions coming and going.

use crate::{ApplyError, Catalog, PartitionChange};

impl Catalog {
    pub(super) fn apply_partition(&mut self, _change: &PartitionChange) -> Result<(), ApplyError> {
        Ok(())
    }
}
