//! Building an index.

use altimeter_catalog::{Catalog, Column, Index, IndexDefinition, IndexTarget, Table};

use super::throughput::{self, INDEX_ROW_US, INDEX_TEXT_ROW_US};
use super::wait;
use crate::{Estimate, Range};

/// The size an index will have, in bytes; none if rows or widths are unknown or the method has no model yet.
///
/// B-tree: 8 bytes of tuple header, the keys aligned to 8, 4 bytes of line pointer, pages filled to `fillfactor`
/// (90 % by default). Keys with few distinct values share one entry of 6 bytes a row (deduplication, from 13 on).
pub fn index_bytes(table: &Table, index: &IndexDefinition) -> Option<Range> {
    let rows = table.size.rows?;
    let basis = ["reltuples", "pg_stats widths"];
    match index.method.as_str() {
        "brin" => Some(Range::new(24_576.0, 49_152.0, 49_152.0 + rows / 500.0, &basis)),
        "btree" => {
            let widths: Option<Vec<f64>> = index.keys.iter().map(|k| key_width(table, &k.target)).collect();
            let known = widths.is_some();
            let width: f64 = widths.map_or(16.0, |w| w.iter().sum());
            let fill =
                index.options.get("fillfactor").and_then(|f| f.parse::<f64>().ok()).unwrap_or(90.0) / 100.0;
            let entry = 8.0 + (width / 8.0).ceil() * 8.0 + 4.0;
            let kept = if index.predicate.is_some() { (0.0, 0.5, 1.0) } else { (1.0, 1.0, 1.0) };
            let full = rows * entry / fill * 1.01 + 16_384.0;
            let shared = (rows * 6.4 / fill + 16_384.0).min(full);
            let likely = if few_distinct(table, index, rows) { shared } else { full };
            let spread = if known { 1.15 } else { 2.0 };
            Some(Range::new(
                shared.min(likely) / spread * kept.0,
                likely * kept.1,
                full * spread * kept.2,
                &basis,
            ))
        }
        // GIN, GiST and the others depend on the values themselves.
        _ => {
            let heap = table.size.heap_bytes? as f64;
            Some(Range::new(
                heap * 0.02,
                heap * 0.4,
                heap * 2.0,
                &["heap size", "no model of this access method yet"],
            ))
        }
    }
}

fn key_width(table: &Table, target: &IndexTarget) -> Option<f64> {
    match target {
        IndexTarget::Column(name) => {
            let column = table.column(name)?;
            column.statistics.as_ref().map(|s| s.average_width).or_else(|| fixed_width(column))
        }
        IndexTarget::Expression(_) => None,
    }
}

fn fixed_width(column: &Column) -> Option<f64> {
    match column.type_name.as_str() {
        "boolean" => Some(1.0),
        "smallint" => Some(2.0),
        "integer" | "date" | "real" | "oid" => Some(4.0),
        "bigint" | "double precision" => Some(8.0),
        "uuid" => Some(16.0),
        t if t.starts_with("timestamp") => Some(8.0),
        _ => None,
    }
}

fn few_distinct(table: &Table, index: &IndexDefinition, rows: f64) -> bool {
    let distinct = |target: &IndexTarget| match target {
        IndexTarget::Column(name) => {
            let statistics = table.column(name)?.statistics.as_ref()?;
            Some(if statistics.distinct < 0.0 { -statistics.distinct * rows } else { statistics.distinct })
        }
        IndexTarget::Expression(_) => None,
    };
    let product: Option<f64> = index.keys.iter().map(|k| distinct(&k.target)).product();
    !index.unique && product.is_some_and(|d| d < rows / 4.0)
}

/// A build, behind which each row is looked up to see that no other excludes it (`IndexCheckExclusion` on the server).
pub(super) fn build_excluding(catalog: &Catalog, table: &Table, index: &IndexDefinition) -> Option<Estimate> {
    let mut estimate = build(catalog, table, index, false)?;
    let row = match index.method.as_str() {
        "gist" | "spgist" => throughput::EXCLUDED_GIST_ROW_US,
        _ => throughput::EXCLUDED_ROW_US,
    };
    let looked_up = throughput::per_row_ms(table.size.rows?, row);
    estimate.duration_ms = estimate.duration_ms.map(|built| built.plus(&looked_up));
    Some(estimate)
}

/// A build in the place of one that is there: both are on disk until the old one goes, and what is left is no larger.
pub(super) fn rebuild(
    catalog: &Catalog,
    table: &Table,
    index: &Index,
    concurrently: bool,
) -> Option<Estimate> {
    let mut estimate = build(catalog, table, &index.definition, concurrently)?;
    let old = index.bytes? as f64;
    let new = index_bytes(table, &index.definition)?;
    let mut basis = new.basis.clone();
    basis.push("index size".into());
    let after = |new: f64| (new - old).min(0.0);
    estimate.disk_after_bytes =
        Some(Range { low: after(new.low), likely: after(new.likely), high: 0.0, basis });
    Some(estimate)
}

/// One pass over the heap and a sort; concurrently two passes, and every row is looked up again.
pub(super) fn build(
    catalog: &Catalog,
    table: &Table,
    index: &IndexDefinition,
    concurrently: bool,
) -> Option<Estimate> {
    let rows = table.size.rows?;
    let heap = table.size.heap_bytes? as f64;
    let size = index_bytes(table, index)?;
    let textual = |target: &IndexTarget| match target {
        IndexTarget::Column(name) => table
            .column(name)
            .is_none_or(|c| ["text", "character", "json", "xml"].iter().any(|t| c.type_name.starts_with(t))),
        IndexTarget::Expression(_) => true,
    };
    let slow = index.method != "brin" && index.keys.iter().any(|k| textual(&k.target));
    let sort_row = match index.method.as_str() {
        "gist" | "spgist" => throughput::GIST_ROW_US,
        _ if slow => INDEX_TEXT_ROW_US,
        _ => INDEX_ROW_US,
    };
    let mut duration = throughput::READ.duration_ms(heap).plus(&throughput::per_row_ms(rows, sort_row));
    let passes = if concurrently { 2.0 } else { 1.0 };
    if concurrently {
        duration = Range {
            low: duration.low * 1.3,
            likely: duration.likely * 1.9,
            high: duration.high * 3.0,
            ..duration
        };
    }
    let memory = catalog.server.setting_number("maintenance_work_mem").unwrap_or(67_108_864.0);
    let mut temp =
        Range { low: size.low * 0.8, likely: size.likely * 0.9, high: size.high, basis: size.basis.clone() };
    if size.likely < memory / 2.0 {
        temp = Range { low: 0.0, ..temp };
    }
    let mut estimate = Estimate::nothing();
    estimate.duration_ms = Some(duration);
    estimate.read_bytes =
        Some(Range::new(heap * passes, heap * passes, heap * passes * 1.1, &["heap size"]).plus(&temp));
    estimate.write_bytes = Some(size.plus(&temp));
    estimate.wal_bytes = Some(size.times(0.92));
    estimate.disk_peak_bytes = Some(size.plus(&temp));
    estimate.temp_bytes = Some(temp);
    estimate.replica_lag_ms = Some(wait::lag(size.likely));
    estimate.disk_after_bytes = Some(size);
    Some(estimate)
}
