//! `ALTER TABLE`: several actions, and those no recipe is made of.

use crate::{AlterTable, ApplyError, Catalog, ColumnAction, Name, TableAction};

impl Catalog {
    pub(super) fn alter_table(&mut self, alter: &AlterTable) -> Result<(), ApplyError> {
        if alter.if_exists && self.table(&alter.table).is_none() {
            return Ok(());
        }
        alter.actions.iter().try_for_each(|a| self.apply(a))
    }

    pub(super) fn alter_column(
        &mut self,
        _table: &Name,
        _column: &str,
        _action: &ColumnAction,
    ) -> Result<(), ApplyError> {
        Ok(())
    }

    pub(super) fn alter_whole(&mut self, _table: &Name, _action: &TableAction) -> Result<(), ApplyError> {
        Ok(())
    }
}
