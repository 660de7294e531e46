//! Types changed: a stricter domain is checked in every table, a composite type's tables follow it.

use altimeter_catalog::{
    AttributeAction, Catalog, Change, Column, ColumnAction, Effect, Key, Name, TableKind, TypeAction,
    TypeKind,
};

use crate::effects::{describe, lock_by, take_by};
use crate::locks::relation as locks;

pub(super) fn altered(catalog: &Catalog, name: &Name, action: &TypeAction, effect: &mut Effect) {
    match action {
        TypeAction::AddConstraint { not_valid: false, .. } | TypeAction::ValidateConstraint(_) => {
            checked(catalog, name, effect);
        }
        TypeAction::NotNull(true) => {
            let already = catalog.user_type(name).is_some_and(|t| match &t.kind {
                TypeKind::Domain { not_null, .. } => *not_null,
                _ => false,
            });
            if !already {
                checked(catalog, name, effect);
            }
        }
        TypeAction::Attributes { actions, cascade: true } => {
            for table in typed(catalog, name) {
                take_by(catalog, &table, &locks::ALTER_COMPOSITE, &format!("table of type {name}"), effect);
                actions.iter().for_each(|a| followed(catalog, &table, a, effect));
            }
        }
        TypeAction::RenameAttribute { cascade: true, .. } => {
            for table in typed(catalog, name) {
                take_by(catalog, &table, &locks::ALTER_COMPOSITE, &format!("table of type {name}"), effect);
            }
        }
        _ => lock_by(catalog, name, &locks::ALTER_TYPE, effect),
    }
}

fn typed(catalog: &Catalog, name: &Name) -> Vec<Name> {
    let tables = catalog.tables.with(Key::needs(name)).filter(|t| t.of_type.as_ref() == Some(name));
    tables.map(|t| t.name.clone()).collect()
}

/// A typed table follows its type as if it were altered itself.
fn followed(catalog: &Catalog, table: &Name, action: &AttributeAction, effect: &mut Effect) {
    let change = match action {
        AttributeAction::Add { name, type_name } => Change::AddColumn {
            table: table.clone(),
            column: Column { name: name.clone(), type_name: type_name.clone(), ..Column::default() },
            if_not_exists: false,
        },
        AttributeAction::Drop { name, .. } => {
            Change::DropColumn { table: table.clone(), column: name.clone(), if_exists: true, cascade: true }
        }
        AttributeAction::Type { name, type_name } => Change::AlterColumn {
            table: table.clone(),
            column: name.clone(),
            action: ColumnAction::Type { type_name: type_name.clone(), collation: None, using: None },
        },
    };
    // By itself such a table must not be altered.
    let mut untyped = catalog.clone();
    untyped.table_mut(table).into_iter().for_each(|t| t.of_type = None);
    describe(&untyped, &change, effect);
}

/// Every table with a column of the domain is read under a lock that stops writes; there is no other way.
fn checked(catalog: &Catalog, name: &Name, effect: &mut Effect) {
    for (table, column) in catalog.columns_of_domain(name) {
        let stored = |k: TableKind| matches!(k, TableKind::Table | TableKind::MaterializedView);
        if catalog.table(&table).is_some_and(|t| stored(t.kind)) {
            take_by(
                catalog,
                &table,
                &locks::DOMAIN_CHECKED,
                &format!("column {column} of domain {name}"),
                effect,
            );
            if !effect.scans.contains(&table) {
                effect.scans.push(table);
            }
        }
    }
}
