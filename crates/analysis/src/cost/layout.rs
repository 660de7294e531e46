//! How rows and index entries lie on PostgreSQL's pages: lengths and alignment of types, headers, free space (manual,
//! "Database Page Layout" and "B-Tree Implementation"; the server's `heaptuple.c`, `indextuple.c`, `nbtsort.c`).
//! Sizes that follow are held against servers by `benches/estimates`.

use altimeter_catalog::{Catalog, Column, Table, TypeKind};

use super::host::Host;
use crate::Range;

/// Bytes of a page, and of its header.
pub(super) const PAGE: f64 = 8192.0;
const PAGE_HEADER: f64 = 24.0;
/// Bytes of a line pointer.
pub(super) const LINE_POINTER: f64 = 4.0;
/// Bytes of a heap tuple's header before the bitmap of nulls.
pub(super) const TUPLE_HEADER: f64 = 23.0;
/// Bytes of an index tuple's header.
const ENTRY_HEADER: f64 = 8.0;
/// What a B-tree page keeps for itself at its end.
const BTREE_SPECIAL: f64 = 16.0;
/// Values of variable length up to this many bytes have a header of one byte and are not aligned.
const SHORT: f64 = 126.0;
/// Longest entry of a B-tree page that lists rows with one key: a tenth of the page (`nbtsort.c`).
const LONGEST_LIST: f64 = 812.0;
/// Bytes of a row's address.
const ROW_ADDRESS: f64 = 6.0;

/// Rows as the planner believes; of a table that was never analysed since it was filled, as the counters say, which a
/// rewrite of the table leaves as they are.
pub(super) fn rows(table: &Table) -> Option<f64> {
    let counted = || table.activity.as_ref().map(|a| a.live_rows as f64).filter(|rows| *rows > 0.0);
    table.size.rows.or_else(counted)
}

/// Rows that are there to be written anew. The catalog's number is what the planner believes, for whom a table that
/// has grown since it was analysed has grown by rows; but what it grew by may be dead.
pub(super) fn live_rows(table: &Table) -> Option<f64> {
    let rows = rows(table)?;
    let (Some(heap), Some(pages)) = (table.size.heap_bytes, table.size.pages) else { return Some(rows) };
    let now = (heap as f64 / PAGE).max(1.0);
    let grown_by = rows * ((now - pages) / now).max(0.0);
    let dead = table.activity.as_ref().map_or(0.0, |a| a.dead_rows as f64);
    Some(rows - dead.min(grown_by))
}

/// Bytes of the log for hints: whoever reads a row first after its transaction notes how that ended, and where pages
/// have checksums, a page is logged whole before its first note (manual, `wal_log_hints`; on by default from 18 on). How
/// many pages wait for it is not counted anywhere: none if there are no dead rows, up to all else.
pub(super) fn logged_hints(host: Host<'_>, table: &Table) -> Option<Range> {
    let checked = host.server.settings.get("data_checksums").is_some_and(|v| v == "on");
    let heap = table.size.heap_bytes? as f64;
    let dead = table.activity.as_ref().map_or(0.0, |a| a.dead_rows as f64);
    if !checked || dead <= 0.0 {
        return Some(Range::zero());
    }
    let share = (dead / rows(table)?.max(1.0)).min(1.0);
    let factors =
        [(heap, "bytes of the heap"), (share, "dead rows for each row"), (0.5, "half of them not noted yet")];
    let basis = ["dead rows", "data_checksums"];
    Some(host.amount("pages logged whole when how their rows ended is noted", &factors, (0.0, heap), &basis))
}

/// One value on disk.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stored {
    /// Bytes, with its header where the type's length varies.
    bytes: f64,
    /// 1, 2, 4 or 8.
    align: f64,
    /// Share of rows that have it.
    share: f64,
    /// The bytes are an average.
    varies: bool,
}

/// Length, where the type has one, and alignment.
fn physical(catalog: &Catalog, type_name: &str) -> (Option<f64>, f64) {
    let bare = type_name.split('(').next().unwrap_or(type_name).trim_end();
    match bare {
        t if t.ends_with(']') => (None, 4.0),
        "boolean" | "\"char\"" => (Some(1.0), 1.0),
        "smallint" => (Some(2.0), 2.0),
        "integer" | "date" | "real" | "oid" | "regclass" | "xid" => (Some(4.0), 4.0),
        "bigint" | "double precision" | "money" | "xid8" | "pg_lsn" => (Some(8.0), 8.0),
        "time with time zone" => (Some(12.0), 8.0),
        t if t.starts_with("timestamp") || t.starts_with("time") => (Some(8.0), 8.0),
        "uuid" => (Some(16.0), 1.0),
        "interval" | "point" => (Some(16.0), 8.0),
        "macaddr" => (Some(6.0), 4.0),
        "macaddr8" => (Some(8.0), 4.0),
        "name" => (Some(64.0), 1.0),
        _ => match catalog.types.iter().find(|t| names(type_name, &t.name)).map(|t| &t.kind) {
            Some(TypeKind::Enum { .. }) => (Some(4.0), 4.0),
            Some(TypeKind::Domain { base, .. }) if base != type_name => physical(catalog, base),
            _ => (None, 4.0),
        },
    }
}

fn names(printed: &str, name: &altimeter_catalog::Name) -> bool {
    printed == name.name || printed.trim_matches('"') == name.name || printed == name.to_string()
}

/// A column's value; none if its length varies and nobody has measured it. `known`: the table as it was analysed.
fn stored(catalog: &Catalog, column: &Column, known: &Table) -> Option<Stored> {
    let (length, align) = physical(catalog, &column.type_name);
    let statistics =
        column.statistics.as_ref().or_else(|| known.column(&column.name).and_then(|c| c.statistics.as_ref()));
    let bytes = length.or_else(|| statistics.map(|s| s.average_width))?;
    // A new column's constant lies in the catalog, or is written into every row.
    let share = if column.not_null { 1.0 } else { statistics.map_or(1.0, |s| 1.0 - s.null_fraction) };
    let align = if length.is_none() && bytes <= SHORT { 1.0 } else { align };
    Some(Stored { bytes, align, share, varies: length.is_none() })
}

/// Average bytes of a column's value; none if its length varies and nobody has measured it.
pub(super) fn average_bytes(catalog: &Catalog, table: &Table, name: &str) -> Option<f64> {
    stored(catalog, table.column(name)?, table).map(|v| v.bytes)
}

fn aligned(bytes: f64, to: f64) -> f64 {
    (bytes / to).ceil() * to
}

/// Bytes with what is lost at the end to alignment. Of values whose length varies only the average is known: half as if
/// all were that long, half as if any remainder were as frequent.
fn rounded(bytes: f64, values: &[Stored]) -> f64 {
    let exactly = aligned(bytes, 8.0);
    if values.iter().any(|v| v.varies) { (exactly + bytes + 3.5) / 2.0 } else { exactly }
}

/// Bytes of values one after the other, each at its alignment.
fn data(values: &[Stored]) -> f64 {
    values.iter().fold(0.0, |at, v| {
        let padding = if at.fract() == 0.0 { aligned(at, v.align) - at } else { (v.align - 1.0) / 2.0 };
        at + v.share * (padding + v.bytes)
    })
}

/// A table's rows.
pub(super) struct Rows {
    /// Bytes of one, header included, as it is written to the log.
    pub(super) bytes: f64,
    /// Rows of one page.
    pub(super) per_page: f64,
}

impl Rows {
    /// Rows as `table` lays them out; none if a column's width is not known. `known`: the same table as it was
    /// analysed.
    pub(super) fn of(catalog: &Catalog, table: &Table, known: &Table) -> Option<Self> {
        let on_disk = |c: &&Column| c.generated.as_ref().is_none_or(|g| g.stored);
        let values: Option<Vec<Stored>> =
            table.columns.iter().filter(on_disk).map(|c| stored(catalog, c, known)).collect();
        let values = values?;
        let all_there: f64 = values.iter().map(|v| v.share).product();
        let bitmap = (values.len() as f64 / 8.0).ceil();
        let header = |bitmap: f64| aligned(TUPLE_HEADER + bitmap, 8.0);
        let header = header(0.0) * all_there + header(bitmap) * (1.0 - all_there);
        let bytes = header + data(&values);
        let fill = f64::from(table.fillfactor.unwrap_or(100)) / 100.0;
        let room = PAGE - PAGE_HEADER - PAGE * (1.0 - fill);
        let per_page = (room / (rounded(bytes, &values) + LINE_POINTER)).floor().max(1.0);
        Some(Self { bytes, per_page })
    }

    /// Bytes of the pages that many rows fill.
    pub(super) fn heap_bytes(&self, rows: f64) -> f64 {
        (rows / self.per_page).ceil() * PAGE
    }
}

/// An index over those columns.
pub(super) struct Entries {
    /// Bytes of one entry with its line pointer.
    bytes: f64,
}

impl Entries {
    /// Entries over columns of a table; none if a column's width is not known.
    pub(super) fn of<'a>(
        catalog: &Catalog,
        table: &Table,
        columns: impl Iterator<Item = &'a str>,
    ) -> Option<Self> {
        let values: Option<Vec<Stored>> = columns.map(|c| stored(catalog, table.column(c)?, table)).collect();
        let values = values?;
        Some(Self { bytes: rounded(ENTRY_HEADER + data(&values), &values) + LINE_POINTER })
    }

    /// Entries whose keys are all that many bytes.
    pub(super) fn over(key: f64) -> Self {
        Self { bytes: aligned(ENTRY_HEADER + key, 8.0) + LINE_POINTER }
    }

    /// Bytes of one entry with its line pointer.
    pub(super) fn entry_bytes(&self) -> f64 {
        self.bytes
    }

    /// Bytes of a B-tree over that many rows, each key being that of `alike` rows in one list; `fill` as its
    /// fillfactor says, 0.9 if it says nothing.
    pub(super) fn btree_bytes(&self, rows: f64, alike: f64, fill: f64) -> f64 {
        let room = |fill: f64| PAGE - PAGE_HEADER - BTREE_SPECIAL - PAGE * (1.0 - fill);
        let key = self.bytes - LINE_POINTER;
        let listed = ((LONGEST_LIST - key) / ROW_ADDRESS).floor().clamp(1.0, alike.max(1.0));
        let list_of = |rows: f64| aligned(key + rows * ROW_ADDRESS, 8.0) + LINE_POINTER;
        // Some keys have a row to themselves and some share a list, where fewer than two rows have one on average.
        let per_row = match listed {
            few if few < 2.0 => self.bytes * (2.0 - few) + list_of(2.0) / 2.0 * (few - 1.0),
            many => list_of(many) / many,
        };
        // The last entry that still fits becomes the page's high key and begins the next.
        let list = per_row * listed;
        let lists = (((room(fill) - LINE_POINTER) / list).ceil() - 1.0).max(1.0);
        let mut level = (rows / (lists * listed)).ceil().max(1.0);
        let mut pages = 1.0 + level;
        while level > 1.0 {
            // Keys so long that a page has no room for two are refused when the index is built.
            level = (level / (room(0.7) / self.bytes).floor().max(2.0)).ceil();
            pages += level;
        }
        pages * PAGE
    }
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::{ColumnStatistics, Name};

    use super::*;

    fn column(type_name: &str, width: Option<f64>) -> Column {
        let statistics = width.map(|average_width| ColumnStatistics {
            null_fraction: 0.0,
            average_width,
            distinct: -1.0,
            correlation: None,
        });
        Column {
            name: type_name.to_owned(),
            type_name: type_name.to_owned(),
            not_null: true,
            statistics,
            ..Column::default()
        }
    }

    fn table(columns: Vec<Column>) -> Table {
        Table { name: Name::new("public", "t"), columns, ..Table::default() }
    }

    /// `pg_relation_size` on PostgreSQL 17, 100,000 rows; heaps but for pages the server extended them by ahead of time.
    #[test]
    fn pages_are_those_of_the_server() {
        let catalog = Catalog::default();
        let three = table(["integer", "date", "real"].map(|t| column(t, None)).into());
        assert_eq!(Rows::of(&catalog, &three, &three).unwrap().heap_bytes(100_000.0), 541.0 * PAGE);
        let text = table(vec![
            column("integer", None),
            column("date", None),
            column("real", None),
            column("oid", None),
            column("text", Some(33.0)),
        ]);
        // Each of its texts is as long as the others: 1031.
        assert_eq!(Rows::of(&catalog, &text, &text).unwrap().heap_bytes(100_000.0), 1011.0 * PAGE);
        let unmeasured = table(vec![column("text", None)]);
        assert!(Rows::of(&catalog, &unmeasured, &unmeasured).is_none());
        let entries = Entries::of(&catalog, &three, ["integer"].into_iter()).unwrap();
        assert_eq!(entries.btree_bytes(100_000.0, 1.0, 0.9), 276.0 * PAGE);
        assert_eq!(entries.btree_bytes(100_000.0, 10.0, 0.9), 117.0 * PAGE);
        // Random numbers, a few of them twice.
        let nearly_unique = entries.btree_bytes(100_000.0, 1.02, 0.9) / PAGE;
        assert!((270.0..277.0).contains(&nearly_unique), "{nearly_unique}");
        assert_eq!(entries.btree_bytes(100_000.0, 100_000.0, 0.9), 87.0 * PAGE);
        assert_eq!(Entries::over(33.0).btree_bytes(100_000.0, 1.0, 0.9), 724.0 * PAGE);
        assert!(Entries::over(9_000.0).btree_bytes(1000.0, f64::NAN, 0.1).is_finite());
    }
}
