//! Constraints: what is read, and what else is locked.

use altimeter_catalog::{Catalog, ConstraintDefinition, Effect, LockMode, Name, RelationKind};

use super::{family, lock, lock_family, scan};
use crate::locks;

pub(super) fn added(catalog: &Catalog, table: &Name, constraint: &ConstraintDefinition, effect: &mut Effect) {
    lock_family(catalog, table, &locks::alter::ADD_CHECK, effect);
    match &constraint.using_index {
        Some(index) => {
            effect.take(&table.sibling(index), RelationKind::Index, LockMode::ShareUpdateExclusive);
        }
        None if !constraint.not_valid => scan(catalog, table, effect),
        None => {}
    }
}

pub(super) fn validated(catalog: &Catalog, table: &Name, name: &str, effect: &mut Effect) {
    lock_family(catalog, table, &locks::alter::VALIDATE_CHECK, effect);
    let found = catalog.table(table).and_then(|t| t.constraints.iter().find(|c| c.name == name));
    if found.is_some_and(|c| c.validated) {
        return;
    }
    scan(catalog, table, effect);
    if let Some(foreign) = found.and_then(|c| c.foreign.as_ref()) {
        lock(catalog, &foreign.table, Some(LockMode::RowShare), effect);
        scan(catalog, &foreign.table, effect);
    }
}

pub(super) fn dropped(catalog: &Catalog, table: &Name, name: &str, effect: &mut Effect) {
    lock_family(catalog, table, &locks::alter::DROP_CONSTRAINT, effect);
    for t in family(catalog, table) {
        for constraint in t.constraints.iter().filter(|c| c.name == name) {
            if let Some(foreign) = &constraint.foreign {
                lock(catalog, &foreign.table, Some(LockMode::AccessExclusive), effect);
            }
            // A foreign key names the index of the other side, which stays.
            if let (Some(index), None) = (&constraint.index, &constraint.foreign) {
                let index = t.name.sibling(index);
                effect.take(&index, RelationKind::Index, LockMode::AccessExclusive);
                effect.drops.push(index);
            }
        }
    }
}
