//! Tables made: which others are locked, and what is read.

use altimeter_catalog::{Catalog, Effect, RelationKind, Table, TableDefinition, TableKind};

use super::{filled, made};
use crate::effects::partition::read_unless_proved;
use crate::effects::{lock_by, partitions, take_by};
use crate::locks::relation as locks;
use crate::partitions::{self, Bound};

pub(super) fn table(catalog: &Catalog, it: &TableDefinition, effect: &mut Effect) {
    let table = &it.table;
    if catalog.has_relation(&table.name) {
        return;
    }
    let kind = match table.kind {
        TableKind::PartitionedTable => RelationKind::PartitionedTable,
        _ => RelationKind::Table,
    };
    effect.creates.push(made(&table.name, kind));
    for index in &table.indexes {
        effect.creates.push(made(&table.name.sibling(&index.definition.name), RelationKind::Index));
    }
    for sequence in &it.sequences {
        effect.creates.push(made(&sequence.name, RelationKind::Sequence));
    }
    for parent in &table.inherits {
        lock_by(catalog, parent, &locks::INHERITS, effect);
    }
    for like in &it.like {
        lock_by(catalog, like, &locks::LIKE, effect);
    }
    let own = table.constraints.iter().filter(|c| !c.inherited);
    for constraint in own {
        for foreign in constraint.foreign.iter().filter(|f| f.table != table.name) {
            let through = format!("foreign key {}", constraint.name);
            take_by(catalog, &foreign.table, &locks::REFERENCES, &through, effect);
            for partition in partitions(catalog, &foreign.table) {
                take_by(catalog, &partition.name, &locks::REFERENCES, &through, effect);
            }
        }
    }
    if let Some(parent) = table.partition_of.as_ref().and_then(|p| catalog.table(p)) {
        partition(catalog, table, parent, effect);
    }
    if let Some(source) = &it.source {
        filled(catalog, source, effect);
    }
}

/// A new partition: rows of the default partition may belong to it, indexes and foreign keys are made on it.
fn partition(catalog: &Catalog, table: &Table, parent: &Table, effect: &mut Effect) {
    lock_by(catalog, &parent.name, &locks::PARTITION_OF, effect);
    let through = format!("partition of {}", parent.name);
    let bound = table.partition_bound.as_deref().and_then(Bound::parse).filter(|b| *b != Bound::Default);
    if let (Some(bound), Some(default)) = (bound, partitions::default_of(catalog, &parent.name)) {
        take_by(catalog, &default.name, &locks::PARTITION_OF_DEFAULT, &through, effect);
        let new = partitions::under(catalog, parent, &table.name, &bound);
        for name in read_unless_proved(catalog, default, &new.negated(), effect) {
            take_by(catalog, &name, &locks::PARTITION_OF_DEFAULT, &through, effect);
        }
    }
    for index in &parent.indexes {
        let name = parent.name.sibling(&index.definition.name);
        take_by(catalog, &name, &locks::PARTITION_OF_INDEX, &through, effect);
    }
    for constraint in &parent.constraints {
        let Some(foreign) = &constraint.foreign else { continue };
        let through = format!("foreign key {}", constraint.name);
        take_by(catalog, &foreign.table, &locks::PARTITION_OF_REFERENCED, &through, effect);
        for referenced in partitions(catalog, &foreign.table) {
            take_by(catalog, &referenced.name, &locks::PARTITION_OF_REFERENCED, &through, effect);
        }
    }
    for (from, constraint) in catalog.referencing(&parent.name) {
        if from.name != parent.name && from.partition_of.as_ref().is_none_or(|_| !constraint.inherited) {
            let through = format!("foreign key {} of {}", constraint.name, from.name);
            take_by(catalog, &from.name, &locks::PARTITION_OF_REFERENCING, &through, effect);
        }
    }
}
