//! Relations, types and schemas made, dropped, renamed, moved.

use crate::{ApplyError, Catalog, RelationChange};

impl Catalog {
    pub(super) fn apply_relation(&mut self, _change: &RelationChange) -> Result<(), ApplyError> {
        Ok(())
    }
}
