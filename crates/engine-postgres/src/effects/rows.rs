//! Rows read and written.

use altimeter_catalog::{
    Backfill, Catalog, Effect, LockMode, Name, RelationKind, RowUpdate, RowsChange, TransactionUse,
};

use super::{family, lock_family, scan};
use crate::locks;

/// A statement that reads or writes rows.
pub(super) fn changed(_catalog: &Catalog, _change: &RowsChange, _effect: &mut Effect) {}

/// An update of one transaction.
pub(super) fn updated(
    catalog: &Catalog,
    table: &Name,
    columns: &[String],
    limited: bool,
    effect: &mut Effect,
) {
    rows_updated(catalog, table, effect);
    effect.updates.push(RowUpdate {
        object: table.clone(),
        columns: columns.to_vec(),
        batch_rows: None,
        pause_ms: 0,
    });
    if !limited {
        scan(catalog, table, effect);
    }
}

/// An update in batches, each committed on its own.
pub(super) fn backfilled(catalog: &Catalog, it: &Backfill, effect: &mut Effect) {
    rows_updated(catalog, &it.table, effect);
    effect.updates.push(RowUpdate {
        object: it.table.clone(),
        columns: vec![it.column.clone()],
        batch_rows: Some(it.batch_rows),
        pause_ms: it.pause_ms,
    });
    effect.transaction = TransactionUse::Forbidden;
    scan(catalog, &it.table, effect);
}

fn rows_updated(catalog: &Catalog, table: &Name, effect: &mut Effect) {
    lock_family(catalog, table, &locks::rows::UPDATE, effect);
    for t in family(catalog, table) {
        for index in &t.indexes {
            effect.take(&t.name.sibling(&index.definition.name), RelationKind::Index, LockMode::RowExclusive);
        }
    }
}
