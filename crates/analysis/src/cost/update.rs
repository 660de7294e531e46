//! Writing rows, in one go or in batches.

use altimeter_catalog::{Catalog, Index, PastKind, RowUpdate, Table, WriteCommand};

use super::host::{Host, US_IN_MS};
use super::index::in_order;
use super::layout::{self, PAGE, live_rows};
use super::throughput::{
    self, AT_ONCE_LOG_BYTE_US, AT_ONCE_ROW_US, LOGGED_PAGE_BYTE_US, RANDOM_ENTRY_US, UPDATE_INDEX_US,
    UPDATE_ROW_US,
};
use crate::{Estimate, Range};

/// Bytes a heap tuple takes beside its values: header, null bitmap, line pointer.
const TUPLE_OVERHEAD: f64 = 32.0;
/// Bytes of the log a row's lock and update take beside the tuple itself.
const WAL_RECORD: f64 = 130.0;
/// Bytes of the log for each new index entry.
const WAL_INDEX_ENTRY: f64 = 60.0;

/// Microseconds one row takes that is updated in batches by key, by the number of indexes on the table.
pub(super) fn row_update_us(host: Host<'_>, table: &Table) -> Range {
    let indexes = table.indexes.len();
    let us = UPDATE_ROW_US + UPDATE_INDEX_US * indexes as f64;
    let row = throughput::row_us(host, "updating rows in batches", us, "number of indexes");
    host.detail(row, || {
        format!("{UPDATE_ROW_US} µs a row, {UPDATE_INDEX_US} more for each of {indexes} indexes")
    })
}

/// The same on a host nobody knows: batches are made by it, and are to be the same wherever a plan is made.
pub fn typical_row_update_us(table: &Table) -> f64 {
    UPDATE_ROW_US + UPDATE_INDEX_US * table.indexes.len() as f64
}

/// Bytes of the log one row takes that is updated in batches by key; none if the table's size is not known.
pub fn row_update_log(catalog: &Catalog, table: &Table) -> Option<Range> {
    let rows = live_rows(table).filter(|rows| *rows > 0.0)?;
    let heap = table.size.heap_bytes? as f64;
    let indexes = table.size.index_bytes? as f64;
    let host = Host::new(catalog, false);
    Some(volumes(host, table, WriteCommand::Update, rows, (heap, heap), indexes).log.times(1.0 / rows))
}

/// Bytes a row takes where nothing is known of its table.
const UNKNOWN_WIDTH: f64 = 100.0;

/// The cost of writing rows of a table: all of them, unless it is known how many. `searched`: they are looked for from
/// end to end.
pub(super) fn rows(host: Host<'_>, table: &Table, update: &RowUpdate, searched: bool) -> Option<Estimate> {
    // Batches go another way than one statement for all rows.
    let host = if update.batch_rows.is_none() { host.at(PastKind::Update, &table.name) } else { host };
    let all = layout::rows(table)?;
    let rows = match (update.command, update.rows) {
        (_, Some(rows)) => rows,
        (WriteCommand::Insert, None) => return None,
        (_, None) => all,
    };
    let so_many = |rows: f64| {
        let looked_at = if searched { all } else { rows };
        so_many(host, table, update, (rows, looked_at))
    };
    let mut estimate = so_many(rows)?;
    if update.assumed {
        let (none, most) = (so_many(0.0)?, so_many(all)?);
        widen(&mut estimate, none, most);
        estimate.unknowns.push(format!(
            "how many rows of {} the condition is true of: statistics do not tell, {} of {} are assumed",
            update.object,
            rows.round(),
            all.round()
        ));
    }
    Some(estimate)
}

/// Between the least and the most there can be.
fn widen(estimate: &mut Estimate, mut least: Estimate, mut most: Estimate) {
    let ends = super::quantities(&mut least).into_iter().zip(super::quantities(&mut most));
    for (quantity, (least, most)) in super::quantities(estimate).into_iter().zip(ends) {
        if let (Some(quantity), Some(least), Some(most)) = (quantity, least, most) {
            quantity.low = quantity.low.min(least.low);
            quantity.high = quantity.high.max(most.high);
            quantity.basis.push("an assumed share of rows".to_owned());
        }
    }
}

fn so_many(
    host: Host<'_>,
    table: &Table,
    update: &RowUpdate,
    (rows, looked_at): (f64, f64),
) -> Option<Estimate> {
    let believed = layout::rows(table)?;
    let all = live_rows(table)?;
    let share = rows / believed.max(1.0);
    // Where a table has grown by dead rows, the planner believes there are more, on more pages.
    let alive = all / believed.max(1.0);
    let (rows, looked_at) = (rows * alive, looked_at * alive);
    let heap = table.size.heap_bytes? as f64 * alive;
    // Rows that lie anywhere are on more pages than they would fill; those of a key's range lie together.
    let per_page = (all * PAGE / heap.max(PAGE)).max(1.0);
    let scattered = if looked_at > rows { per_page } else { 1.0 };
    let touched = heap * (1.0 - (1.0 - share).powf(scattered));
    let heap = heap * share;
    let indexes = table.size.index_bytes? as f64 * share;
    let Volumes { log: wal, growth, images } =
        volumes(host, table, update.command, rows, (heap, touched), indexes);
    let mut duration = match update.batch_rows {
        Some(_) => row_update_us(host, table).times_of(rows, "rows").times_of(US_IN_MS.0, US_IN_MS.1),
        None => {
            let entry = |entries: f64| {
                [
                    (rows, "rows"),
                    (entries, "indexes whose order they do not follow"),
                    (RANDOM_ENTRY_US, "µs an entry"),
                    US_IN_MS,
                ]
            };
            let log = |bytes: f64, us: f64| [(bytes, "bytes of it"), (us, "µs a byte"), US_IN_MS];
            let records = wal.likely - images;
            let random = random_entries(table, update.command);
            throughput::per_row_ms(host, "looking at rows", looked_at, throughput::TEST_ROW_US)
                .plus(&throughput::per_row_ms(host, "writing rows", rows, AT_ONCE_ROW_US))
                .plus(&host.time("entries of indexes", &entry(random), "reltuples"))
                .plus(&host.time("writing the log", &log(records, AT_ONCE_LOG_BYTE_US), "its log"))
                .plus(&host.time(
                    "pages logged whole",
                    &log(images, LOGGED_PAGE_BYTE_US),
                    "pages logged whole",
                ))
        }
    };
    let batches = update.batch_rows.map_or(1.0, |b| (rows / f64::from(b)).ceil().max(1.0));
    let pauses = if update.batch_rows.is_some() { batches * f64::from(update.pause_ms) } else { 0.0 };
    if pauses > 0.0 {
        let factors = [(batches, "batches"), (f64::from(update.pause_ms), "ms")];
        duration = duration.plus(&host.share("pauses", &factors, (1.0, 1.05), &["pauses of the plan"]));
    }
    let mut estimate = Estimate::nothing();
    estimate.duration_ms = Some(duration);
    let part =
        |what: &str, bytes: f64, of: &'static str, ends| host.amount(what, &[(bytes, of)], ends, &BASIS);
    let of_table = (touched, "bytes of the pages they are on");
    let of_indexes = (indexes, "bytes of their share of the indexes");
    estimate.read_bytes =
        Some(part("pages of the table", of_table.0, of_table.1, (heap, touched * 2.0)).plus(&part(
            "pages of indexes",
            of_indexes.0,
            of_indexes.1,
            (0.0, indexes * 2.0),
        )));
    estimate.write_bytes = Some(
        part("pages of the table", of_table.0, of_table.1, (heap, touched * 4.0 - heap))
            .plus(&part("new versions", heap, "bytes of their share of the heap", (0.0, heap)))
            .plus(&part("pages of indexes", of_indexes.0, of_indexes.1, (0.0, indexes * 4.0))),
    );
    estimate.disk_peak_bytes = Some(growth.clone());
    estimate.disk_after_bytes = Some(growth);
    estimate.wal_bytes = Some(wal);
    Some(estimate)
}

/// Indexes in which a row's new entry may go anywhere. Entries of few different keys gather in few pages.
fn random_entries(table: &Table, command: WriteCommand) -> f64 {
    let anywhere = |i: &&Index| i.definition.method == "btree" && !in_order(table, &i.definition);
    match command {
        WriteCommand::Delete => 0.0,
        WriteCommand::Insert | WriteCommand::Update => table.indexes.iter().filter(anywhere).count() as f64,
    }
}

/// What writing rows leaves on disk.
struct Volumes {
    /// Bytes of the log.
    log: Range,
    /// Of them, bytes of pages that are likely to be logged whole.
    images: f64,
    /// Bytes the table grows by.
    growth: Range,
}

const BASIS: [&str; 3] = ["reltuples", "heap and index size", "published: log volume a row"];

/// `heap` and `indexes` are the parts those rows have of them, `touched` the pages they are on.
fn volumes(
    host: Host<'_>,
    table: &Table,
    command: WriteCommand,
    rows: f64,
    (heap, touched): (f64, f64),
    indexes: f64,
) -> Volumes {
    let by_size = if heap > 0.0 { (heap / rows.max(1.0)).min(2000.0) } else { UNKNOWN_WIDTH };
    let width = table.row_width().map_or(by_size, |w| w + TUPLE_OVERHEAD);
    let count = table.indexes.len() as f64;
    let whole =
        if host.server.settings.get("full_page_writes").is_some_and(|v| v == "off") { 0.0 } else { 1.0 };
    let part = |what: &str, factors: &[(f64, &'static str)], ends| host.share(what, factors, ends, &BASIS);
    let record = |bytes: f64| [(rows, "rows"), (bytes, "bytes of the log a row")];
    let entry = [(rows, "rows"), (count, "indexes"), (WAL_INDEX_ENTRY, "bytes of the log an entry")];
    let page = (touched, "bytes of the pages they are on");
    let logged_whole = (whole, "logged whole (full_page_writes)");
    match command {
        WriteCommand::Update => {
            // Low: rows stay on their pages and each page is logged once. High: none stays, and random index pages
            // are logged again after each checkpoint.
            let of_indexes =
                [(indexes, "bytes of their share of the indexes"), (0.6, "touched"), logged_whole];
            let log = part("records", &record(width + WAL_RECORD), (0.7, 1.2))
                .plus(&part("entries of indexes", &entry, (0.0, 1.5)))
                .plus(&part("pages of the table", &[page, logged_whole], (0.5, 1.3)))
                .plus(&part("pages of indexes", &of_indexes, (0.0, 5.0)));
            // Low: vacuum keeps up from a fifth of dead rows on, and later rows move into what it frees.
            let growth = part("new versions", &[(heap, "bytes of their share of the heap")], (0.25, 1.3))
                .plus(&part("indexes", &[(indexes, "bytes of their share"), (0.4, "more")], (0.0, 2.75)));
            Volumes { log, images: whole * (touched + indexes * 0.6), growth }
        }
        WriteCommand::Insert => {
            let more = [(whole * indexes, "bytes of the indexes"), (0.0, "touched")];
            let log = part("records", &record(width + WAL_RECORD * 0.5), (0.7, 1.5))
                .plus(&part("entries of indexes", &entry, (0.7, 1.5)))
                .stretched_by((1.0, 1.1, 1.0), "with pages that split")
                .plus(&host.amount("pages of indexes", &more, (0.0, whole * indexes * 6.0), &BASIS));
            let bytes = [(rows, "rows"), (width, "bytes a row")];
            let growth = part("new rows", &bytes, (0.5, 1.5)).plus(&part(
                "indexes",
                &[(indexes, "bytes of their share")],
                (0.0, 2.0),
            ));
            Volumes { log, images: 0.0, growth }
        }
        WriteCommand::Delete => {
            let log = part("records", &record(WAL_RECORD * 0.5), (0.7, 1.5)).plus(&part(
                "pages of the table",
                &[page, logged_whole],
                (0.5, 1.3),
            ));
            Volumes { log, images: whole * touched, growth: Range::zero() }
        }
    }
}
