//! Constraints, indexes and statistics.

use altimeter_catalog::{
    Catalog, ConstraintDefinition, Effect, LockMode, Name, RelationKind, TableKind, TransactionUse,
};

use super::{family, lock, scan};

/// Pages `ANALYZE` samples at most: 300 rows for each point of the statistics target, and at most one row a page
/// counts (manual, "Statistics Used by the Planner"; `std_typanalyze` in the server's `analyze.c`).
const SAMPLED_PAGES_PER_TARGET: f64 = 300.0;

pub(super) fn constraint_added(
    catalog: &Catalog,
    table: &Name,
    constraint: &ConstraintDefinition,
    effect: &mut Effect,
) {
    match &constraint.using_index {
        Some(index) => {
            effect.take(&table.sibling(index), RelationKind::Index, LockMode::ShareUpdateExclusive);
        }
        None if !constraint.not_valid => scan(catalog, table, effect),
        None => {}
    }
}

pub(super) fn constraint_validated(catalog: &Catalog, table: &Name, name: &str, effect: &mut Effect) {
    let found = catalog.table(table).and_then(|t| t.constraints.iter().find(|c| c.name == name));
    if found.is_some_and(|c| c.validated) {
        return;
    }
    scan(catalog, table, effect);
    if let Some(foreign) = found.and_then(|c| c.foreign.as_ref()) {
        lock(catalog, &foreign.table, Some(LockMode::RowShare), effect);
        scan(catalog, &foreign.table, effect);
    }
}

pub(super) fn constraint_dropped(catalog: &Catalog, table: &Name, name: &str, effect: &mut Effect) {
    for t in family(catalog, table) {
        for constraint in t.constraints.iter().filter(|c| c.name == name) {
            if let Some(foreign) = &constraint.foreign {
                lock(catalog, &foreign.table, Some(LockMode::AccessExclusive), effect);
            }
            // A foreign key names the index of the other side, which stays.
            if let (Some(index), None) = (&constraint.index, &constraint.foreign) {
                let index = t.name.sibling(index);
                effect.take(&index, RelationKind::Index, LockMode::AccessExclusive);
                effect.drops.push(index);
            }
        }
    }
}

/// A statement that works concurrently: it refuses a transaction block and a partitioned table, and waits for
/// transactions that were open before it.
pub(super) fn concurrent(catalog: &Catalog, table: &Name, what: &str, effect: &mut Effect) {
    effect.transaction = TransactionUse::Forbidden;
    effect.waits_for_transactions = true;
    if catalog.table(table).is_some_and(|t| t.kind == TableKind::PartitionedTable) {
        effect.fails = Some(format!("{what} is refused on the partitioned table {table}"));
    }
}

/// `DROP INDEX` locks its table like itself; concurrently it only stops others from changing the table's schema
/// (the index itself is locked against everything for an instant at the very end, when nobody uses it any more).
pub(super) fn index_dropped(catalog: &Catalog, name: &Name, concurrently: bool, effect: &mut Effect) {
    let Some((table, index)) = catalog.index(name) else { return };
    effect.drops.push(name.clone());
    if concurrently {
        lock(catalog, &table.name, Some(LockMode::ShareUpdateExclusive), effect);
        effect.take(name, RelationKind::Index, LockMode::AccessExclusive);
        concurrent(catalog, &table.name, "DROP INDEX CONCURRENTLY", effect);
        return;
    }
    lock(catalog, &table.name, Some(LockMode::AccessExclusive), effect);
    effect.take(name, RelationKind::Index, LockMode::AccessExclusive);
    for partition in catalog.partitions_of(&table.name) {
        for part in partition.indexes.iter().filter(|i| i.part_of.as_ref() == Some(&index.definition.name)) {
            lock(catalog, &partition.name, Some(LockMode::AccessExclusive), effect);
            let name = partition.name.sibling(&part.definition.name);
            effect.take(&name, RelationKind::Index, LockMode::AccessExclusive);
        }
    }
}

/// `ANALYZE` reads a sample; a table smaller than the sample is read from end to end.
pub(super) fn analyzed(catalog: &Catalog, table: &Name, mode: Option<LockMode>, effect: &mut Effect) {
    let target = catalog.server.setting_number("default_statistics_target").unwrap_or(100.0);
    for t in family(catalog, table) {
        let own = if &t.name == table { mode } else { Some(LockMode::AccessShare) };
        lock(catalog, &t.name, own, effect);
        for index in &t.indexes {
            effect.take(&t.name.sibling(&index.definition.name), RelationKind::Index, LockMode::AccessShare);
        }
        let small = t.size.pages.is_some_and(|p| p <= target * SAMPLED_PAGES_PER_TARGET);
        if small && t.kind == TableKind::Table {
            effect.scans.push(t.name.clone());
        }
    }
}
