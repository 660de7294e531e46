//! How far standbys fall behind while a statement's log is replayed.

use altimeter_catalog::Effect;

use super::host::Host;
use super::throughput;
use crate::{Estimate, Range};

/// What a standby that keeps up is behind, likely and at the most, in ms: the log goes over in stretches, and the standby
/// has other work (measured on 13 and 18 with fsync, see `docs/accuracy.md`: 300 to 800).
const KEEPING_UP_MS: (f64, f64) = (300.0, 1_500.0);

/// Less log than this, in bytes, is over in no time: two buffers of 4 MB.
const NOTICED_BYTES: f64 = 8e6;

/// The standby replays while the statement writes, one after the other and on one core: it falls behind by what takes
/// longer to replay than to write. What is written in batches arrives batch by batch.
pub(super) fn lag(host: Host<'_>, effect: &Effect, estimate: &Estimate) -> Option<Range> {
    let (log, takes) = estimate.wal_bytes.as_ref().zip(estimate.duration_ms.as_ref())?;
    let noticed = |bytes: f64| (bytes / NOTICED_BYTES).min(1.0);
    let (likely, high) = KEEPING_UP_MS;
    let share = [(likely, "ms"), (noticed(log.likely), "of what is noticed")];
    let ends = (0.0, high * noticed(log.high));
    let keeping_up =
        host.amount("a standby that keeps up", &share, ends, &["published: standbys that keep up"]);

    let replay = |bytes: f64| throughput::replay_ms(bytes);
    let later = |replayed: f64| (replayed - takes.likely).max(0.0);
    let longer = [(later(replay(log.likely).likely), "ms longer than it is written")];
    let ends = (0.0, later(replay(log.high).high));
    let mut behind = keeping_up.plus(&host.amount("replaying", &longer, ends, &["published: replay rates"]));

    let batches = effect.updates.iter().map(|update| {
        let rows = update.rows.unwrap_or_default();
        update.batch_rows.map_or(1.0, |batch| (rows / f64::from(batch)).max(1.0))
    });
    let batches = batches.fold(1.0, f64::max);
    if batches > 1.0 {
        let one = [(replay(log.likely / batches).likely, "ms")];
        let ends = (0.0, replay(log.high / batches).high);
        behind = behind.plus(&host.amount("replaying one batch", &one, ends, &[]));
    }
    behind.basis.extend(log.basis.iter().cloned());
    Some(behind)
}
