//! Building an index.

use altimeter_catalog::{Catalog, Index, IndexDefinition, IndexTarget, PastKind, Table};

use super::host::{Host, US_IN_MS};
use super::layout::{Entries, PAGE, live_rows, rows};
use super::methods;
use super::throughput::{self, INDEX_ROW_US, INDEX_TEXT_ROW_US};
use crate::{Estimate, Range};

/// Bytes of the log for each byte of a new B-tree: its pages without their free space (measured on 13 to 18: 0.90 to
/// 0.92).
const LOGGED: f64 = 0.92;
/// Types whose equal values may differ in bytes, so that a B-tree keeps an entry for each (`equalimage` in the server's
/// `nbtree`).
const NEVER_SHARED: &[&str] = &["numeric", "real", "double precision", "jsonb", "interval"];

/// The size an index will have, in bytes; none if the number of rows is unknown.
pub fn index_bytes(catalog: &Catalog, table: &Table, index: &IndexDefinition) -> Option<Range> {
    size(Host::new(catalog, false), table, index)
}

/// The same, with its arithmetic.
pub(super) fn size(host: Host<'_>, table: &Table, index: &IndexDefinition) -> Option<Range> {
    let rows = live_rows(table)?;
    match index.method.as_str() {
        "btree" => Some(btree_bytes(host, table, index, rows)),
        _ => methods::size(host, table, index, rows).or_else(|| {
            let heap = table.size.heap_bytes? as f64;
            let basis = ["heap size", "no model of this access method"];
            let factors = [(heap, "bytes of the heap"), (0.4, "assumed of this access method")];
            Some(host.amount("the index", &factors, (heap * 0.02, heap * 2.0), &basis))
        }),
    }
}

fn btree_bytes(host: Host<'_>, table: &Table, index: &IndexDefinition, rows: f64) -> Range {
    let fill = index.options.get("fillfactor").and_then(|f| f.parse::<f64>().ok()).unwrap_or(90.0) / 100.0;
    let keys = index.keys.iter().map(|k| match &k.target {
        IndexTarget::Column(name) => Some(name.as_str()),
        IndexTarget::Expression(expression) => as_wide_as(table, expression),
    });
    let of_keys: Option<Vec<&str>> = keys.collect();
    let columns = of_keys.map(|k| k.into_iter().chain(index.include.iter().map(String::as_str)));
    let known = columns.and_then(|columns| Entries::of(host.catalog(), table, columns));
    let plain = index.columns().is_some();
    let mut basis = vec!["reltuples", "pg_stats widths"];
    let (entries, spread) = match (known, plain) {
        (Some(entries), true) => (entries, 1.1),
        (Some(entries), false) => {
            basis.push("an expression taken to be as wide as its column");
            (entries, 1.6)
        }
        (None, _) => {
            basis.push("keys of unknown width");
            (Entries::over(16.0), 2.5)
        }
    };
    let kept = if index.predicate.is_some() { (0.0, 0.5, 1.0) } else { (1.0, 1.0, 1.0) };
    let alike = alike(table, index, rows);
    let bytes = |rows: f64, alike: f64| entries.btree_bytes(rows, alike, fill);
    // Statistics count distinct values from a sample; a few more or less alike make little difference.
    let (more_alike, less_alike) = match (alike, plain) {
        (Some(alike), _) if alike <= 1.05 => (1.0, 1.0),
        (Some(alike), _) => (alike * 1.5, (alike / 1.5).max(1.0)),
        (None, _) => (1000.0, 1.0),
    };
    let pages = bytes(rows * kept.1, alike.unwrap_or(1.0)) / PAGE;
    let ends = (bytes(rows * kept.0, more_alike) / spread, bytes(rows * kept.2, less_alike) * spread);
    let index = host.amount("the index", &[(pages, "pages"), (PAGE, "bytes a page")], ends, &basis);
    host.detail(index, || {
        let entry = entries.entry_bytes();
        let shared = alike.unwrap_or(1.0);
        let of = if kept.1 < 1.0 { ", half of them taken to be in it" } else { "" };
        let lists = if shared > 1.05 { format!(", {shared:.1} rows to a key") } else { String::new() };
        format!("{rows:.0} rows{of}, {entry:.0} bytes an entry{lists}, pages filled to {:.0} %", fill * 100.0)
    })
}

/// The column an expression is about, if it names just one.
pub(super) fn as_wide_as<'a>(table: &'a Table, expression: &str) -> Option<&'a str> {
    let words: Vec<&str> = expression.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let mut named = table.columns.iter().filter(|c| words.contains(&c.name.as_str()));
    named.next().filter(|_| named.next().is_none()).map(|c| c.name.as_str())
}

/// Rows with the same key that share an entry; 1 where a key is a row's own, none if nobody knows.
fn alike(table: &Table, index: &IndexDefinition, rows: f64) -> Option<f64> {
    if index.unique || !index.include.is_empty() {
        return Some(1.0);
    }
    let mut keys = 1.0_f64;
    for key in &index.keys {
        let IndexTarget::Column(name) = &key.target else { return None };
        let column = table.column(name)?;
        if NEVER_SHARED.iter().any(|t| column.type_name.starts_with(t)) || column.type_name.ends_with(']') {
            return Some(1.0);
        }
        let distinct = column.statistics.as_ref()?.distinct;
        keys *= if distinct < 0.0 { -distinct * rows } else { distinct };
    }
    Some((rows / keys.max(1.0)).max(1.0))
}

/// A build, behind which each row is looked up to see that no other excludes it (`IndexCheckExclusion` on the server).
pub(super) fn build_excluding(host: Host<'_>, table: &Table, index: &IndexDefinition) -> Option<Estimate> {
    let mut estimate = build(host, table, index, false)?;
    let row =
        if is_tree_of_values(index) { throughput::EXCLUDED_GIST_ROW_US } else { throughput::EXCLUDED_ROW_US };
    let looked_up = by_values(throughput::per_row_ms(host, "looking each row up", rows(table)?, row));
    estimate.duration_ms = estimate.duration_ms.map(|built| built.plus(&looked_up));
    Some(estimate)
}

/// A build in the place of one that is there: both are on disk until the old one goes, and what is left is no larger.
pub(super) fn rebuild(host: Host<'_>, table: &Table, index: &Index, concurrently: bool) -> Option<Estimate> {
    let mut estimate = build(host, table, &index.definition, concurrently)?;
    let old = index.bytes? as f64;
    let new = size(host, table, &index.definition)?;
    let gone = [(old, "bytes of the index"), (-1.0, "given back")];
    let change = new.plus(&host.share("what is there now", &gone, (1.0, 1.0), &["index size"]));
    estimate.disk_after_bytes = Some(change.at_most_zero());
    Some(estimate)
}

/// How long sorting and writing an index takes, in ms, without reading the table.
pub(super) fn sort_ms(host: Host<'_>, table: &Table, index: &IndexDefinition, rows: f64) -> Range {
    let textual = |target: &IndexTarget| match target {
        IndexTarget::Column(name) => table
            .column(name)
            .is_none_or(|c| ["text", "character", "json", "xml"].iter().any(|t| c.type_name.starts_with(t))),
        IndexTarget::Expression(_) => true,
    };
    if let Some(work) = methods::work(host, table, index) {
        let time = throughput::per_row_ms(host, work.says, rows, work.row_us);
        return time.stretched(1.0 / work.spread, 1.0, work.spread);
    }
    let slow = index.keys.iter().any(|k| textual(&k.target));
    let row = if slow { INDEX_TEXT_ROW_US } else { INDEX_ROW_US };
    let order = if in_order(table, index) { throughput::IN_ORDER } else { 1.0 };
    let factors = [
        (rows, "rows"),
        (row, if slow { "µs a row: text, or what may be" } else { "µs a row: narrow keys" }),
        (throughput::sorting(rows), "comparisons, held against those of a million rows"),
        (order, if order < 1.0 { "rows lie in order" } else { "rows lie in any order" }),
        US_IN_MS,
    ];
    host.time("sorting and writing entries", &factors, "reltuples")
}

/// Whether where a row goes in the index depends on what the values are like.
fn is_tree_of_values(index: &IndexDefinition) -> bool {
    ["gist", "spgist"].contains(&index.method.as_str())
}

fn by_values(time: Range) -> Range {
    time.stretched(1.0 / throughput::BY_VALUES, 1.0, throughput::BY_VALUES)
}

/// Whether the rows lie in the order of the index's first key, or nearly.
pub(super) fn in_order(table: &Table, index: &IndexDefinition) -> bool {
    let correlation = index.keys.first().and_then(|k| match &k.target {
        IndexTarget::Column(name) => table.column(name)?.statistics.as_ref()?.correlation,
        IndexTarget::Expression(_) => None,
    });
    correlation.is_some_and(|c| c.abs() > 0.95)
}

/// One pass over the heap and a sort; concurrently two passes, and every row is looked up again.
pub(super) fn build(
    host: Host<'_>,
    table: &Table,
    index: &IndexDefinition,
    concurrently: bool,
) -> Option<Estimate> {
    let host = host.at(PastKind::Build, &table.name);
    let rows = live_rows(table)?;
    let heap = table.size.heap_bytes? as f64;
    let size = size(host, table, index)?;
    let mut duration = throughput::read_ms(host, heap).plus(&sort_ms(host, table, index, rows));
    let passes = if concurrently { 2.0 } else { 1.0 };
    if concurrently {
        // Measured on 15 and 17: 1.3 to 3.0 times the plain build, 1.87 in the middle.
        duration = duration.stretched_by((1.3, 1.87, 3.0), "times a plain build");
    }
    let memory = host.server.setting_number("maintenance_work_mem").unwrap_or(67_108_864.0);
    let mut temp = size.stretched_by((0.8, 0.9, 1.0), "sorted on disk");
    if size.likely < memory / 2.0 {
        temp = Range { low: 0.0, ..temp };
    }
    let mut estimate = Estimate::nothing();
    estimate.duration_ms = Some(duration);
    let factors = [(heap, "bytes of the heap"), (passes, "passes")];
    estimate.read_bytes =
        Some(host.share("reading the table", &factors, (1.0, 1.1), &["heap size"]).plus(&temp));
    estimate.write_bytes = Some(size.plus(&temp));
    estimate.wal_bytes = Some(logged(host, &size, index, rows));
    estimate.disk_peak_bytes = Some(size.plus(&temp));
    estimate.temp_bytes = Some(temp);
    estimate.disk_after_bytes = Some(size);
    Some(estimate)
}

/// Bytes of the log for a new index of that size over that many rows.
pub(super) fn logged(host: Host<'_>, size: &Range, index: &IndexDefinition, rows: f64) -> Range {
    methods::logged(host, size, &index.method, rows)
        .unwrap_or_else(|| size.stretched_by((LOGGED, LOGGED, 1.02), "bytes of the log for each"))
}
