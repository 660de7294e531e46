//! How fast the host is: what was measured there while the catalog was read, else what is published.
//!
//! Times a row are medians of PostgreSQL 15 and 17 on two shared cores with data in the cache, eight table shapes of
//! 30,000 to 5,000,000 rows. They are scaled by how fast the same probes were on that machine and are on this one.

use altimeter_catalog::Catalog;

use crate::Range;

/// What the probes took on the machine that the times a row are from: nanoseconds a row counted, and a row sorted.
const REFERENCE_COUNT_NS: f64 = 45.0;
const REFERENCE_SORT_NS: f64 = 225.0;

/// How much longer or shorter something takes than by the times a row: hosts differ, and so do rows.
#[derive(Clone, Copy)]
struct Spread {
    shorter: f64,
    longer: f64,
}

/// Where the host was measured.
const MEASURED: Spread = Spread { shorter: 1.7, longer: 1.9 };
/// Where it was not: a laptop, a small cloud instance, a large server.
const NOT_MEASURED: Spread = Spread { shorter: 2.5, longer: 4.5 };

/// How much longer this host takes than the one the times are from, how sure that is, and where it is from.
fn pace(catalog: &Catalog) -> (f64, Spread, &'static str) {
    match &catalog.server.speed {
        Some(speed) => {
            let by_counting = speed.count_row_ns / REFERENCE_COUNT_NS;
            let by_sorting = speed.sort_row_ns / REFERENCE_SORT_NS;
            ((by_counting * by_sorting).sqrt(), MEASURED, "probes of this server's speed")
        }
        None => (1.0, NOT_MEASURED, "published: time a row"),
    }
}

/// A time on the machine the times are from, on this host.
fn here(catalog: &Catalog, time: f64, basis: &str) -> Range {
    let (pace, spread, source) = pace(catalog);
    let likely = time * pace;
    Range::new(likely / spread.shorter, likely, likely * spread.longer, &[basis, source])
}

/// Microseconds a row, scaled to the host.
pub fn row_us(catalog: &Catalog, us: f64, basis: &str) -> Range {
    here(catalog, us, basis)
}

/// How long that many rows take, in ms, by microseconds a row.
pub fn per_row_ms(catalog: &Catalog, rows: f64, us: f64) -> Range {
    row_us(catalog, us, "reltuples").times(rows / 1000.0)
}

/// Testing a row that is read anyway.
pub const TEST_ROW_US: f64 = 0.036;
/// Sorting one row of an index over narrow keys and writing it, in a table of a million.
pub const INDEX_ROW_US: f64 = 0.40;
/// The same for text keys.
pub const INDEX_TEXT_ROW_US: f64 = 1.2;
/// What a BRIN index takes of each row: nothing is sorted.
pub const SUMMARIZED_ROW_US: f64 = 0.075;
/// Putting one row into a GiST index that is built (measured on 13, 15 and 18 with ranges, integers and text, 30,000 to
/// 1,000,000 rows: 3 to 44; 18 sorts most types first).
pub const GIST_ROW_US: f64 = 12.0;
/// Looking one row up in a GiST index that was built, for an exclusion constraint (measured alike: 16 to 160).
pub const EXCLUDED_GIST_ROW_US: f64 = 45.0;
/// The same in a B-tree or a hash index (0.5 to 7).
pub const EXCLUDED_ROW_US: f64 = 1.5;
/// How much further both ways a time lies that depends on the values themselves.
pub const BY_VALUES: f64 = 2.0;
/// Forming a new row and putting it in its place.
pub const NEW_ROW_US: f64 = 0.45;
/// Making a random UUID, for which the operating system is asked.
pub const RANDOM_UUID_US: f64 = 2.2;
/// Updating a row in batches by key with a row trigger, before what each index adds.
pub const UPDATE_ROW_US: f64 = 14.0;
/// What each index adds when a row cannot stay on its page.
pub const UPDATE_INDEX_US: f64 = 2.5;
/// Writing a row together with all others, before what its log adds.
pub const AT_ONCE_ROW_US: f64 = 0.9;
/// What each byte of the log adds then: it grows with the row's width and with the entries of its indexes.
pub const AT_ONCE_LOG_BYTE_US: f64 = 0.0075;
/// The same for a page that is logged whole.
pub const LOGGED_PAGE_BYTE_US: f64 = 0.0012;
/// Putting an entry into an index whose order the rows do not follow, in any of its pages.
pub const RANDOM_ENTRY_US: f64 = 4.0;
/// Looking for the row that a foreign key refers to.
pub const COMPARE_KEY_US: f64 = 0.17;
/// What sorting takes where the rows lie almost in the index's order already.
pub const IN_ORDER: f64 = 0.65;

const MB: f64 = 1_000_000.0;

/// Reading a heap in order. What is small against `effective_cache_size` is taken to be in the operating system's
/// cache or in `shared_buffers`; else the slow end is a network disk.
pub fn read_ms(catalog: &Catalog, bytes: f64) -> Range {
    let cache = catalog.server.setting_number("effective_cache_size").unwrap_or(0.0);
    let cached = bytes < cache / 4.0;
    let basis = if cached {
        "taken to be cached: small for effective_cache_size"
    } else {
        "published: sequential reads"
    };
    let ms = |rate: f64| bytes / (rate * MB) * 1000.0;
    let read = here(catalog, ms(if cached { 3000.0 } else { 900.0 }), basis);
    if cached { read } else { Range { high: read.high.max(ms(120.0)), ..read } }
}

/// Writing the bytes of a heap and its TOAST table anew, without its indexes and without forming rows: 3.4 ns a byte.
pub fn write_ms(catalog: &Catalog, bytes: f64) -> Range {
    here(catalog, bytes * 3.4e-6, "heap and TOAST size")
}

/// Bytes of the log that a standby replays in a second: the fastest, a likely and the slowest.
const REPLAYED: [f64; 3] = [600.0 * MB, 150.0 * MB, 30.0 * MB];

/// How long a standby takes to replay that many bytes of the log.
pub fn replay_ms(wal_bytes: f64) -> Range {
    let [low, likely, high] = REPLAYED.map(|rate| wal_bytes / rate * 1000.0);
    Range::new(low, likely, high, &["published: replay rates"])
}

/// Bytes of the log a second that any standby replays.
pub fn slowest_replay() -> f64 {
    let [.., slowest] = REPLAYED;
    slowest
}

/// What sorting costs more in large tables: each doubling of rows is one more comparison.
pub fn sorting(rows: f64) -> f64 {
    (rows.max(2.0).log2() / 1_000_000_f64.log2()).max(0.3)
}
