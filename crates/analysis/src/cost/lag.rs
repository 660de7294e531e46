//! How far standbys fall behind while a statement's log is replayed.

use altimeter_catalog::Effect;

use super::throughput;
use crate::{Estimate, Range};

/// What a standby that keeps up is behind, in ms: the log goes over in stretches, and the standby has other work
/// (measured on 13 and 18 with fsync, see `docs/accuracy.md`: 300 to 800).
const KEEPING_UP: [f64; 3] = [0.0, 300.0, 1_500.0];

/// Less log than this, in bytes, is over in no time: two buffers of 4 MB.
const NOTICED_BYTES: f64 = 8e6;

/// The standby replays while the statement writes, one after the other and on one core: it falls behind by what takes
/// longer to replay than to write. What is written in batches arrives batch by batch.
pub(super) fn lag(effect: &Effect, estimate: &Estimate) -> Option<Range> {
    let (log, takes) = estimate.wal_bytes.as_ref().zip(estimate.duration_ms.as_ref())?;
    let batches = effect.updates.iter().map(|update| {
        let rows = update.rows.unwrap_or_default();
        update.batch_rows.map_or(1.0, |batch| (rows / f64::from(batch)).max(1.0))
    });
    let batches = batches.fold(1.0, f64::max);
    let replay = |bytes: f64| throughput::replay_ms(bytes);
    let behind = |delay: f64, bytes: f64, ms: f64, of: fn(&Range) -> f64| {
        let burst = if batches > 1.0 { of(&replay(bytes / batches)) } else { 0.0 };
        delay * (bytes / NOTICED_BYTES).min(1.0) + (of(&replay(bytes)) - ms).max(0.0) + burst
    };
    let [low, likely, high] = KEEPING_UP;
    Some(Range {
        low,
        likely: behind(likely, log.likely, takes.likely, |r| r.likely),
        high: behind(high, log.high, takes.likely, |r| r.high),
        basis: [&log.basis[..], &replay(0.0).basis, &["replayed while it is written".to_owned()]].concat(),
    })
}
