//! Indexes made and dropped.

use altimeter_catalog::{
    Catalog, Created, Effect, IndexDefinition, LockMode, Name, RelationKind, TableKind, TransactionUse,
};

use super::{lock, lock_by, lock_family, scan};
use crate::locks;

/// `CREATE INDEX` reads the table; concurrently it lets others write meanwhile.
pub(super) fn created(catalog: &Catalog, index: &IndexDefinition, concurrently: bool, effect: &mut Effect) {
    let fact = match concurrently {
        true => &locks::relation::CREATE_INDEX_CONCURRENTLY,
        false => &locks::relation::CREATE_INDEX,
    };
    lock_family(catalog, &index.table, fact, effect);
    scan(catalog, &index.table, effect);
    effect.creates.push(Created {
        object: index.table.sibling(&index.name),
        kind: RelationKind::Index,
        index: Some(index.clone()),
        concurrently,
    });
    if concurrently {
        concurrent(catalog, &index.table, "CREATE INDEX CONCURRENTLY", effect);
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
pub(super) fn dropped(catalog: &Catalog, name: &Name, concurrently: bool, effect: &mut Effect) {
    let Some((table, index)) = catalog.index(name) else { return };
    effect.drops.push(name.clone());
    if concurrently {
        lock(catalog, &table.name, locks::relation::DROP_INDEX_CONCURRENTLY.on_server(catalog), effect);
        effect.take(name, RelationKind::Index, LockMode::AccessExclusive);
        concurrent(catalog, &table.name, "DROP INDEX CONCURRENTLY", effect);
        return;
    }
    lock_by(catalog, &table.name, &locks::relation::DROP_INDEX, effect);
    effect.take(name, RelationKind::Index, LockMode::AccessExclusive);
    for partition in catalog.partitions_of(&table.name) {
        for part in partition.indexes.iter().filter(|i| i.part_of.as_ref() == Some(&index.definition.name)) {
            lock(catalog, &partition.name, Some(LockMode::AccessExclusive), effect);
            let name = partition.name.sibling(&part.definition.name);
            effect.take(&name, RelationKind::Index, LockMode::AccessExclusive);
        }
    }
}
