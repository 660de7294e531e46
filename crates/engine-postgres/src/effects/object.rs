//! Functions, triggers, privileges, and other objects that hang on relations.

use altimeter_catalog::{Catalog, Change, Effect, ObjectChange};

use super::{lock_by, lock_family};
use crate::locks;

/// The changes that recipes make.
pub(super) fn known(catalog: &Catalog, change: &Change, effect: &mut Effect) {
    match change {
        // A row trigger is made on every partition.
        Change::CreateTrigger(it) if it.per_row => {
            lock_family(catalog, &it.table, &locks::object::CREATE_TRIGGER, effect);
        }
        Change::CreateTrigger(it) => lock_by(catalog, &it.table, &locks::object::CREATE_TRIGGER, effect),
        Change::DropTrigger { table, .. } => {
            lock_family(catalog, table, &locks::object::DROP_TRIGGER, effect);
        }
        Change::CreateFunction(it) => lock_by(catalog, &it.name, &locks::object::CREATE_FUNCTION, effect),
        Change::DropFunction { name, .. } => lock_by(catalog, name, &locks::object::DROP_FUNCTION, effect),
        Change::GrantColumn { table, .. } => lock_by(catalog, table, &locks::object::GRANT_COLUMN, effect),
        _ => {}
    }
}

/// All others.
pub(super) fn other(_catalog: &Catalog, _change: &ObjectChange, _effect: &mut Effect) {}
