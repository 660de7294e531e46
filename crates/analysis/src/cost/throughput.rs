//! How fast the host is: what was measured there while the catalog was read, else what is published.
//!
//! Times a row are medians of PostgreSQL 15 and 17 on two shared cores with data in the cache, eight table shapes of
//! 30,000 to 5,000,000 rows. They are scaled by how fast the same probes were on that machine and are on this one.

use altimeter_catalog::Timed;

use super::host::{Host, US_IN_MS};
use crate::Range;

/// Microseconds a row, scaled to the host.
pub(super) fn row_us(host: Host<'_>, what: &'static str, us: f64, basis: &str) -> Range {
    host.time(what, &[(us, "µs each")], basis)
}

/// How long that many rows take, in ms, by microseconds a row.
pub(super) fn per_row_ms(host: Host<'_>, what: &'static str, rows: f64, us: f64) -> Range {
    host.time(what, &[(rows, "rows"), (us, "µs a row"), US_IN_MS], "reltuples")
}

/// Testing a row that is read anyway.
pub const TEST_ROW_US: f64 = 0.036;
/// Sorting one row of an index over narrow keys and writing it, in a table of a million.
pub const INDEX_ROW_US: f64 = 0.40;
/// The same for text keys.
pub const INDEX_TEXT_ROW_US: f64 = 1.2;
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

/// Between these, in MB/s, a disk's speed is believed: `track_io_timing` may have been on for only some of the reads
/// that were counted.
const FASTEST: f64 = 3000.0;
const SLOWEST: f64 = 5.0;
/// How far one read from end to end lies from the average of those that were timed: what of it is in the operating
/// system's cache, and how busy the disk is.
const TIMED: (f64, f64) = (0.4, 2.5);
/// Bytes and ms below which an average says nothing.
const ENOUGH: (u64, f64) = (32 << 20, 5.0);

/// Reads in bulk, else reads of any kind, if there were enough of them.
fn timed_reads(host: Host<'_>) -> Option<(Timed, &'static str)> {
    let timings = &host.catalog().server.timings;
    let bulk = timings.bulk_reads.map(|t| (t, "pg_stat_io"));
    let any = timings.reads.map(|t| (t, "pg_stat_database"));
    bulk.filter(enough).or(any.filter(enough))
}

fn enough((timed, _): &(Timed, &'static str)) -> bool {
    timed.bytes >= ENOUGH.0 && timed.ms >= ENOUGH.1
}

/// How long writing that log takes beside what rows take, as the server has timed it: flushing is likely to be at the
/// end only, and may be at every step. Nothing if it was not timed.
pub(super) fn log_ms(host: Host<'_>, log: &Range) -> Range {
    const WRITES: &str = "pg_stat_wal: time the log's writes took";
    let timings = &host.catalog().server.timings;
    let each = |timed: Option<Timed>| {
        let timed = timed.map(|t| (t, WRITES)).filter(enough);
        timed.map_or(0.0, |(t, _)| (t.ms / t.bytes as f64).min(1000.0 / (SLOWEST * MB)))
    };
    let (written, flushed) = (each(timings.log_writes), each(timings.log_flushes));
    if written + flushed <= 0.0 {
        return Range::zero();
    }
    let factors =
        [(log.likely, "bytes of the log"), (written, "ms a byte, as the server has timed its writes")];
    let ends = (log.low * written * 0.5, log.high * (written + flushed) * 2.0);
    host.amount("the log's way to the disk", &factors, ends, &[WRITES])
}

/// Reading a heap in order. What is small against `effective_cache_size` is taken to be in the operating system's
/// cache or in `shared_buffers`; else it takes what the server's reads took, and where those were not timed the slow end
/// is a network disk.
pub(super) fn read_ms(host: Host<'_>, bytes: f64) -> Range {
    let cached = is_cached(host, bytes);
    let basis = if cached {
        "taken to be cached: small for effective_cache_size"
    } else {
        "published: sequential reads"
    };
    if let Some(timed) = from_disk_ms(host, bytes) {
        return timed;
    }
    let rate = match cached {
        true => (ms_a_byte(3000.0), "ms a byte: 3 GB/s from the cache"),
        false => (ms_a_byte(900.0), "ms a byte: 900 MB/s"),
    };
    let read = host.time("reading the table", &[(bytes, "bytes of the heap"), rate], basis);
    if cached { read } else { read.raised_to(bytes * ms_a_byte(120.0)) }
}

/// Reading what is not in any cache, as the server has timed its reads; none if it has not, or if it is cached.
pub(super) fn from_disk_ms(host: Host<'_>, bytes: f64) -> Option<Range> {
    let (timed, source) = timed_reads(host).filter(|_| !is_cached(host, bytes))?;
    let each = (timed.ms / timed.bytes as f64).clamp(ms_a_byte(FASTEST), ms_a_byte(SLOWEST));
    let factors = [(bytes, "bytes of the heap"), (each, "ms a byte, as the server has timed its reads")];
    let (read, rate) = (timed.bytes as f64 / MB, 1000.0 / each / MB);
    let basis = format!("{source}: {read:.0} MB read at {rate:.0} MB/s");
    Some(host.share("reading the table", &factors, TIMED, &[&basis]))
}

fn is_cached(host: Host<'_>, bytes: f64) -> bool {
    bytes < host.server.setting_number("effective_cache_size").unwrap_or(0.0) / 4.0
}

fn ms_a_byte(megabytes_per_second: f64) -> f64 {
    1000.0 / (megabytes_per_second * MB)
}

/// Writing the bytes of a heap and its TOAST table anew, without its indexes and without forming rows: 3.4 ns a byte.
pub(super) fn write_ms(host: Host<'_>, bytes: f64) -> Range {
    let factors = [(bytes, "bytes of heap and TOAST"), (3.4e-6, "ms a byte")];
    host.time("writing the table anew", &factors, "heap and TOAST size")
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
