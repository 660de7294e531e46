//! Writing a table anew with all its indexes.

use altimeter_catalog::{Catalog, Index, Table};

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
pub(super) fn rewrite(
    catalog: &Catalog,
    (table, after): (&Table, &Table),
    manner: Manner,
) -> Option<Estimate> {
    let heap = table.size.heap_bytes? as f64;
    let toast = table.size.toast_bytes? as f64;
    let indexes = table.size.index_bytes? as f64;
    let rows = live_rows(table)?;
    let new = new_heap(catalog, (table, after), heap, rows);
    let mut built = Range::zero();
    let mut logged = Range::zero();
    let mut sorts = Range::zero();
    // What it will be, with the rows it has.
    let sized = Table { size: table.size.clone(), activity: table.activity.clone(), ..after.clone() };
    let was_there = |i: &&Index| table.indexes.iter().any(|t| t.definition.name == i.definition.name);
    for index in sized.indexes.iter().filter(was_there) {
        let size = index::index_bytes(catalog, &sized, &index.definition)?;
        logged = logged.plus(&index::logged(&size, &index.definition.method));
        built = built.plus(&size);
        sorts = sorts.plus(&index::sort_ms(catalog, &sized, &index.definition, rows));
    }
    let all = Range {
        low: new.low + toast * 0.9,
        likely: new.likely + toast,
        high: new.high + toast,
        ..new.clone()
    };
    let written = all.plus(&built);
    let row = Rows::of(catalog, after, table).map(|r| r.bytes);
    let wal = match (manner, row) {
        (Manner::Rows, Some(bytes)) => {
            let each = ((LOGGED_ROW + bytes - TUPLE_HEADER) / 8.0).ceil() * 8.0;
            let heap = rows * each;
            Range::new(
                heap * 0.93 + toast * 0.9,
                heap * 1.01 + toast * 1.03,
                heap * 1.1 + toast * 1.2,
                &["row width"],
            )
        }
        // Measured: 1.27 to 1.34 times the bytes of narrow rows, 1.01 to 1.03 of wide ones.
        (Manner::Rows, None) => all.stretched(1.0, 1.1, 1.4),
        (Manner::Pages, _) => all.stretched(0.95, 1.0, 1.03),
    };
    let wal = wal.plus(&logged).plus(&logged_hints(catalog, table)?);
    let old = heap + toast + indexes;
    let mut estimate = Estimate::nothing();
    let data = heap + toast;
    let formed = match manner {
        Manner::Rows => throughput::per_row_ms(catalog, rows, throughput::NEW_ROW_US),
        Manner::Pages => throughput::per_row_ms(catalog, rows, throughput::NEW_ROW_US * 0.5),
    };
    estimate.duration_ms = Some(throughput::write_ms(catalog, data).plus(&formed).plus(&sorts));
    estimate.read_bytes = Some(Range::new(data, data, data * 2.0, &["heap and TOAST size"]));
    estimate.temp_bytes =
        Some(Range::new(0.0, built.likely * 0.5, built.high * 1.1, &["size of its indexes"]));
    estimate.write_bytes = Some(written.stretched(1.0, 1.0, 2.0));
    estimate.disk_peak_bytes = Some(written.stretched(1.0, 1.1, 1.4));
    let mut growth = written;
    growth.basis.push("size of the table and its indexes now".into());
    estimate.disk_after_bytes = Some(Range {
        low: growth.low - old,
        likely: growth.likely - old,
        high: growth.high - old,
        basis: growth.basis,
    });
    estimate.wal_bytes = Some(wal);
    Some(estimate)
}

/// Bytes of the new heap: those of the live rows, densely packed, as wide as they will be.
fn new_heap(catalog: &Catalog, (table, after): (&Table, &Table), heap: f64, rows: f64) -> Range {
    let (now, then) = (Rows::of(catalog, table, table), Rows::of(catalog, after, table));
    // Rows of another width may just fit a page, or just not.
    let step = match (&now, &then) {
        (Some(now), Some(then)) if (then.bytes - now.bytes).abs() > 0.5 => 1.0 / then.per_page,
        _ => 0.0,
    };
    let (now, then) = (now.map(|r| r.heap_bytes(rows)), then.map(|r| r.heap_bytes(rows)));
    let ahead = if catalog.server.major() >= 16 { AHEAD * PAGE } else { 0.0 };
    match (now, then) {
        (Some(now), Some(then)) => {
            // Widths are averages: what they miss of the present heap they will miss of the new one. A heap that is
            // much larger than its rows holds dead ones and free space, which go.
            let missed = heap / now.max(1.0);
            let likely = if (0.8..1.1).contains(&missed) { then * missed } else { then };
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
            Range::new(likely * unsure, likely, high + ahead, &["reltuples", "pg_stats widths", "heap size"])
        }
        _ => Range::new(heap * 0.5, heap, heap * 1.4 + ahead, &["heap size", "columns of unknown width"]),
    }
}
