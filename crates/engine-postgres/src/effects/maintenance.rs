//! Work on whole relations.

use altimeter_catalog::{Catalog, Effect, LockMode, Maintenance, Name, RelationKind, TableKind};

use super::{family, lock};
use crate::locks;

/// What maintenance does.
pub(super) fn maintained(_catalog: &Catalog, _change: &Maintenance, _effect: &mut Effect) {}

/// Pages `ANALYZE` samples at most: 300 rows for each point of the statistics target, and at most one row a page
/// counts (manual, "Statistics Used by the Planner"; `std_typanalyze` in the server's `analyze.c`).
const SAMPLED_PAGES_PER_TARGET: f64 = 300.0;

/// `ANALYZE` reads a sample; a table smaller than the sample is read from end to end.
pub(super) fn analyzed(catalog: &Catalog, table: &Name, effect: &mut Effect) {
    let mode = locks::maintenance::ANALYZE.on_server(catalog);
    let target = catalog.server.setting_number("default_statistics_target").unwrap_or(100.0);
    for t in family(catalog, table) {
        let own = if &t.name == table { mode } else { Some(LockMode::AccessShare) };
        lock(catalog, &t.name, own, effect);
        for index in &t.indexes {
            effect.take(&t.name.sibling(&index.definition.name), RelationKind::Index, LockMode::AccessShare);
        }
        let small = t.size.pages.is_some_and(|p| p <= target * SAMPLED_PAGES_PER_TARGET);
        if small && t.kind == TableKind::Table {
            effect.scans.push(t.name.clone());
        }
    }
}
