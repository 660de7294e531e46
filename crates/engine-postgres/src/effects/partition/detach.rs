//! `DETACH PARTITION` (`ATExecDetachPartition` in the server's `tablecmds.c`).

use altimeter_catalog::{Catalog, ConstraintKind, DetachMode, Effect, Name, Table, TransactionUse};

use super::{facts, fail, lock, through};
use crate::effects::family;
use crate::effects::rows::read_all_of;
use crate::partitions;

/// From this version on there is `CONCURRENTLY` (release notes of 14).
const CONCURRENTLY: u32 = 14;

pub(super) fn detached(
    catalog: &Catalog,
    parent: &Name,
    child: &Name,
    mode: DetachMode,
    effect: &mut Effect,
) {
    let (Some(parent), Some(child)) = (catalog.table(parent), catalog.table(child)) else { return };
    if child.partition_of.as_ref() != Some(&parent.name) {
        fail(effect, format!("{} is no partition of {}", child.name, parent.name));
    }
    let default = partitions::default_of(catalog, &parent.name);
    if mode != DetachMode::Plain && catalog.server.major() < CONCURRENTLY {
        fail(effect, format!("DETACH PARTITION … CONCURRENTLY and FINALIZE exist from {CONCURRENTLY} on"));
    }
    match mode {
        DetachMode::Plain => {
            lock(catalog, &parent.name, facts::DETACH_PARENT.on_server(catalog), effect);
            lock(catalog, &child.name, facts::DETACH_CHILD.on_server(catalog), effect);
            if let Some(default) = default {
                let by = format!("default partition of {}", parent.name);
                through(catalog, &default.name, &facts::DETACH_DEFAULT, &by, effect);
            }
        }
        DetachMode::Concurrently | DetachMode::Finalize => {
            lock(catalog, &parent.name, facts::DETACH_CONCURRENTLY_PARENT.on_server(catalog), effect);
            lock(catalog, &child.name, facts::DETACH_CONCURRENTLY_CHILD.on_server(catalog), effect);
        }
    }
    if mode == DetachMode::Concurrently {
        effect.transaction = TransactionUse::Forbidden;
        effect.waits_for_transactions = true;
        if let Some(default) = default {
            fail(
                effect,
                format!(
                    "DETACH PARTITION … CONCURRENTLY is refused while there is the default partition {}",
                    default.name
                ),
            );
        }
    }
    loosened(catalog, parent, child, effect);
}

/// What the partition has of its parent: parts of indexes, row triggers, foreign keys in either direction.
fn loosened(catalog: &Catalog, parent: &Table, child: &Table, effect: &mut Effect) {
    for table in family(catalog, &child.name).into_iter().skip(1) {
        through(catalog, &table.name, &facts::DETACH_BELOW, &format!("partition of {}", child.name), effect);
    }
    for index in child.indexes.iter().filter(|i| i.part_of.is_some()) {
        let name = child.name.sibling(&index.definition.name);
        through(catalog, &name, &facts::DETACH_INDEX, &format!("index of {}", child.name), effect);
    }
    let cloned = parent.triggers.iter().any(|t| t.per_row);
    let referencing = catalog.referencing(&parent.name);
    let referencing: Vec<_> = referencing.into_iter().filter(|(_, c)| !c.inherited).collect();
    if cloned || !referencing.is_empty() {
        lock(catalog, &child.name, facts::DETACH_CHILD_CHANGES.on_server(catalog), effect);
    }
    let own = |c: &&altimeter_catalog::Constraint| c.kind == ConstraintKind::ForeignKey && c.inherited;
    for constraint in child.constraints.iter().filter(own) {
        if let Some(foreign) = &constraint.foreign {
            let by = format!("foreign key {}", constraint.name);
            through(catalog, &foreign.table, &facts::DETACH_REFERENCED, &by, effect);
        }
    }
    for (from, constraint) in referencing {
        let by = format!("foreign key {}", constraint.name);
        // Rows that reference the partition's would lose what they reference: the server looks for any.
        read_all_of(catalog, &from.name, &by, effect);
        read_all_of(catalog, &child.name, &by, effect);
        through(catalog, &from.name, &facts::DETACH_REFERENCING, &by, effect);
    }
}
