//! `ALTER TABLE`: several actions in one statement, and actions no recipe is made of.

use altimeter_catalog::{AlterTable, Catalog, ColumnAction, Effect, Name, TableAction};

use super::describe;

/// Several actions of one statement.
pub(super) fn several(catalog: &Catalog, it: &AlterTable, effect: &mut Effect) {
    it.actions.iter().for_each(|a| describe(catalog, a, effect));
}

/// An action on a column.
pub(super) fn column(
    _catalog: &Catalog,
    _table: &Name,
    _column: &str,
    _action: &ColumnAction,
    _effect: &mut Effect,
) {
}

/// An action on the table as a whole.
pub(super) fn whole(_catalog: &Catalog, _table: &Name, _action: &TableAction, _effect: &mut Effect) {}
