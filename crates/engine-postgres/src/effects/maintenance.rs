//! Work on whole relations.

mod cluster;
mod refresh;
mod reindex;
mod truncate;
mod vacuum;

use altimeter_catalog::{Catalog, Effect, LockMode, Maintenance, Movable, Table, TableKind, Target};

use super::{family, kind_of, lock, lock_indexes, trigger};
use crate::locks;

pub(super) use refresh::refreshed;
pub(super) use vacuum::analyzed;

/// What maintenance does.
pub(super) fn maintained(catalog: &Catalog, change: &Maintenance, effect: &mut Effect) {
    match change {
        Maintenance::Vacuum(it) => vacuum::vacuumed(catalog, it, effect),
        Maintenance::Analyze { tables } => vacuum::analyzed_all(catalog, tables, effect),
        Maintenance::Cluster { table, index } => {
            cluster::clustered(catalog, table.as_ref(), index.as_deref(), effect);
        }
        Maintenance::Reindex { target, concurrently } => {
            reindex::rebuilt(catalog, target, *concurrently, effect);
        }
        Maintenance::Truncate { tables, restart_identity, cascade } => {
            truncate::truncated(catalog, tables, *restart_identity, *cascade, effect);
        }
        Maintenance::Lock { relations, mode, .. } => {
            relations.iter().for_each(|target| locked(catalog, target, *mode, effect));
        }
        Maintenance::MoveTablespace { kind, from, owners, .. } => {
            moved(catalog, *kind, from, owners, effect);
        }
    }
}

/// `LOCK TABLE` goes down to partitions and heirs, and through a view to all it reads (manual, `LOCK`).
fn locked(catalog: &Catalog, target: &Target, mode: LockMode, effect: &mut Effect) {
    let name = &target.name;
    match (catalog.table(name), catalog.view(name)) {
        (Some(table), _) if table.kind != TableKind::MaterializedView => {
            lock(catalog, name, Some(mode), effect);
            for t in family(catalog, name).iter().skip(1).filter(|_| !target.only) {
                let through = format!("below {name}");
                effect.take_through(&t.name, kind_of(catalog, &t.name), mode, &through);
            }
        }
        (None, Some(_)) => {
            lock(catalog, name, Some(mode), effect);
            for relation in super::rows::behind_view(catalog, name) {
                let through = format!("view {name}");
                let below = family(catalog, &relation).into_iter().map(|t| t.name.clone());
                for name in std::iter::once(relation.clone()).chain(below) {
                    effect.take_through(&name, kind_of(catalog, &name), mode, &through);
                }
            }
        }
        _ => super::fail(effect, format!("{name} is no table or view that can be locked")),
    }
}

/// Files are copied block by block: rows are not looked at.
fn moved(catalog: &Catalog, kind: Movable, from: &str, owners: &[String], effect: &mut Effect) {
    // The database's own tablespace is the one that is not named.
    let there = |space: &Option<String>| space.as_deref().unwrap_or("pg_default") == from;
    let wanted = |t: &&Table| {
        let owned = owners.is_empty() || t.owner.as_ref().is_some_and(|o| owners.contains(o));
        let moves = match kind {
            Movable::MaterializedViews => t.kind == TableKind::MaterializedView,
            _ => matches!(t.kind, TableKind::Table | TableKind::PartitionedTable),
        };
        owned && moves
    };
    for table in catalog.tables.iter().filter(wanted) {
        if kind == Movable::Indexes {
            for index in table.indexes.iter().filter(|i| there(&i.definition.tablespace)) {
                let name = table.name.sibling(&index.definition.name);
                lock(catalog, &name, locks::maintenance::MOVE_INDEXES.on_server(catalog), effect);
                effect.index_builds.push(name);
            }
        } else if there(&table.tablespace) {
            lock(catalog, &table.name, locks::maintenance::MOVE_TABLES.on_server(catalog), effect);
            if table.kind != TableKind::PartitionedTable {
                effect.rewrites.push(table.name.clone());
            }
        }
    }
}
