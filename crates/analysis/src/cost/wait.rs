//! Waiting: who is kept waiting, how long, how many pile up, and how far standbys fall behind.

use altimeter_catalog::{Catalog, Effect, Name, WriteCommand};

use super::host::Host;
use super::{throughput, update::row_update_us};
use crate::{Estimate, Range};

/// Lag while that many bytes of log are replayed: none if the standby keeps up.
pub(super) fn lag(wal_bytes: f64) -> Range {
    let replay = throughput::replay_ms(wal_bytes);
    replay.stretched_by((0.0, 0.5, 1.0), "of it not replayed while it is written")
}

/// Fills `blocked_ms` and `queries_queued`.
///
/// A lock request that has to wait makes everybody behind it wait too, so others wait for the request (until
/// `lock_timeout` at the longest) and then for the statement.
pub(super) fn add_waiting(
    catalog: &Catalog,
    effect: &Effect,
    lock_timeout_ms: Option<u32>,
    total: &mut Estimate,
) {
    let blocking: Vec<&Name> = effect.stopping_locks().map(|l| &l.object).collect();
    if blocking.is_empty() {
        // Nobody waits for rows that were not there before.
        let changed = effect.updates.iter().filter(|u| u.command != WriteCommand::Insert);
        let batches = changed.filter_map(|u| {
            let each = row_update_us(Host::new(catalog, false), catalog.table(&u.object)?);
            let rows = u.batch_rows.map(f64::from).or(u.rows).or(catalog.table(&u.object)?.size.rows)?;
            let batch = each.times(rows / 1000.0);
            // Only who writes a row of the current batch waits, and at the longest for the whole batch.
            Some(batch.stretched(0.0, 0.0, 1.0))
        });
        total.blocked_ms = Some(batches.fold(Range::zero(), |a, b| a.or_more(&b)));
        return;
    }
    let oldest_ms = oldest_transaction_ms(catalog);
    let mut basis = vec!["open transactions"];
    let (likely, high) = match lock_timeout_ms {
        Some(limit) => {
            basis.push("lock_timeout");
            let limit = f64::from(limit);
            (oldest_ms.filter(|age| *age > 1000.0).map_or(0.0, |age| age.min(limit)), limit)
        }
        None => {
            total.unknowns.push(
                "how long the lock is waited for: without lock_timeout as long as the oldest transaction"
                    .into(),
            );
            let seen = oldest_ms.unwrap_or(0.0);
            (seen.min(1000.0), (seen * 3.0).max(60_000.0))
        }
    };
    let queueing = Range::new(0.0, likely, high, &basis);
    total.blocked_ms = total.duration_ms.as_ref().map(|d| d.plus(&queueing));
    total.queries_queued = match (&total.blocked_ms, statements_per_second(catalog, &blocking)) {
        (Some(blocked), Some((rate, basis))) => {
            let mut queued = blocked.times_of(rate / 1000.0, "statements a ms");
            queued.basis.push(basis.into());
            Some(queued)
        }
        _ => {
            total.unknowns.push("statements a second on the table".into());
            None
        }
    };
}

fn oldest_transaction_ms(catalog: &Catalog) -> Option<f64> {
    let open = catalog.activity.sessions.iter().filter_map(|s| s.transaction_s);
    let prepared = catalog.activity.prepared.iter().map(|p| p.age_s);
    open.chain(prepared).map(|s| s * 1000.0).max_by(f64::total_cmp)
}

/// The busiest table's scans and writes a second, and where that number is from: two samples, or else the average
/// since the counters were reset.
fn statements_per_second(catalog: &Catalog, tables: &[&Name]) -> Option<(f64, &'static str)> {
    let tables = || tables.iter().filter_map(|t| catalog.table(t));
    let sampled = tables().filter_map(|t| t.rates.as_ref()).map(|r| r.scans + r.rows_written);
    if let Some(rate) = sampled.max_by(f64::total_cmp) {
        return Some((rate, "rate between two samples"));
    }
    let seconds = catalog.server.statistics_age_s.filter(|age| *age > 0.0)?;
    let counted = tables()
        .filter_map(|t| t.activity.as_ref())
        .map(|a| (a.seq_scans + a.index_scans + a.inserted + a.updated + a.deleted) as f64 / seconds);
    Some((counted.max_by(f64::total_cmp)?, "average since the counters were reset"))
}
