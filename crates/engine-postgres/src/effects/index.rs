//! Indexes made and dropped.

use altimeter_catalog::{
    Catalog, Created, DropTarget, Effect, IndexDefinition, IndexTarget, Name, Persistence, RelationKind,
    RelationWord, Table, TableKind, TransactionUse,
};

use super::{fail, lock_by, partitions, relation, take_by};
use crate::locks::relation as locks;
use crate::types;

/// `CREATE INDEX` reads the table; concurrently it lets others write meanwhile.
pub(super) fn created(catalog: &Catalog, index: &IndexDefinition, concurrently: bool, effect: &mut Effect) {
    let table = catalog.table(&index.table);
    if let Some(reason) = table.and_then(|t| without_class(catalog, t, index)) {
        fail(effect, reason);
    }
    let partitioned = table.is_some_and(|t| t.kind == TableKind::PartitionedTable);
    // Nobody else sees a temporary table: the server does as if CONCURRENTLY were not there.
    let temporary = table.is_some_and(|t| t.persistence == Persistence::Temporary);
    if concurrently && !temporary {
        concurrent(catalog, &index.table, "CREATE INDEX CONCURRENTLY", effect);
        if !partitioned {
            lock_by(catalog, &index.table, &locks::CREATE_INDEX_CONCURRENTLY, effect);
            builds(catalog, index, true, effect);
        }
        return;
    }
    lock_by(catalog, &index.table, &locks::CREATE_INDEX, effect);
    for partition in partitions(catalog, &index.table) {
        let through = format!("partition of {}", index.table);
        take_by(catalog, &partition.name, &locks::CREATE_INDEX, &through, effect);
    }
    builds(catalog, index, false, effect);
}

/// Why an index cannot be on a column: its type cannot be sorted or hashed that way (`tests/e2e/random.rs`).
pub(in crate::effects) fn without_class(
    catalog: &Catalog,
    table: &Table,
    index: &IndexDefinition,
) -> Option<String> {
    let plain = index.keys.iter().filter(|k| k.operator_class.is_none());
    let columns = plain.filter_map(|k| match &k.target {
        IndexTarget::Column(name) => table.column(name),
        IndexTarget::Expression(_) => None,
    });
    let mut types = columns.map(|c| c.type_name.as_str());
    let type_name = types.find(|t| types::default_class(catalog, &index.method, t).is_none())?;
    Some(format!("data type {type_name} has no default operator class for access method {}", index.method))
}

/// An index on a partitioned table alone has nothing to read.
pub(super) fn created_alone(catalog: &Catalog, index: &IndexDefinition, effect: &mut Effect) {
    lock_by(catalog, &index.table, &locks::CREATE_INDEX, effect);
    effect.creates.push(new(index, false));
}

/// What is built: the index, on a partitioned table one for each partition that has none that fits.
fn builds(catalog: &Catalog, index: &IndexDefinition, concurrently: bool, effect: &mut Effect) {
    if catalog.has_relation(&index.table.sibling(&index.name)) {
        return;
    }
    effect.creates.push(new(index, concurrently));
    called(catalog, index, effect);
    let Some(table) = catalog.table(&index.table) else { return };
    if table.kind != TableKind::PartitionedTable {
        effect.scans.push(table.name.clone());
    }
    for partition in directly_below(catalog, table) {
        match catalog.index_to_attach(&partition.name, index) {
            Some(found) => {
                let found = partition.name.sibling(&found);
                let through = format!("attached to index {}", index.name);
                take_by(catalog, &found, &locks::CREATE_INDEX_ATTACHED, &through, effect);
            }
            None => builds(catalog, &catalog.partition_index(&partition.name, index), false, effect),
        }
    }
}

fn directly_below<'a>(catalog: &'a Catalog, table: &'a Table) -> impl Iterator<Item = &'a Table> {
    catalog.direct_partitions_of(&table.name).filter(|t| t.kind != TableKind::ForeignTable)
}

fn new(index: &IndexDefinition, concurrently: bool) -> Created {
    Created {
        object: index.table.sibling(&index.name),
        kind: RelationKind::Index,
        index: Some(index.clone()),
        concurrently,
        excludes: false,
    }
}

/// Functions in keys and predicate are called for each row, and open what they read.
fn called(catalog: &Catalog, index: &IndexDefinition, effect: &mut Effect) {
    let expressions = index.keys.iter().filter_map(|k| match &k.target {
        IndexTarget::Expression(e) => Some(e),
        IndexTarget::Column(_) => None,
    });
    let reads: Vec<(Name, Name)> = expressions
        .chain(&index.predicate)
        .flat_map(|e| catalog.functions_called(e))
        .flat_map(|f| f.statements.iter().flatten().map(|s| (f.name.clone(), s.relation.clone())))
        .collect();
    for (function, relation) in reads {
        let through = format!("function {function}");
        take_by(catalog, &relation, &crate::locks::object::SQL_FUNCTION_READS, &through, effect);
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
pub(super) fn dropped(
    catalog: &Catalog,
    name: &Name,
    concurrently: bool,
    if_exists: bool,
    effect: &mut Effect,
) {
    let target = DropTarget::Relation { word: RelationWord::Index, name: name.clone() };
    let own = catalog.index(name).is_some_and(|(t, _)| t.persistence == Persistence::Temporary);
    if !concurrently || own {
        relation::dropped(catalog, &[target], if_exists, false, effect);
        return;
    }
    effect.transaction = TransactionUse::Forbidden;
    let Ok(objects) = catalog.dropped(&[target], if_exists, false) else { return };
    let Some((table, _)) = catalog.index(name).filter(|_| !objects.is_empty()) else { return };
    concurrent(catalog, &table.name, "DROP INDEX CONCURRENTLY", effect);
    if table.kind != TableKind::PartitionedTable {
        effect.drops.push(name.clone());
        lock_by(catalog, &table.name, &locks::DROP_INDEX_CONCURRENTLY, effect);
        lock_by(catalog, name, &locks::DROP, effect);
    }
}
