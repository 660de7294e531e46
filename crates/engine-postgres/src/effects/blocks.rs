//! Who waits while a statement's transaction is open.

use altimeter_catalog::{Blocks, Catalog, Change, Effect, LockMode, Name, RelationChange, RelationKind};

use super::{family, rows};

/// Whether a plain SELECT, or INSERT, on the tables the changes are about has to wait.
///
/// Planning a SELECT opens a table with all below it, and all their indexes; an INSERT opens the table and its own
/// indexes, below it only where its rows go, which is not told here, and looks into what its foreign keys reference.
pub(super) fn of(catalog: &Catalog, changes: &[Change], effect: &Effect) -> Blocks {
    let mut tables: Vec<Name> = changes.iter().flat_map(|c| subjects(catalog, c)).collect();
    if tables.is_empty() {
        // It names no table: all it comes to count.
        let locked = effect.locks.iter().filter(|l| l.kind != RelationKind::Sequence);
        tables.extend(locked.map(|l| owner(catalog, &l.object)));
    }
    let reads = |table: &Name| {
        let below = family(catalog, table).into_iter().map(|t| t.name.clone());
        let behind = rows::behind_view(catalog, table);
        let opened = below.chain(behind).chain([table.clone()]);
        opened.into_iter().any(|t| on(effect, &t).any(LockMode::blocks_reads) || closed(catalog, &t, effect))
    };
    let writes = |table: &Name| {
        let constraints = catalog.table(table).into_iter().flat_map(|t| &t.constraints);
        let mut referenced = constraints.filter_map(|c| c.foreign.as_ref());
        on(effect, table).any(LockMode::blocks_writes)
            || closed(catalog, table, effect)
            || referenced.any(|f| on(effect, &f.table).any(|mode| mode >= LockMode::Exclusive))
    };
    Blocks { reads: tables.iter().any(reads), writes: tables.iter().any(writes) }
}

fn on<'a>(effect: &'a Effect, relation: &Name) -> impl Iterator<Item = LockMode> + use<'a> {
    effect.lock_on(relation).into_iter()
}

/// Whether an index of the table cannot be opened.
fn closed(catalog: &Catalog, table: &Name, effect: &Effect) -> bool {
    let indexes = catalog.table(table).map(|t| t.indexes.as_slice()).unwrap_or_default();
    indexes
        .iter()
        .any(|i| effect.lock_on(&table.sibling(&i.definition.name)).is_some_and(LockMode::blocks_reads))
}

/// The table of an index, else the relation itself.
fn owner(catalog: &Catalog, relation: &Name) -> Name {
    catalog.index(relation).map_or_else(|| relation.clone(), |(table, _)| table.name.clone())
}

/// The tables a change is about: an index stands for its table.
fn subjects(catalog: &Catalog, change: &Change) -> Vec<Name> {
    match change {
        Change::DropIndex { index, .. } | Change::Relation(RelationChange::AlterIndex { index, .. }) => {
            vec![owner(catalog, index)]
        }
        Change::Together(changes) => changes.iter().flat_map(|c| subjects(catalog, c)).collect(),
        change => change.tables().into_iter().map(|name| owner(catalog, name)).collect(),
    }
}
