//! Objects that hang on relations.

use crate::{ApplyError, Catalog, ObjectChange};

impl Catalog {
    pub(super) fn apply_object(&mut self, _change: &ObjectChange) -> Result<(), ApplyError> {
        Ok(())
    }
}
