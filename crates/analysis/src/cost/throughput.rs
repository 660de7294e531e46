//! Published throughput of common hardware: what is used while nothing was measured on the host.
//!
//! Measured on PostgreSQL 15 and 17, eight table shapes of 30,000 to 5,000,000 rows, data in the cache, two shared
//! cores; the slow ends allow for data on a network disk.

use crate::Range;

/// A rate with its slow and its fast end, in bytes a second.
pub struct Rate {
    slow: f64,
    likely: f64,
    fast: f64,
    basis: &'static str,
}

impl Rate {
    /// How long that many bytes take, in ms.
    pub fn duration_ms(&self, bytes: f64) -> Range {
        let ms = |rate: f64| bytes / rate * 1000.0;
        Range::new(ms(self.fast), ms(self.likely), ms(self.slow), &[self.basis])
    }
}

const MB: f64 = 1_000_000.0;

/// Reading a heap in order.
pub const READ: Rate =
    Rate { slow: 120.0 * MB, likely: 900.0 * MB, fast: 3000.0 * MB, basis: "published: sequential reads" };
/// Writing a table anew, without its indexes.
pub const REWRITE: Rate =
    Rate { slow: 60.0 * MB, likely: 200.0 * MB, fast: 500.0 * MB, basis: "published: rewrites" };
/// Replaying the log on a standby.
pub const REPLAY: Rate =
    Rate { slow: 30.0 * MB, likely: 150.0 * MB, fast: 600.0 * MB, basis: "published: replay rates" };

/// Microseconds a row: low, likely, high.
pub type RowTime = (f64, f64, f64);

/// Testing a row that is read anyway.
pub const TEST_ROW_US: RowTime = (0.02, 0.05, 0.2);
/// Sorting one row of an index over narrow keys and writing it.
pub const INDEX_ROW_US: RowTime = (0.2, 0.45, 1.5);
/// The same for text keys.
pub const INDEX_TEXT_ROW_US: RowTime = (0.5, 1.3, 6.0);
/// Putting one row into a GiST index that is built (measured on 13, 15 and 18, ranges, integers and text, 30,000 to
/// 1,000,000 rows; 18 sorts them first).
pub const GIST_ROW_US: RowTime = (2.0, 15.0, 60.0);
/// Looking one row up in a GiST index that was built, for an exclusion constraint (measured alike).
pub const EXCLUDED_GIST_ROW_US: RowTime = (10.0, 45.0, 200.0);
/// The same in an index of another kind.
pub const EXCLUDED_ROW_US: RowTime = (0.5, 2.0, 10.0);
/// Building an index anew inside a rewrite, a row.
pub const REBUILD_ROW_US: RowTime = (0.2, 0.6, 3.0);
/// Updating a row in batches by key with a row trigger, before what each index adds.
pub const UPDATE_ROW_US: RowTime = (6.0, 14.0, 60.0);
/// What each index adds when a row cannot stay on its page.
pub const UPDATE_INDEX_US: RowTime = (0.5, 2.5, 25.0);

/// How long that many rows take, in ms.
pub fn per_row_ms(rows: f64, (low, likely, high): RowTime) -> Range {
    let ms = |us: f64| rows * us / 1000.0;
    Range::new(ms(low), ms(likely), ms(high), &["reltuples", "published: time a row"])
}
