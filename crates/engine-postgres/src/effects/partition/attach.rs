//! `ATTACH PARTITION` (`ATExecAttachPartition` in the server's `tablecmds.c`).

use altimeter_catalog::{
    Catalog, Constraint, ConstraintKind, Created, Effect, Index, IndexDefinition, Name, RelationKind, Table,
    TableKind,
};

use super::{facts, fail, lock, scan_one, through};
use crate::dialect;
use crate::effects::family;
use crate::effects::rows::read_all_of;
use crate::implication::{Condition, implies, known_of};
use crate::partitions::{self, Bound};

/// From this version on a foreign key that is not valid yet is taken over too, and validated then.
const TAKES_OVER_NOT_VALID: u32 = 18;

pub(super) fn attached(catalog: &Catalog, parent: &Name, child: &Name, bound: &str, effect: &mut Effect) {
    let (Some(parent), Some(child)) = (catalog.table(parent), catalog.table(child)) else { return };
    let Some(bound) = refused(catalog, parent, child, bound, effect) else { return };
    lock(catalog, &parent.name, facts::ATTACH_PARENT.on_server(catalog), effect);
    for ancestor in ancestors(catalog, parent) {
        through(catalog, &ancestor.name, &facts::ATTACH_ANCESTOR, &above(parent), effect);
    }
    lock(catalog, &child.name, facts::ATTACH_CHILD.on_server(catalog), effect);
    for table in family(catalog, &child.name).into_iter().skip(1) {
        through(catalog, &table.name, &facts::ATTACH_CHILD, &format!("partition of {}", child.name), effect);
    }
    rows_checked(catalog, parent, child, &bound, effect);
    for index in &parent.indexes {
        let name = parent.name.sibling(&index.definition.name);
        through(catalog, &name, &facts::ATTACH_PARENT_INDEX, &format!("index of {}", parent.name), effect);
        if !child.indexes.iter().any(|own| serves(child, own, parent, index)) {
            build(catalog, child, index, effect);
        }
    }
    for constraint in parent.constraints.iter().filter(|c| c.kind == ConstraintKind::ForeignKey) {
        foreign_key(catalog, child, constraint, effect);
    }
    for (from, constraint) in catalog.referencing(&parent.name).into_iter().filter(|(_, c)| !c.inherited) {
        let by = format!("foreign key {}", constraint.name);
        through(catalog, &from.name, &facts::ATTACH_REFERENCING, &by, effect);
    }
}

/// The bound, unless the server refuses it or it cannot be read.
fn refused(
    catalog: &Catalog,
    parent: &Table,
    child: &Table,
    bound: &str,
    effect: &mut Effect,
) -> Option<Bound> {
    if parent.kind != TableKind::PartitionedTable {
        fail(effect, format!("{} is not partitioned", parent.name));
    }
    if let Some(of) = &child.partition_of {
        fail(effect, format!("{} is a partition of {of} already", child.name));
    }
    let bound = Bound::parse(bound);
    if let (Some(Bound::Default), Some(default)) = (&bound, partitions::default_of(catalog, &parent.name)) {
        fail(effect, format!("{} has the default partition {} already", parent.name, default.name));
    }
    bound
}

fn above(table: &Table) -> String {
    format!("parent of {}", table.name)
}

fn ancestors<'a>(catalog: &'a Catalog, table: &Table) -> Vec<&'a Table> {
    let parent = |t: &Table| t.partition_of.as_ref().and_then(|p| catalog.table(p));
    std::iter::successors(parent(table), |t| parent(t)).take(50).collect()
}

/// The table's rows have to fit the bound, and those of its parents; rows of the default partition must not. What
/// validated CHECKs and NOT NULLs prove is not read.
fn rows_checked(catalog: &Catalog, parent: &Table, child: &Table, bound: &Bound, effect: &mut Effect) {
    let own = partitions::under(catalog, parent, &child.name, bound);
    let inherited = std::iter::once(parent).chain(ancestors(catalog, parent));
    let wanted = Condition::All(
        std::iter::once(own.clone()).chain(inherited.map(|t| partitions::condition_of(catalog, t))).collect(),
    );
    read_unless_proved(catalog, child, &wanted, effect);
    if let Some(default) = partitions::default_of(catalog, &parent.name).filter(|_| *bound != Bound::Default)
    {
        let by = format!("default partition of {}", parent.name);
        through(catalog, &default.name, &facts::ATTACH_DEFAULT, &by, effect);
        for table in read_unless_proved(catalog, default, &own.negated(), effect) {
            through(catalog, &table, &facts::ATTACH_DEFAULT, &by, effect);
        }
    }
}

/// Reads a table, or the parts of it that hold rows, where what is wanted of them is not proved. Gives the parts that
/// are opened on the way.
pub(in crate::effects) fn read_unless_proved(
    catalog: &Catalog,
    table: &Table,
    wanted: &Condition,
    effect: &mut Effect,
) -> Vec<Name> {
    if implies(&known_of(table), wanted) {
        return Vec::new();
    }
    if table.kind != TableKind::PartitionedTable {
        scan_one(table, effect);
        return Vec::new();
    }
    let mut opened = Vec::new();
    for partition in partitions::children(catalog, &table.name) {
        opened.push(partition.name.clone());
        opened.extend(read_unless_proved(catalog, partition, wanted, effect));
    }
    opened
}

/// Whether an index of the table can become the part of one of its parent's (`CompareIndexInfo`): the same in all
/// but name and place, and where the parent's is a constraint's, a constraint's too.
pub(super) fn serves(child: &Table, own: &Index, parent: &Table, of: &Index) -> bool {
    let kind = |table: &Table, index: &Index| {
        let named = |c: &&Constraint| Some(&c.name) == index.constraint.as_ref();
        table.constraints.iter().find(named).map(|c| c.kind)
    };
    let same_constraint = of.constraint.is_none() || kind(child, own) == kind(parent, of);
    own.part_of.is_none() && own.definition.indexes_the_same(&of.definition) && same_constraint
}

fn build(catalog: &Catalog, child: &Table, of: &Index, effect: &mut Effect) {
    let mut definition = IndexDefinition { table: child.name.clone(), ..of.definition.clone() };
    definition.name = match (&of.constraint, of.primary) {
        (Some(_), true) => format!("{}_pkey", child.name.name),
        (Some(_), false) => {
            let columns = definition.columns().unwrap_or_default().join("_");
            dialect::fit_name(&format!("{}_{columns}_key", child.name.name))
        }
        (None, _) => catalog.default_index_name(&definition, "idx"),
    };
    for table in family(catalog, &child.name).iter().filter(|t| t.kind == TableKind::Table) {
        scan_one(table, effect);
    }
    effect.creates.push(Created {
        object: child.name.sibling(&definition.name),
        kind: RelationKind::Index,
        index: Some(definition),
        concurrently: false,
        excludes: false,
    });
}

/// A foreign key of the parent is taken over where the table has the same one, else made and validated.
fn foreign_key(catalog: &Catalog, child: &Table, of: &Constraint, effect: &mut Effect) {
    let Some(foreign) = &of.foreign else { return };
    let by = format!("foreign key {}", of.name);
    let bare = |c: &Constraint| c.definition.replace(" NOT VALID", "");
    let same = |own: &&Constraint| {
        own.kind == ConstraintKind::ForeignKey
            && !own.inherited
            && own.columns == of.columns
            && own.foreign == of.foreign
            && (own.deferrable, own.deferred) == (of.deferrable, of.deferred)
            && bare(own) == bare(of)
            && own.not_enforced == of.not_enforced
            && (own.validated || catalog.server.major() >= TAKES_OVER_NOT_VALID)
    };
    let taken_over = child.constraints.iter().find(same);
    let fact = match taken_over {
        Some(_) => &facts::ATTACH_REFERENCED_BEFORE,
        None => &facts::ATTACH_REFERENCED,
    };
    through(catalog, &foreign.table, fact, &by, effect);
    let valid_already = taken_over.is_some_and(|own| own.validated) || !of.validated || of.not_enforced;
    if !valid_already {
        // The server joins both tables to find a row without its counterpart.
        read_all_of(catalog, &child.name, &by, effect);
        read_all_of(catalog, &foreign.table, &by, effect);
    }
}
