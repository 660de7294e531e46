//! `CLUSTER`, and the writing anew it shares with `VACUUM FULL`.

use altimeter_catalog::{Catalog, Effect, Name, Table, TableKind, TransactionUse};

use super::{lock, lock_indexes};
use crate::effects::{fail, scan_one};
use crate::locks::maintenance as facts;

/// From this version on partitioned tables are accepted (release notes of 15).
const PARTITIONED: u32 = 15;

/// A table, or all that were clustered before.
pub(super) fn clustered(catalog: &Catalog, table: Option<&Name>, index: Option<&str>, effect: &mut Effect) {
    let Some(name) = table else {
        effect.transaction = TransactionUse::Forbidden;
        let before = |t: &&Table| t.clustered_on.is_some();
        catalog.tables.iter().filter(before).for_each(|t| one(catalog, t, effect));
        return;
    };
    let Some(table) = catalog.table(name) else { return };
    if index.or(table.clustered_on.as_deref()).is_none() {
        fail(effect, format!("{name} was never clustered, and no index is named"));
    }
    if table.kind != TableKind::PartitionedTable {
        return one(catalog, table, effect);
    }
    effect.transaction = TransactionUse::Forbidden;
    if catalog.server.major() < PARTITIONED {
        fail(effect, format!("CLUSTER is refused on the partitioned table {name} before {PARTITIONED}"));
    }
    lock(catalog, name, facts::CLUSTER.on_server(catalog), effect);
    if let Some(index) = index {
        lock(catalog, &name.sibling(index), facts::CLUSTER_PARENT_INDEX.on_server(catalog), effect);
    }
    let leaf = |t: &&&Table| t.kind == TableKind::Table;
    catalog.partitions_of(name).iter().filter(leaf).for_each(|t| one(catalog, t, effect));
}

fn one(catalog: &Catalog, table: &Table, effect: &mut Effect) {
    lock(catalog, &table.name, facts::CLUSTER.on_server(catalog), effect);
    lock_indexes(catalog, table, &facts::CLUSTER_INDEX, effect);
    rewritten(table, effect);
}

/// The table is read, written to a new file, and its indexes are built on that.
pub(super) fn rewritten(table: &Table, effect: &mut Effect) {
    scan_one(table, effect);
    effect.rewrites.push(table.name.clone());
    let names = table.indexes.iter().map(|i| table.name.sibling(&i.definition.name));
    effect.index_builds.extend(names);
}
