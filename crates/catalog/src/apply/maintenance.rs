//! What maintenance leaves behind.

use crate::{ApplyError, Catalog, Maintenance};

impl Catalog {
    pub(super) fn apply_maintenance(&mut self, _change: &Maintenance) -> Result<(), ApplyError> {
        Ok(())
    }
}
