//! `REINDEX`.

use altimeter_catalog::{
    Catalog, Effect, Index, Name, ReindexTarget, RelationKind, Table, TableKind, TransactionUse,
};

use super::{kind_of, lock};
use crate::effects::{fail, scan_one};
use crate::locks::LockFact;
use crate::locks::maintenance as facts;

/// From this version on partitioned tables and indexes are rebuilt part by part (release notes of 14).
const PARTITIONED: u32 = 14;

/// What is rebuilt, one index, those of a table, a schema or the database.
pub(super) fn rebuilt(catalog: &Catalog, target: &ReindexTarget, concurrently: bool, effect: &mut Effect) {
    if concurrently {
        effect.transaction = TransactionUse::Forbidden;
        effect.waits_for_transactions = true;
    }
    match target {
        ReindexTarget::Index(name) => index(catalog, name, concurrently, effect),
        ReindexTarget::Table(name) => table(catalog, name, concurrently, effect),
        ReindexTarget::Schema(schema) => {
            effect.transaction = TransactionUse::Forbidden;
            let tables = catalog.tables.iter().filter(|t| &t.name.schema == schema);
            tables.for_each(|t| leaf(catalog, t, concurrently, effect));
        }
        ReindexTarget::Database { system } => {
            effect.transaction = TransactionUse::Forbidden;
            if *system {
                effect
                    .remark("the server's own catalogs are rebuilt: every session waits for those it needs");
            } else {
                catalog.tables.iter().for_each(|t| leaf(catalog, t, concurrently, effect));
            }
        }
    }
}

fn index(catalog: &Catalog, name: &Name, concurrently: bool, effect: &mut Effect) {
    let Some((table, index)) = catalog.index(name) else { return };
    if table.kind != TableKind::PartitionedTable {
        return one(catalog, table, index, concurrently, effect);
    }
    effect.transaction = TransactionUse::Forbidden;
    if catalog.server.major() < PARTITIONED {
        return fail(
            effect,
            format!("REINDEX is refused on the partitioned index {name} before {PARTITIONED}"),
        );
    }
    let own = if concurrently { &facts::REINDEX_TREE } else { &facts::REINDEX_TREE_INDEX };
    let of_table = if concurrently { &facts::REINDEX_CONCURRENTLY } else { &facts::REINDEX };
    lock(catalog, name, own.on_server(catalog), effect);
    lock(catalog, &table.name, of_table.on_server(catalog), effect);
    for (table, part) in parts(catalog, table, index) {
        if table.kind == TableKind::PartitionedTable {
            let part = table.name.sibling(&part.definition.name);
            lock(catalog, &part, facts::REINDEX_TREE.on_server(catalog), effect);
        } else {
            one(catalog, table, part, concurrently, effect);
        }
    }
}

/// The indexes below one of a partitioned table, each with its table.
fn parts<'a>(catalog: &'a Catalog, table: &Table, index: &Index) -> Vec<(&'a Table, &'a Index)> {
    let mut found: Vec<(&Table, &Index)> = Vec::new();
    let mut above = vec![(table.name.clone(), index.definition.name.clone())];
    while let Some((table, index)) = above.pop() {
        for below in catalog.direct_partitions_of(&table) {
            let part = below.indexes.iter().filter(|i| i.part_of.as_ref() == Some(&index));
            for part in part {
                found.push((below, part));
                above.push((below.name.clone(), part.definition.name.clone()));
            }
        }
    }
    found
}

fn table(catalog: &Catalog, name: &Name, concurrently: bool, effect: &mut Effect) {
    let Some(table) = catalog.table(name) else { return };
    if table.kind != TableKind::PartitionedTable {
        return leaf(catalog, table, concurrently, effect);
    }
    if catalog.server.major() < PARTITIONED {
        effect.remark(format!("{name} is partitioned: a server before {PARTITIONED} warns and does nothing"));
        lock(catalog, name, fact(concurrently).on_server(catalog), effect);
        return;
    }
    effect.transaction = TransactionUse::Forbidden;
    lock(catalog, name, facts::REINDEX_TREE.on_server(catalog), effect);
    for partition in catalog.partitions_of(name) {
        let through = format!("partition of {name}");
        if let Some(mode) = facts::REINDEX_TREE.on_server(catalog) {
            effect.take_through(&partition.name, kind_of(catalog, &partition.name), mode, &through);
        }
        leaf(catalog, partition, concurrently, effect);
    }
}

fn fact(concurrently: bool) -> &'static LockFact {
    if concurrently { &facts::REINDEX_CONCURRENTLY } else { &facts::REINDEX }
}

/// All indexes of a table that holds rows. Concurrently, one of a constraint that excludes is passed over
/// (manual, `REINDEX`, "Rebuilding Indexes Concurrently").
fn leaf(catalog: &Catalog, table: &Table, concurrently: bool, effect: &mut Effect) {
    if !matches!(table.kind, TableKind::Table | TableKind::MaterializedView) {
        return;
    }
    lock(catalog, &table.name, fact(concurrently).on_server(catalog), effect);
    let excludes = |i: &Index| {
        let kind = |c: &&altimeter_catalog::Constraint| Some(&c.name) == i.constraint.as_ref();
        let constraint = table.constraints.iter().find(kind);
        constraint.is_some_and(|c| c.kind == altimeter_catalog::ConstraintKind::Exclusion)
    };
    for index in table.indexes.iter().filter(|i| !(concurrently && excludes(i))) {
        one(catalog, table, index, concurrently, effect);
    }
}

fn one(catalog: &Catalog, table: &Table, index: &Index, concurrently: bool, effect: &mut Effect) {
    let name = table.name.sibling(&index.definition.name);
    lock(catalog, &table.name, fact(concurrently).on_server(catalog), effect);
    let own = if concurrently { &facts::REINDEX_CONCURRENTLY_INDEX } else { &facts::REINDEX_INDEX };
    if let Some(mode) = own.on_server(catalog) {
        effect.take(&name, RelationKind::Index, mode);
    }
    effect.index_builds.push(name);
    scan_one(table, effect);
}
