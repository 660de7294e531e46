//! `REFRESH MATERIALIZED VIEW`.

use altimeter_catalog::{Catalog, Effect, Name};

use super::{lock, lock_indexes};
use crate::effects::{fail, rows, scan_one};
use crate::locks::maintenance as facts;

/// The view's query is run; the view is written anew, or concurrently compared with the result and brought up to it.
pub(in crate::effects) fn refreshed(
    catalog: &Catalog,
    view: &Name,
    concurrently: bool,
    with_data: bool,
    effect: &mut Effect,
) {
    let (own, indexes) = match concurrently {
        true => (&facts::REFRESH_CONCURRENTLY, &facts::REFRESH_CONCURRENTLY_INDEX),
        false => (&facts::REFRESH, &facts::REFRESH_INDEX),
    };
    if catalog.view(view).is_some_and(|v| !v.materialized) {
        return fail(effect, format!("{view} is no materialized view"));
    }
    lock(catalog, view, own.on_server(catalog), effect);
    let table = catalog.table(view);
    if let Some(table) = table {
        lock_indexes(catalog, table, indexes, effect);
    }
    if concurrently && !with_data {
        return fail(effect, "CONCURRENTLY and WITH NO DATA exclude each other".to_owned());
    }
    if concurrently {
        // A unique index over plain columns and all rows tells which row is which.
        let usable = |i: &altimeter_catalog::Index| {
            i.valid
                && i.definition.unique
                && i.definition.predicate.is_none()
                && i.definition.columns().is_some_and(|c| !c.is_empty())
        };
        // The old rows are read to be compared with the new ones.
        table.iter().for_each(|t| scan_one(t, effect));
        if table.is_some_and(|t| !t.indexes.iter().any(usable)) {
            fail(effect, format!("{view} has no unique index over plain columns and all rows"));
        }
    } else {
        effect.rewrites.push(view.clone());
        let names = table.iter().flat_map(|t| t.indexes.iter().map(|i| view.sibling(&i.definition.name)));
        effect.index_builds.extend(names);
    }
    if with_data {
        rows::read_by_view(catalog, view, effect);
    }
}
