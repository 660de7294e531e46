//! Which tables below one a column's coming and going reaches.

use altimeter_catalog::{Catalog, Name};

/// The table and those below it that get a new column: one that has it already keeps it, and so do those below.
pub(super) fn that_get(catalog: &Catalog, table: &Name, column: &str) -> Vec<Name> {
    let mut names = vec![table.clone()];
    let mut next = 0;
    while let Some(name) = names.get(next).cloned() {
        next += 1;
        let without = catalog.heirs_of(&name).filter(|t| t.column(column).is_none());
        let new: Vec<Name> = without.map(|t| t.name.clone()).filter(|n| !names.contains(n)).collect();
        names.extend(new);
    }
    names
}

/// The table and those below it that lose a column: those that have it from nowhere else.
pub(super) fn that_lose(catalog: &Catalog, table: &Name, column: &str, recurse: bool) -> Vec<Name> {
    let mut names = vec![table.clone()];
    let mut next = 0;
    while let Some(name) = names.get(next).cloned() {
        next += 1;
        for heir in catalog.heirs_of(&name).filter(|_| recurse) {
            let from_above = heir.column(column).is_some_and(|c| c.inherited);
            let elsewhere =
                catalog.parents_of(heir).any(|p| !names.contains(&p.name) && p.column(column).is_some());
            if from_above && !elsewhere && !names.contains(&heir.name) {
                names.push(heir.name.clone());
            }
        }
    }
    names
}
