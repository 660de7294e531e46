//! Partitions coming and going.

mod attach;
mod detach;

pub(super) use attach::read_unless_proved;

use altimeter_catalog::{Catalog, Effect, Name, PartitionChange};

use super::{fail, kind_of, lock, scan_one};
use crate::locks::LockFact;
use crate::locks::partition as facts;

/// What such a change does.
pub(super) fn changed(catalog: &Catalog, change: &PartitionChange, effect: &mut Effect) {
    match change {
        PartitionChange::Attach { parent, child, bound } => {
            attach::attached(catalog, parent, child, bound, effect);
        }
        PartitionChange::Detach { parent, child, mode } => {
            detach::detached(catalog, parent, child, *mode, effect);
        }
        PartitionChange::AttachIndex { parent, child } => index(catalog, parent, child, effect),
        // Several statements, each of which is judged by itself.
        PartitionChange::Partition(_) => {}
    }
}

fn index(catalog: &Catalog, parent: &Name, child: &Name, effect: &mut Effect) {
    lock(catalog, parent, facts::ATTACH_INDEX_PARENT.on_server(catalog), effect);
    lock(catalog, child, facts::ATTACH_INDEX_CHILD.on_server(catalog), effect);
    for index in [parent, child] {
        match catalog.index(index) {
            Some((table, _)) => {
                through(catalog, &table.name, &facts::ATTACH_INDEX_TABLE, &format!("index {index}"), effect);
            }
            None => fail(effect, format!("{index} does not exist")),
        }
    }
}

/// Takes a lock by the lock table on a relation the statement does not name.
fn through(catalog: &Catalog, name: &Name, fact: &LockFact, through: &str, effect: &mut Effect) {
    if let Some(mode) = fact.on_server(catalog) {
        effect.take_through(name, kind_of(catalog, name), mode, through);
    }
}

#[cfg(test)]
mod tests;
