//! Relations, types and schemas made, dropped, renamed, moved.

use altimeter_catalog::{Catalog, Effect, RelationChange};

/// What such a change does.
pub(super) fn changed(_catalog: &Catalog, _change: &RelationChange, _effect: &mut Effect) {}
