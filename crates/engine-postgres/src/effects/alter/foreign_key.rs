//! Whether a foreign key can be made at all.

use altimeter_catalog::{Catalog, ConstraintDefinition, ForeignKey, Table};

use crate::types;

/// Why the server refuses the foreign key.
pub(super) fn refused(catalog: &Catalog, from: &Table, constraint: &ConstraintDefinition) -> Option<String> {
    let foreign = constraint.foreign.as_ref()?;
    let Some(to) = catalog.table(&foreign.table) else {
        return Some(format!("table {} does not exist", foreign.table));
    };
    if let Some(missing) = constraint.columns.iter().find(|c| from.column(c).is_none()) {
        return Some(format!("column {}.{missing} does not exist", from.name));
    }
    if let Some(missing) = foreign.columns.iter().find(|c| to.column(c).is_none()) {
        return Some(format!("column {}.{missing} does not exist", to.name));
    }
    if constraint.columns.len() != foreign.columns.len() && !foreign.columns.is_empty() {
        return Some("a foreign key needs as many columns as it references".to_owned());
    }
    if !is_unique(to, foreign) {
        return Some(format!("{} has no unique constraint on ({})", to.name, foreign.columns.join(", ")));
    }
    mismatch(catalog, from, to, &constraint.columns, &foreign.columns)
}

/// Two columns of a foreign key that cannot be compared.
pub(super) fn mismatch(
    catalog: &Catalog,
    from: &Table,
    to: &Table,
    columns: &[String],
    referenced: &[String],
) -> Option<String> {
    let types = |table: &Table, column: &str| table.column(column).map(|c| c.type_name.clone());
    columns.iter().zip(referenced).find_map(|(column, target)| {
        let (one, other) = (types(from, column)?, types(to, target)?);
        (!types::can_reference(catalog, &one, &other))
            .then(|| format!("{}.{column} is {one}, but {}.{target} is {other}", from.name, to.name))
    })
}

/// Whether an index says that what is referenced is one row: unique, valid, on exactly these columns, without a
/// predicate, and not deferrable.
fn is_unique(to: &Table, foreign: &ForeignKey) -> bool {
    let deferrable = |name: &Option<String>| {
        name.as_ref().is_some_and(|n| to.constraints.iter().any(|c| &c.name == n && c.deferrable))
    };
    to.indexes.iter().any(|i| {
        let definition = &i.definition;
        definition.unique
            && i.valid
            && definition.predicate.is_none()
            && !deferrable(&i.constraint)
            && definition.columns().is_some_and(|keys| {
                keys.len() == foreign.columns.len() && keys.iter().all(|k| foreign.columns.contains(k))
            })
    })
}
