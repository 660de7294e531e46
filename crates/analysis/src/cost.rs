//! What a statement costs: from its effect and the catalog's statistics to ranges with a basis.
//!
//! A first model: bytes and rows from the catalog, throughput as published for common hardware (`throughput`), so
//! times have wide ranges. Volumes follow from sizes and are narrower.

mod index;
#[cfg(test)]
mod tests;
pub mod throughput;
mod update;
mod wait;

use altimeter_catalog::{Catalog, Effect, Index, Name, Table};

use crate::{Estimate, Range};
pub use index::index_bytes;
pub use update::row_update_us;

/// The cost of one statement. `lock_timeout_ms`: the longest it waits for a lock, none for no limit.
pub fn estimate(catalog: &Catalog, effect: &Effect, lock_timeout_ms: Option<u32>) -> Estimate {
    let mut total = catalog_only();
    for table in &effect.rewrites {
        add(&mut total, table_of(catalog, table, rewrite));
    }
    for created in &effect.creates {
        if let Some(definition) = &created.index {
            let build = |table: &Table| match created.excludes {
                true => index::build_excluding(catalog, table, definition),
                false => index::build(catalog, table, definition, created.concurrently),
            };
            add(&mut total, table_of(catalog, &definition.table, build));
        }
    }
    let rebuilt: Vec<(&Table, &Index)> = effect
        .index_builds
        .iter()
        .filter_map(|name| catalog.index(name))
        .filter(|(table, _)| !effect.rewrites.contains(&table.name))
        .collect();
    for (table, index) in &rebuilt {
        let concurrently = effect.waits_for_transactions;
        add(&mut total, table_of(catalog, &table.name, |t| index::rebuild(catalog, t, index, concurrently)));
    }
    for update in &effect.updates {
        add(&mut total, table_of(catalog, &update.object, |table| update::rows(catalog, table, update)));
    }
    let worked_on = |table: &&Name| {
        effect.rewrites.contains(table)
            || rebuilt.iter().any(|(t, _)| &t.name == *table)
            || effect.updates.iter().any(|u| &u.object == *table)
            || effect.creates.iter().any(|c| c.index.as_ref().is_some_and(|i| &i.table == *table))
    };
    for table in effect.scans.iter().filter(|t| !worked_on(t)) {
        add(&mut total, table_of(catalog, table, scan));
    }
    for dropped in &effect.drops {
        if let Some((_, index)) = catalog.index(dropped) {
            let freed =
                index.bytes.map(|b| Range::new(-(b as f64), -(b as f64), -(b as f64), &["index size"]));
            total.disk_after_bytes = match (total.disk_after_bytes, freed) {
                (Some(after), Some(freed)) => Some(after.plus(&freed)),
                _ => None,
            };
        }
    }
    wait::add_waiting(catalog, effect, lock_timeout_ms, &mut total);
    total
}

/// A change to the system catalogs alone: milliseconds, and the first touch of some catalog pages in the log.
fn catalog_only() -> Estimate {
    let mut estimate = Estimate::nothing();
    let basis = ["published: catalog-only statements"];
    estimate.duration_ms = Some(Range::new(0.5, 3.0, 30.0, &basis));
    estimate.wal_bytes = Some(Range::new(2_000.0, 25_000.0, 150_000.0, &basis));
    estimate.write_bytes = estimate.wal_bytes.clone();
    estimate
}

/// A table's cost, or an estimate with nothing known if the table's size is not.
fn table_of(catalog: &Catalog, name: &Name, cost: impl FnOnce(&Table) -> Option<Estimate>) -> Estimate {
    let known = catalog.table(name).and_then(cost);
    known.unwrap_or_else(|| {
        let mut unknown = Estimate::nothing();
        for quantity in quantities(&mut unknown) {
            *quantity = None;
        }
        unknown.unknowns.push(format!("size or row count of {name}: never analysed, or not readable"));
        unknown
    })
}

fn quantities(e: &mut Estimate) -> [&mut Option<Range>; 8] {
    [
        &mut e.duration_ms,
        &mut e.read_bytes,
        &mut e.write_bytes,
        &mut e.wal_bytes,
        &mut e.temp_bytes,
        &mut e.disk_peak_bytes,
        &mut e.disk_after_bytes,
        &mut e.replica_lag_ms,
    ]
}

fn add(total: &mut Estimate, mut other: Estimate) {
    for (mine, theirs) in quantities(total).into_iter().zip(quantities(&mut other)) {
        *mine = match (mine.take(), theirs.take()) {
            (Some(a), Some(b)) => Some(a.plus(&b)),
            _ => None,
        };
    }
    total.unknowns.append(&mut other.unknowns);
}

/// Reading a heap from end to end and testing each row.
fn scan(table: &Table) -> Option<Estimate> {
    let heap = table.size.heap_bytes? as f64;
    let rows = table.size.rows?;
    let mut estimate = Estimate::nothing();
    estimate.duration_ms =
        Some(throughput::READ.duration_ms(heap).plus(&throughput::per_row_ms(rows, throughput::TEST_ROW_US)));
    estimate.read_bytes = Some(Range::new(heap, heap, heap * 1.02, &["heap size"]));
    Some(estimate)
}

/// Writing a table anew with all its indexes: one pass over heap and TOAST, one build for each index.
fn rewrite(table: &Table) -> Option<Estimate> {
    let heap = table.size.heap_bytes? as f64;
    let toast = table.size.toast_bytes? as f64;
    let indexes = table.size.index_bytes? as f64;
    let rows = table.size.rows?;
    let data = heap + toast;
    let all = data + indexes;
    let basis = ["heap, TOAST and index size", "published: rewrites"];
    let mut estimate = Estimate::nothing();
    let builds = throughput::per_row_ms(rows * table.indexes.len() as f64, throughput::REBUILD_ROW_US);
    estimate.duration_ms = Some(throughput::REWRITE.duration_ms(data).plus(&builds));
    estimate.read_bytes = Some(Range::new(data, data, data * 2.0, &basis));
    estimate.write_bytes = Some(Range::new(all * 0.9, all * 1.1, all * 2.2, &basis));
    estimate.wal_bytes = Some(Range::new(all * 0.7, all * 1.1, all * 1.4, &basis));
    estimate.temp_bytes = Some(Range::new(0.0, indexes * 0.5, indexes * 1.1, &basis));
    estimate.disk_peak_bytes = Some(Range::new(all * 0.9, all * 1.22, all * 1.5, &basis));
    estimate.disk_after_bytes = Some(Range::new(-all * 0.3, rows * 8.0, rows * 24.0, &basis));
    estimate.replica_lag_ms = Some(wait::lag(all * 1.1));
    Some(estimate)
}
