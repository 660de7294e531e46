//! Writing rows, in one go or in batches.

use altimeter_catalog::{Catalog, RowUpdate, Table, WriteCommand};

use super::throughput::{UPDATE_INDEX_US, UPDATE_ROW_US};
use super::wait;
use crate::{Estimate, Range};

/// Bytes a heap tuple takes beside its values: header, null bitmap, line pointer.
const TUPLE_OVERHEAD: f64 = 32.0;
/// Bytes of the log a row's lock and update take beside the tuple itself.
const WAL_RECORD: f64 = 130.0;
/// Bytes of the log for each new index entry.
const WAL_INDEX_ENTRY: f64 = 60.0;

/// Microseconds one updated row takes, by the number of indexes on the table.
pub fn row_update_us(table: &Table) -> Range {
    let indexes = table.indexes.len() as f64;
    let of = |base: f64, each: f64| base + each * indexes;
    Range::new(
        of(UPDATE_ROW_US.0, 0.0),
        of(UPDATE_ROW_US.1, UPDATE_INDEX_US.1),
        of(UPDATE_ROW_US.2, UPDATE_INDEX_US.2),
        &["number of indexes", "published: time a row"],
    )
}

/// Bytes a row takes where nothing is known of its table.
const UNKNOWN_WIDTH: f64 = 100.0;

/// The cost of writing rows of a table: all of them, unless it is known how many.
pub(super) fn rows(catalog: &Catalog, table: &Table, update: &RowUpdate) -> Option<Estimate> {
    let Some((fewest, most)) = update.between else { return so_many(catalog, table, update) };
    let of = |rows: f64| so_many(catalog, table, &RowUpdate { rows: Some(rows), ..update.clone() });
    let (least, most) = (of(fewest)?, of(most)?);
    let mut estimate = so_many(catalog, table, update)?;
    for (range, least, most) in [
        (&mut estimate.duration_ms, least.duration_ms, most.duration_ms),
        (&mut estimate.read_bytes, least.read_bytes, most.read_bytes),
        (&mut estimate.write_bytes, least.write_bytes, most.write_bytes),
        (&mut estimate.wal_bytes, least.wal_bytes, most.wal_bytes),
        (&mut estimate.disk_peak_bytes, least.disk_peak_bytes, most.disk_peak_bytes),
        (&mut estimate.disk_after_bytes, least.disk_after_bytes, most.disk_after_bytes),
        (&mut estimate.replica_lag_ms, least.replica_lag_ms, most.replica_lag_ms),
    ] {
        if let (Some(range), Some(least), Some(most)) = (range, least, most) {
            range.low = range.low.min(least.low);
            range.high = range.high.max(most.high);
            range.basis.push("rows the condition can match".to_owned());
        }
    }
    Some(estimate)
}

fn so_many(catalog: &Catalog, table: &Table, update: &RowUpdate) -> Option<Estimate> {
    let all = table.size.rows?;
    let rows = match (update.command, update.rows) {
        (_, Some(rows)) => rows,
        (WriteCommand::Insert, None) => return None,
        (_, None) => all,
    };
    let share = rows / all.max(1.0);
    let heap = table.size.heap_bytes? as f64 * share;
    let indexes = table.size.index_bytes? as f64 * share;
    let mut duration = row_update_us(table).times(rows / 1000.0);
    let batches = update.batch_rows.map_or(1.0, |b| (rows / f64::from(b)).ceil().max(1.0));
    let pauses = if update.batch_rows.is_some() { batches * f64::from(update.pause_ms) } else { 0.0 };
    duration = duration.plus(&Range::new(pauses, pauses, pauses * 1.05, &["pauses of the plan"]));
    let (wal, growth) = volumes(catalog, table, update.command, rows, heap, indexes);
    let basis = ["reltuples", "heap and index size", "published: log volume a row"];
    let mut estimate = Estimate::nothing();
    estimate.duration_ms = Some(duration);
    estimate.read_bytes = Some(Range::new(heap, heap + indexes, (heap + indexes) * 2.0, &basis));
    estimate.write_bytes = Some(Range::new(heap, 2.0 * heap + indexes, 4.0 * (heap + indexes), &basis));
    estimate.disk_peak_bytes = Some(growth.clone());
    estimate.disk_after_bytes = Some(growth);
    estimate.replica_lag_ms = Some(wait::lag(wal.likely / batches));
    estimate.wal_bytes = Some(wal);
    Some(estimate)
}

/// Bytes of the log, and bytes the table grows by. `heap` and `indexes` are the parts those rows have of them.
fn volumes(
    catalog: &Catalog,
    table: &Table,
    command: WriteCommand,
    rows: f64,
    heap: f64,
    indexes: f64,
) -> (Range, Range) {
    let basis = ["reltuples", "heap and index size", "published: log volume a row"];
    let by_size = if heap > 0.0 { (heap / rows.max(1.0)).min(2000.0) } else { UNKNOWN_WIDTH };
    let width = table.row_width().map_or(by_size, |w| w + TUPLE_OVERHEAD);
    let entries = rows * table.indexes.len() as f64 * WAL_INDEX_ENTRY;
    let images =
        if catalog.server.settings.get("full_page_writes").is_some_and(|v| v == "off") { 0.0 } else { 1.0 };
    match command {
        WriteCommand::Update => {
            let records = rows * (width + WAL_RECORD);
            // Low: rows stay on their pages and each page is logged once. High: none stays, and random index pages
            // are logged again after each checkpoint.
            let wal = Range::new(
                records * 0.7,
                records + entries + images * (heap + indexes * 0.6),
                records * 1.3 + entries * 2.0 + images * (heap * 2.5 + indexes * 6.0),
                &basis,
            );
            // Low: vacuum keeps up from a fifth of dead rows on, and later rows move into what it frees.
            (wal, Range::new(heap * 0.25, heap + indexes * 0.4, heap * 1.3 + indexes * 1.1, &basis))
        }
        WriteCommand::Insert => {
            let records = rows * (width + WAL_RECORD * 0.5) + entries;
            let wal =
                Range::new(records * 0.7, records * 1.1, records * 1.5 + images * indexes * 6.0, &basis);
            let bytes = rows * width;
            (wal, Range::new(bytes * 0.5, bytes + indexes, bytes * 1.5 + indexes * 2.0, &basis))
        }
        WriteCommand::Delete => {
            let records = rows * WAL_RECORD * 0.5;
            let wal = Range::new(
                records * 0.7,
                records + images * heap,
                records * 2.0 + images * heap * 2.5,
                &basis,
            );
            (wal, Range::new(0.0, 0.0, 0.0, &basis))
        }
    }
}
