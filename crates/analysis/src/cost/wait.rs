//! Waiting: how long others are kept waiting, and how many of them pile up.

use altimeter_catalog::{Catalog, Effect, Lock, LockMode, Name, WriteCommand};

use super::host::Host;
use super::update::row_update_us;
use crate::{Estimate, Range};

/// Without a limit somebody may always open a transaction just before: how long such a one may take, in ms.
const SOMEBODY_ELSE_MS: f64 = 60_000.0;

/// Of a transaction that has been open for a time, how much longer it stays at the high end: if nothing is known but
/// its age, nine in ten end before they are ten times as old.
const NINE_IN_TEN: f64 = 9.0;

/// Those who waited are woken one after the other, in ms.
const WAKING_MS: f64 = 100.0;

/// Fills `blocked_ms` and `queries_queued`.
///
/// A lock request that has to wait makes everybody behind it wait too, so others wait for the request (until
/// `lock_timeout` at the longest) and then for the statement.
pub(super) fn add_waiting(
    host: Host<'_>,
    effect: &Effect,
    lock_timeout_ms: Option<u32>,
    total: &mut Estimate,
) {
    let stopping: Vec<&Lock> = effect.stopping_locks().collect();
    if stopping.is_empty() {
        total.blocked_ms = Some(by_batches(host, effect));
        return;
    }
    let request = request(host, &stopping, lock_timeout_ms, &mut total.unknowns);
    total.blocked_ms = total.duration_ms.as_ref().map(|held| held.plus(&request));
    total.queries_queued = total.blocked_ms.as_ref().and_then(|blocked| queue(host, &stopping, blocked));
    if total.queries_queued.is_none() {
        total.unknowns.push("statements a second on the table".into());
    }
}

/// Without a lock that stops others: who writes a row of the current batch waits, and at the longest for all of it.
fn by_batches(host: Host<'_>, effect: &Effect) -> Range {
    // Nobody waits for rows that were not there before.
    let changed = effect.updates.iter().filter(|u| u.command != WriteCommand::Insert);
    let batches = changed.filter_map(|u| {
        let table = host.table(&u.object)?;
        let rows = u.batch_rows.map(f64::from).or(u.rows).or(table.size.rows)?;
        Some(row_update_us(host, table).times(rows / 1000.0).stretched(0.0, 0.0, 1.0))
    });
    batches.fold(Range::zero(), |a, b| a.or_more(&b))
}

/// How long the request for the locks waits, with everybody behind it, in ms.
fn request(
    host: Host<'_>,
    stopping: &[&Lock],
    lock_timeout_ms: Option<u32>,
    unknowns: &mut Vec<String>,
) -> Range {
    let in_the_way = in_the_way_ms(&host, stopping);
    let seen = if in_the_way.is_some() { "open transactions on it" } else { "nobody is in the way now" };
    // Nothing is known of how long a transaction will stay but how long it has: as long again, in the middle.
    let age = in_the_way.unwrap_or(0.0);
    match lock_timeout_ms {
        Some(limit) => {
            let limit = f64::from(limit);
            // What is younger than a second is everyday traffic.
            let likely = if age > 1_000.0 { age.min(limit) } else { 0.0 };
            let ends = (0.0, limit + WAKING_MS);
            host.amount("waiting for the lock", &[(likely, "ms")], ends, &[seen, "lock_timeout"])
        }
        None => {
            unknowns.push(
                "how long the lock is waited for: without lock_timeout as long as the oldest transaction on it".into(),
            );
            let high = (age * NINE_IN_TEN).max(SOMEBODY_ELSE_MS) + WAKING_MS;
            host.amount(
                "waiting for the lock",
                &[(age, "ms that somebody has held one")],
                (0.0, high),
                &[seen],
            )
        }
    }
}

/// For how long the oldest transaction that holds a lock the statement has to wait for has been open, in ms; none if
/// there is none. A standby shows its own transactions only, and nobody there holds such a lock.
fn in_the_way_ms(catalog: &Catalog, stopping: &[&Lock]) -> Option<f64> {
    let conflicts = |holds: &[(Name, String)]| {
        holds.iter().any(|(name, mode)| {
            let held = LockMode::named(mode);
            stopping.iter().any(|l| &l.object == name && held.is_some_and(|held| l.mode.conflicts_with(held)))
        })
    };
    let sessions = catalog.activity.sessions.iter().filter(|s| conflicts(&s.holds));
    let prepared = catalog.activity.prepared.iter().filter(|p| conflicts(&p.holds));
    let ages = sessions.filter_map(|s| s.transaction_s).chain(prepared.map(|p| p.age_s));
    ages.map(|s| s * 1_000.0).max_by(f64::total_cmp)
}

/// How many statements wait at the worst moment: those that come meanwhile, and no more than sessions there can be.
fn queue(host: Host<'_>, stopping: &[&Lock], blocked: &Range) -> Option<Range> {
    let coming = stopping
        .iter()
        .filter_map(|l| stopped_per_second(&host, &l.object, l.mode))
        .reduce(|a, b| a.or_more(&b))?;
    let setting = |name| host.server.setting_number(name);
    let allowed = setting("max_connections")
        .map(|most| most - setting("superuser_reserved_connections").unwrap_or(0.0));
    // Each connection that is open has one statement waiting at the most; more may be opened.
    let open = host.activity.connections.map(f64::from).or(allowed).unwrap_or(f64::INFINITY);
    let arrive = |rate: f64, ms: f64| rate * ms / 1_000.0;
    let arrivals = [(coming.likely, "statements a second"), (blocked.likely, "ms"), (0.001, "s in a ms")];
    let connected = [(open, "connections, each with one statement")];
    let factors = if arrive(coming.likely, blocked.likely) < open { &arrivals[..] } else { &connected };
    let low = arrive(coming.low, blocked.low).min(open);
    let high = arrive(coming.high, blocked.high).min(allowed.unwrap_or(f64::INFINITY));
    let mut queued = host.amount("those that come meanwhile", factors, (low, high), &[]);
    queued.basis = [coming.basis, blocked.basis.clone()].concat();
    if allowed.is_some() {
        queued.basis.push("max_connections".to_owned());
    }
    Some(queued)
}

/// Statements a second that a lock of that mode stops: between two samples, else on average since the counters were reset.
///
/// The server counts scans and rows, not statements: an update is one of each, an insert is a row without a scan, and a
/// join may scan a table many times.
pub(crate) fn stopped_per_second(catalog: &Catalog, table: &Name, mode: LockMode) -> Option<Range> {
    let table = catalog.table(table)?;
    let (scans, written, basis) = match (&table.rates, &table.activity, catalog.server.statistics_age_s) {
        (Some(rates), _, _) => (rates.scans, rates.rows_written, "rate between two samples"),
        (None, Some(counted), Some(age)) if age > 0.0 => {
            let written = counted.inserted + counted.updated + counted.deleted;
            let scans = (counted.seq_scans + counted.index_scans) as f64 / age;
            (scans, written as f64 / age, "average since the counters were reset")
        }
        _ => return None,
    };
    Some(match mode.blocks_reads() {
        true => Range::new(scans.max(written) / 2.0, scans.max(written), scans + written, &[basis]),
        false => Range::new(written / 2.0, written, written, &[basis]),
    })
}
