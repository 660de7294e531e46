//! `TRUNCATE`.

use altimeter_catalog::{Catalog, Constraint, Effect, Name, RelationKind, Table, TableKind, Target};

use super::{family, kind_of, lock_indexes, trigger};
use crate::effects::fail;
use crate::locks::maintenance as facts;

/// The tables, those below them, with `CASCADE` those that reference them, each with its indexes; with
/// `RESTART IDENTITY` the sequences their columns own (`ExecuteTruncate` in the server's `tablecmds.c`).
pub(super) fn truncated(
    catalog: &Catalog,
    tables: &[Target],
    restart_identity: bool,
    cascade: bool,
    effect: &mut Effect,
) {
    let mut emptied: Vec<(Name, Option<String>)> = Vec::new();
    for target in tables {
        add(catalog, target, &mut emptied, effect);
    }
    if cascade {
        add_referencing(catalog, &mut emptied);
    } else if let Some((table, by)) = referenced_from_outside(catalog, &emptied) {
        fail(
            effect,
            format!("{table} is referenced by a foreign key of {by}, which is not truncated with it"),
        );
    }
    for (name, through) in &emptied {
        let Some(table) = catalog.table(name) else { continue };
        one(catalog, table, through.as_deref(), restart_identity, effect);
    }
}

fn add(catalog: &Catalog, target: &Target, emptied: &mut Vec<(Name, Option<String>)>, effect: &mut Effect) {
    let name = &target.name;
    match catalog.table(name).map(|t| t.kind) {
        Some(TableKind::PartitionedTable) if target.only => {
            fail(effect, format!("TRUNCATE ONLY is refused on the partitioned table {name}"));
        }
        Some(TableKind::Table | TableKind::PartitionedTable | TableKind::ForeignTable) => {}
        _ => fail(effect, format!("{name} is no table")),
    }
    for table in family(catalog, name) {
        let itself = &table.name == name;
        let known = emptied.iter().any(|(n, _)| n == &table.name);
        if !known && (itself || !target.only) {
            emptied.push((table.name.clone(), (!itself).then(|| format!("below {name}"))));
        }
    }
}

/// Tables that reference one of those to be emptied are emptied too, and so on.
fn add_referencing(catalog: &Catalog, emptied: &mut Vec<(Name, Option<String>)>) {
    let mut next = 0;
    while let Some((name, _)) = emptied.get(next).cloned() {
        for (from, constraint) in referencing(catalog, &name) {
            for table in family(catalog, &from.name) {
                if !emptied.iter().any(|(n, _)| n == &table.name) {
                    emptied.push((table.name.clone(), Some(format!("foreign key {}", constraint.name))));
                }
            }
        }
        next += 1;
    }
}

/// Foreign keys that reference a table, or a parent of it: a partition's rows are referenced through that.
fn referencing<'a>(catalog: &'a Catalog, name: &Name) -> Vec<(&'a Table, &'a Constraint)> {
    let parent = |t: &&Table| t.partition_of.as_ref().and_then(|p| catalog.table(p));
    let tables = std::iter::successors(catalog.table(name), |t| parent(t)).take(50);
    tables.flat_map(|t| catalog.referencing(&t.name)).collect()
}

fn referenced_from_outside(catalog: &Catalog, emptied: &[(Name, Option<String>)]) -> Option<(Name, Name)> {
    let inside = |name: &Name| emptied.iter().any(|(n, _)| n == name);
    emptied.iter().find_map(|(name, _)| {
        let outside = referencing(catalog, name).into_iter().find(|(from, _)| !inside(&from.name));
        outside.map(|(from, _)| (name.clone(), from.name.clone()))
    })
}

fn one(catalog: &Catalog, table: &Table, through: Option<&str>, restart_identity: bool, effect: &mut Effect) {
    let Some(mode) = facts::TRUNCATE.on_server(catalog) else { return };
    let (name, kind) = (&table.name, kind_of(catalog, &table.name));
    match through {
        Some(through) => effect.take_through(name, kind, mode, through),
        None => effect.take(name, kind, mode),
    }
    if table.kind != TableKind::PartitionedTable {
        lock_indexes(catalog, table, &facts::TRUNCATE_INDEX, effect);
    }
    let mut parent = table.partition_of.as_ref();
    while let (Some(name), Some(mode)) = (parent, facts::TRUNCATE_PARENT.on_server(catalog)) {
        effect.take_through(name, RelationKind::PartitionedTable, mode, &format!("parent of {}", table.name));
        parent = catalog.table(name).and_then(|t| t.partition_of.as_ref());
    }
    for sequence in catalog.sequences_owned_by(name).filter(|_| restart_identity) {
        if let Some(mode) = facts::TRUNCATE_SEQUENCE.on_server(catalog) {
            let through = format!("owned by {name}");
            effect.take_through(&sequence.name, RelationKind::Sequence, mode, &through);
        }
    }
    trigger::truncated(catalog, table, effect);
}
