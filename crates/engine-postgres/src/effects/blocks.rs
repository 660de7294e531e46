//! Who waits for a statement: a plain SELECT and a plain INSERT on the table it is about.
//!
//! Planning a SELECT opens the table, all below it, all their indexes, and what a view reads. An INSERT takes its own
//! locks on the table, its indexes, the sequences of its defaults and the tables its foreign keys reference
//! (measured on 13 to 18 for each of these).

use altimeter_catalog::{
    Blocks, Catalog, Change, DropTarget, Effect, LockMode, Name, RelationChange, RelationKind, Table,
    TableKind,
};

use super::family;

/// What the statement's locks hold up, on the catalog it began with.
pub(super) fn of(catalog: &Catalog, changes: &[Change], effect: &Effect) -> Blocks {
    let mut subjects: Vec<Name> = changes.iter().flat_map(|c| subjects(catalog, c)).collect();
    if subjects.is_empty() {
        // It names no relation: those it locks are what it is about.
        subjects.extend(effect.locks.iter().flat_map(|l| standing_for(catalog, &l.object)));
    }
    if effect.stopping_locks().next().is_none() {
        return Blocks { reads: false, writes: false };
    }
    Blocks {
        reads: subjects.iter().any(|name| held_up(catalog, name, effect, &mut Vec::new())),
        writes: subjects.iter().any(|name| insert_held_up(catalog, name, effect)),
    }
}

/// The tables and views a change is about: an index stands for its table, a sequence for the tables that draw from it.
fn subjects(catalog: &Catalog, change: &Change) -> Vec<Name> {
    let named: Vec<&Name> = match change {
        Change::Together(changes) | Change::Written { changes, .. } => {
            return changes.iter().flat_map(|c| subjects(catalog, c)).collect();
        }
        Change::DropIndex { index, .. } => vec![index],
        Change::Relation(RelationChange::Drop { targets, .. }) => {
            targets.iter().filter_map(DropTarget::relation).collect()
        }
        change => change.tables(),
    };
    named.into_iter().flat_map(|name| standing_for(catalog, name)).collect()
}

fn standing_for(catalog: &Catalog, name: &Name) -> Vec<Name> {
    if let Some((table, _)) = catalog.index(name) {
        return vec![table.name.clone()];
    }
    if catalog.sequences.contains(name) {
        return catalog.drawing_from(name).map(|t| t.name.clone()).collect();
    }
    vec![name.clone()]
}

fn mode(effect: &Effect, name: &Name) -> Option<LockMode> {
    effect.lock_on(name)
}

fn index_modes(table: &Table, effect: &Effect) -> impl Iterator<Item = LockMode> {
    table.indexes.iter().filter_map(|i| mode(effect, &table.name.sibling(&i.definition.name)))
}

/// Whether a SELECT has to wait. Before version 16 a partitioned table's own indexes were not looked at.
fn held_up(catalog: &Catalog, name: &Name, effect: &Effect, seen: &mut Vec<Name>) -> bool {
    if seen.contains(name) {
        return false;
    }
    seen.push(name.clone());
    if mode(effect, name).is_some_and(LockMode::blocks_reads) {
        return true;
    }
    if let Some(view) = catalog.view(name).filter(|v| !v.materialized) {
        return view.needs.iter().any(|d| held_up(catalog, &d.on, effect, seen));
    }
    family(catalog, name).into_iter().any(|t| {
        let opened = t.kind != TableKind::PartitionedTable || catalog.server.major() >= 16;
        mode(effect, &t.name).is_some_and(LockMode::blocks_reads)
            || (opened && index_modes(t, effect).any(LockMode::blocks_reads))
    })
}

/// Whether an INSERT has to wait, wherever its row goes. Where it goes to one partition only, that is not known.
fn insert_held_up(catalog: &Catalog, name: &Name, effect: &Effect) -> bool {
    if mode(effect, name).is_some_and(LockMode::blocks_writes) {
        return true;
    }
    let Some(table) = catalog.table(name) else { return false };
    let opened = table.kind != TableKind::PartitionedTable || catalog.server.major() < 14;
    let indexes = opened && index_modes(table, effect).any(LockMode::blocks_writes);
    let strongest = |n: &Name| mode(effect, n);
    let sequences = effect.locks.iter().any(|l| {
        l.kind == RelationKind::Sequence
            && l.mode.blocks_writes()
            && catalog.drawing_from(&l.object).any(|t| &t.name == name)
    });
    // Checking a foreign key takes ROW SHARE on the other table.
    let referenced = table.constraints.iter().filter_map(|c| c.foreign.as_ref());
    let mut referenced = referenced.filter_map(|f| strongest(&f.table));
    indexes || sequences || referenced.any(|m| m >= LockMode::Exclusive)
}
