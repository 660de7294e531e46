//! Writing a table anew with all its indexes.

use altimeter_catalog::{Index, PastKind, Table};

use super::host::Host;
use super::layout::{PAGE, Rows, TUPLE_HEADER, live_rows, logged_hints};
use super::{index, throughput};
use crate::{Estimate, Range};

/// How a table is written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Row by row, each logged by itself: `ALTER TABLE`.
    Rows,
    /// Page by page, each logged whole: `VACUUM FULL`, `CLUSTER`, `REFRESH`, another tablespace.
    Pages,
}

/// Bytes of the log for one row beside its data: the record's header, the block's, the insert's and the tuple's
/// (`xloginsert.c`, `heapam_xlog.h`).
const LOGGED_ROW: f64 = 54.0;
/// Pages a heap is extended by ahead of time, at the most (from 16 on; `RelationAddBlocks`).
const AHEAD: f64 = 64.0;

/// The cost; none if the table's size is not known. `table`: as it is; `after`: as it will be.
pub(super) fn rewrite(host: Host<'_>, (table, after): (&Table, &Table), manner: Manner) -> Option<Estimate> {
    let host = host.at(PastKind::Rewrite, &table.name);
    let heap = table.size.heap_bytes? as f64;
    let toast = table.size.toast_bytes? as f64;
    let indexes = table.size.index_bytes? as f64;
    let rows = live_rows(table)?;
    let new = new_heap(host, (table, after), heap, rows);
    let mut built = Range::zero();
    let mut logged = Range::zero();
    let mut sorts = Range::zero();
    // What it will be, with the rows it has.
    let sized = Table { size: table.size.clone(), activity: table.activity.clone(), ..after.clone() };
    let was_there = |i: &&Index| table.indexes.iter().any(|t| t.definition.name == i.definition.name);
    for index in sized.indexes.iter().filter(was_there) {
        let size = index::size(host, &sized, &index.definition)?;
        let name = &index.definition.name;
        let size = size.about(name);
        logged = logged.plus(&index::logged(host, &size, &index.definition, rows));
        built = built.plus(&size);
        sorts = sorts.plus(&index::sort_ms(host, &sized, &index.definition, rows).about(name));
    }
    let of_toast = |share: f64, ends: (f64, f64)| {
        let factors = [(toast, "bytes of TOAST"), (share, "bytes for each of them")];
        let ends = (toast * ends.0, toast * ends.1);
        if toast > 0.0 { host.amount("long values", &factors, ends, &["TOAST size"]) } else { Range::zero() }
    };
    let all = new.plus(&of_toast(1.0, (0.9, 1.0)));
    let written = all.plus(&built);
    let row = Rows::of(host.catalog(), after, table).map(|r| r.bytes);
    let wal = match (manner, row) {
        (Manner::Rows, Some(bytes)) => {
            let each = ((LOGGED_ROW + bytes - TUPLE_HEADER) / 8.0).ceil() * 8.0;
            let factors = [
                (rows, "live rows"),
                (each, "bytes of the log a row: header and data, aligned"),
                (1.01, "for headers of the log's pages"),
            ];
            let ends = (rows * each * 0.93, rows * each * 1.1);
            host.amount("new rows in the log", &factors, ends, &["row width"])
                .plus(&of_toast(1.03, (0.9, 1.2)))
        }
        // Measured: 1.27 to 1.34 times the bytes of narrow rows, 1.01 to 1.03 of wide ones.
        (Manner::Rows, None) => all.stretched_by((1.0, 1.1, 1.4), "bytes of the log for each"),
        (Manner::Pages, _) => all.stretched(0.95, 1.0, 1.03),
    };
    let wal = wal.plus(&logged).plus(&logged_hints(host, table)?);
    let old = heap + toast + indexes;
    let mut estimate = Estimate::nothing();
    let data = heap + toast;
    let each = match manner {
        Manner::Rows => throughput::NEW_ROW_US,
        Manner::Pages => throughput::NEW_ROW_US * 0.5,
    };
    let formed = throughput::per_row_ms(host, "forming rows", rows, each);
    let read = throughput::from_disk_ms(host, data).unwrap_or_else(Range::zero);
    estimate.duration_ms = Some(read.plus(&throughput::write_ms(host, data)).plus(&formed).plus(&sorts));
    let factors = [(data, "bytes of heap and TOAST")];
    estimate.read_bytes =
        Some(host.share("reading the table", &factors, (1.0, 2.0), &["heap and TOAST size"]));
    let factors = [(built.likely, "bytes of its new indexes"), (0.5, "sorted on disk")];
    let ends = (0.0, built.high * 1.1);
    estimate.temp_bytes = Some(host.amount("sorting its indexes", &factors, ends, &["size of its indexes"]));
    estimate.write_bytes = Some(written.stretched(1.0, 1.0, 2.0));
    estimate.disk_peak_bytes = Some(written.stretched_by((1.0, 1.1, 1.4), "with what is sorted on disk"));
    let factors = [(old, "bytes of heap, TOAST and indexes"), (-1.0, "given back")];
    let now = ["size of the table and its indexes now"];
    let gone = host.share("what is there now", &factors, (1.0, 1.0), &now);
    estimate.disk_after_bytes = Some(written.plus(&gone));
    estimate.wal_bytes = Some(wal);
    Some(estimate)
}

/// Bytes of the new heap: those of the live rows, densely packed, as wide as they will be.
fn new_heap(host: Host<'_>, (table, after): (&Table, &Table), heap: f64, rows: f64) -> Range {
    let (now, then) = (Rows::of(host.catalog(), table, table), Rows::of(host.catalog(), after, table));
    // Rows of another width may just fit a page, or just not.
    let step = match (&now, &then) {
        (Some(now), Some(then)) if (then.bytes - now.bytes).abs() > 0.5 => 1.0 / then.per_page,
        _ => 0.0,
    };
    let per_page = then.as_ref().map_or(1.0, |r| r.per_page);
    let (now, then) = (now.map(|r| r.heap_bytes(rows)), then.map(|r| r.heap_bytes(rows)));
    let ahead = if host.server.major() >= 16 { AHEAD * PAGE } else { 0.0 };
    match (now, then) {
        (Some(now), Some(then)) => {
            // Widths are averages: what they miss of the present heap they will miss of the new one. A heap that is
            // much larger than its rows holds dead ones and free space, which go.
            let missed = heap / now.max(1.0);
            let more = if (0.8..1.1).contains(&missed) { missed } else { 1.0 };
            let likely = then * more;
            let fits = (0.95..1.05).contains(&missed);
            let unsure = if missed < 0.8 {
                0.8
            } else if fits {
                0.985 - step / 2.0
            } else {
                0.95
            };
            let high = match missed {
                _ if fits => likely * (1.015 + step),
                m if m > 1.1 => then * m.min(1.2),
                _ => likely * 1.05,
            };
            let factors = [
                (then / PAGE, "pages"),
                (PAGE, "bytes a page"),
                (more, "what the same model makes of the present heap, held against its size"),
            ];
            let basis = ["reltuples", "pg_stats widths", "heap size"];
            let heap = host.amount("new heap", &factors, (likely * unsure, high + ahead), &basis);
            host.detail(heap, || format!("{rows:.0} rows, {per_page:.0} to a page"))
        }
        _ => {
            let basis = ["heap size", "columns of unknown width"];
            let factors = [(heap, "bytes of the heap now")];
            host.amount("new heap", &factors, (heap * 0.5, heap * 1.4 + ahead), &basis)
        }
    }
}
