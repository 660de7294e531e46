//! Writing rows, in one go or in batches.

use altimeter_catalog::{Catalog, Index, RowUpdate, Table, WriteCommand};

use super::index::in_order;
use super::layout::{PAGE, live_rows};
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
pub fn row_update_us(catalog: &Catalog, table: &Table) -> Range {
    let indexes = table.indexes.len() as f64;
    throughput::row_us(catalog, UPDATE_ROW_US + UPDATE_INDEX_US * indexes, "number of indexes")
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
    Some(volumes(catalog, table, WriteCommand::Update, rows, (heap, heap), indexes).log.times(1.0 / rows))
}

/// Bytes a row takes where nothing is known of its table.
const UNKNOWN_WIDTH: f64 = 100.0;

/// The cost of writing rows of a table: all of them, unless it is known how many. `searched`: they are looked for from
/// end to end.
pub(super) fn rows(catalog: &Catalog, table: &Table, update: &RowUpdate, searched: bool) -> Option<Estimate> {
    let all = table.size.rows?;
    let rows = match (update.command, update.rows) {
        (_, Some(rows)) => rows,
        (WriteCommand::Insert, None) => return None,
        (_, None) => all,
    };
    let so_many = |rows: f64| {
        let looked_at = if searched { all } else { rows };
        so_many(catalog, table, update, (rows, looked_at))
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
    catalog: &Catalog,
    table: &Table,
    update: &RowUpdate,
    (rows, looked_at): (f64, f64),
) -> Option<Estimate> {
    let believed = table.size.rows?;
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
        volumes(catalog, table, update.command, rows, (heap, touched), indexes);
    let mut duration = match update.batch_rows {
        Some(_) => row_update_us(catalog, table).times(rows / 1000.0),
        None => throughput::per_row_ms(catalog, looked_at, throughput::TEST_ROW_US)
            .plus(&throughput::per_row_ms(catalog, rows, AT_ONCE_ROW_US))
            .plus(&throughput::per_row_ms(
                catalog,
                rows,
                RANDOM_ENTRY_US * random_entries(table, update.command),
            ))
            .plus(
                &throughput::row_us(catalog, AT_ONCE_LOG_BYTE_US, "its log")
                    .times((wal.likely - images) / 1000.0),
            )
            .plus(
                &throughput::row_us(catalog, LOGGED_PAGE_BYTE_US, "pages logged whole")
                    .times(images / 1000.0),
            ),
    };
    let batches = update.batch_rows.map_or(1.0, |b| (rows / f64::from(b)).ceil().max(1.0));
    let pauses = if update.batch_rows.is_some() { batches * f64::from(update.pause_ms) } else { 0.0 };
    duration = duration.plus(&Range::new(pauses, pauses, pauses * 1.05, &["pauses of the plan"]));
    let basis = ["reltuples", "heap and index size", "published: log volume a row"];
    let mut estimate = Estimate::nothing();
    estimate.duration_ms = Some(duration);
    estimate.read_bytes = Some(Range::new(heap, touched + indexes, (touched + indexes) * 2.0, &basis));
    estimate.write_bytes =
        Some(Range::new(heap, touched + heap + indexes, 4.0 * (touched + indexes), &basis));
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

/// `heap` and `indexes` are the parts those rows have of them, `touched` the pages they are on.
fn volumes(
    catalog: &Catalog,
    table: &Table,
    command: WriteCommand,
    rows: f64,
    (heap, touched): (f64, f64),
    indexes: f64,
) -> Volumes {
    let basis = ["reltuples", "heap and index size", "published: log volume a row"];
    let by_size = if heap > 0.0 { (heap / rows.max(1.0)).min(2000.0) } else { UNKNOWN_WIDTH };
    let width = table.row_width().map_or(by_size, |w| w + TUPLE_OVERHEAD);
    let entries = rows * table.indexes.len() as f64 * WAL_INDEX_ENTRY;
    let whole =
        if catalog.server.settings.get("full_page_writes").is_some_and(|v| v == "off") { 0.0 } else { 1.0 };
    match command {
        WriteCommand::Update => {
            let records = rows * (width + WAL_RECORD);
            let images = whole * (touched + indexes * 0.6);
            // Low: rows stay on their pages and each page is logged once. High: none stays, and random index pages
            // are logged again after each checkpoint.
            let log = Range::new(
                records * 0.7 + whole * touched * 0.5,
                records + entries + images,
                records * 1.2 + entries * 1.5 + whole * (touched * 1.3 + indexes * 3.0),
                &basis,
            );
            // Low: vacuum keeps up from a fifth of dead rows on, and later rows move into what it frees.
            let growth = Range::new(heap * 0.25, heap + indexes * 0.4, heap * 1.3 + indexes * 1.1, &basis);
            Volumes { log, images, growth }
        }
        WriteCommand::Insert => {
            let records = rows * (width + WAL_RECORD * 0.5) + entries;
            let log = Range::new(records * 0.7, records * 1.1, records * 1.5 + whole * indexes * 6.0, &basis);
            let bytes = rows * width;
            let growth = Range::new(bytes * 0.5, bytes + indexes, bytes * 1.5 + indexes * 2.0, &basis);
            Volumes { log, images: 0.0, growth }
        }
        WriteCommand::Delete => {
            let records = rows * WAL_RECORD * 0.5;
            let images = whole * touched;
            let log = Range::new(
                records * 0.7 + images * 0.5,
                records + images,
                records * 1.5 + images * 1.3,
                &basis,
            );
            Volumes { log, images, growth: Range::zero() }
        }
    }
}
