//! Partitions coming and going.

use altimeter_catalog::{Catalog, Effect, PartitionChange};

/// What such a change does.
pub(super) fn changed(_catalog: &Catalog, _change: &PartitionChange, _effect: &mut Effect) {}
