//! One statement of a review in facts: its locks, what is held while it runs, what it costs.

use altimeter_analysis::Estimate;
use altimeter_analysis::review::{Held, Reviewed};
use altimeter_catalog::{Effect, Lock, LockMode, Name, TransactionUse};

use crate::amount::{self, Quantity};

/// Sizes below are not worth a word: 1 MiB.
const WORTH_SAYING: f64 = 1024.0 * 1024.0;
/// A lag below is not worth a word: a second, in ms.
const LAG_WORTH_SAYING: f64 = 1000.0;
/// A run time that is not worth a word where nothing is locked, in ms.
const A_MOMENT_MS: f64 = 100.0;
/// Relations named for one lock mode; a partitioned table may have thousands.
const NAMED: usize = 4;

/// The locks that stop somebody, a mode a line, strongest first: `ACCESS EXCLUSIVE on public.users, public.users_pkey`.
/// Of weaker ones only the strongest is named, where there is none that stops anybody.
pub(crate) fn locks(effect: &Effect) -> Vec<String> {
    let mut locks: Vec<&Lock> = effect.locks.iter().collect();
    locks.sort_by_key(|l| std::cmp::Reverse(l.mode));
    let blocking = locks.iter().filter(|l| l.mode.blocks_writes()).count();
    if blocking == 0 {
        return locks.first().map(|l| format!("{} on {}", l.mode, l.object)).into_iter().collect();
    }
    let said = locks[..blocking].chunk_by(|a, b| a.mode == b.mode).map(mode_on);
    let weaker = locks.len() - blocking;
    let rest = (weaker > 0).then(|| format!("and {weaker} weaker that nobody waits for"));
    said.chain(rest).collect()
}

/// One mode and the relations it is taken on.
fn mode_on(locks: &[&Lock]) -> String {
    let mut names: Vec<String> = locks
        .iter()
        .take(NAMED)
        .map(|l| match &l.through {
            Some(through) => format!("{} ({through})", l.object),
            None => l.object.to_string(),
        })
        .collect();
    if locks.len() > NAMED {
        names.push(format!("{} more", locks.len() - NAMED));
    }
    let mode = locks.first().map(|l| l.mode.to_string()).unwrap_or_default();
    format!("{mode} on {}", names.join(", "))
}

/// The strongest lock alone, for a table's cell; `–` if there is none.
pub(crate) fn strongest_lock(effect: &Effect) -> String {
    if effect.not_analysed.is_some() {
        return "not analysed".to_owned();
    }
    // The first of several: the statement names it.
    let strongest = effect.locks.iter().rev().max_by_key(|l| l.mode);
    let others = |mode: LockMode| effect.locks.iter().filter(|l| l.mode == mode).count() - 1;
    strongest.map_or("–".to_owned(), |l| match others(l.mode) {
        0 => format!("{} on {}", l.mode, l.object),
        n => format!("{} on {} and {n} more", l.mode, l.object),
    })
}

/// Locks that earlier statements of the transaction took and that stop somebody while this one runs.
pub(crate) fn held(reviewed: &Reviewed) -> Vec<String> {
    let stops: Vec<&Held> = reviewed.held.iter().filter(|h| h.lock.mode.blocks_writes()).collect();
    let says = |h: &&Held| {
        let who = if h.lock.mode.blocks_reads() { "reads and writes" } else { "writes" };
        format!("{} on {} since line {}: {who} wait all the while", h.lock.mode, h.lock.object, h.line)
    };
    let rest = stops.len().saturating_sub(NAMED);
    let rest = (rest > 0).then(|| format!("and {rest} more since line {} or later", first_line(&stops)));
    stops.iter().take(NAMED).map(says).chain(rest).collect()
}

fn first_line(held: &[&Held]) -> u32 {
    held.iter().map(|h| h.line).min().unwrap_or_default()
}

/// What it works on and what that costs, each piece complete by itself. Nothing of a statement that does not run or
/// that is not understood.
pub(crate) fn costs(effect: &Effect, estimate: &Estimate) -> Vec<String> {
    if effect.fails.is_some() || effect.not_analysed.is_some() {
        return Vec::new();
    }
    let moment = estimate.duration_ms.as_ref().is_some_and(|r| r.high < A_MOMENT_MS);
    if moment && effect.locks.is_empty() {
        return Vec::new();
    }
    let mut pieces = vec![match &estimate.duration_ms {
        Some(range) => format!("runs {}", amount::ends(Quantity::Time, Some(range))),
        None => "nobody knows how long it runs".to_owned(),
    }];
    for (says, what) in
        [("writes", &effect.rewrites), ("builds", &effect.index_builds), ("reads all of", &effect.scans)]
    {
        let what: Vec<&Name> =
            what.iter().filter(|n| says == "writes" || !effect.rewrites.contains(n)).collect();
        if !what.is_empty() {
            let anew = if says == "reads all of" { "" } else { " anew" };
            pieces.push(format!("{says} {}{anew}", named(&what)));
        }
    }
    for (says, range, floor, quantity) in [
        ("WAL ", &estimate.wal_bytes, WORTH_SAYING, Quantity::Bytes),
        ("disk +", &estimate.disk_peak_bytes, WORTH_SAYING, Quantity::Bytes),
        ("replica lag ", &estimate.replica_lag_ms, LAG_WORTH_SAYING, Quantity::Time),
    ] {
        if let Some(range) = range.as_ref().filter(|r| r.high >= floor) {
            pieces.push(format!("{says}{}", amount::middle(quantity, Some(range))));
        }
    }
    if let Some(queued) = estimate.queries_queued.as_ref().filter(|r| r.high >= 0.95) {
        pieces.push(format!("queues {} statements", amount::ends(Quantity::Count, Some(queued))));
    }
    if effect.waits_for_transactions {
        pieces.push("waits for older transactions".to_owned());
    }
    if effect.transaction == TransactionUse::Forbidden {
        pieces.push("outside a transaction only".to_owned());
    }
    pieces
}

fn named(names: &[&Name]) -> String {
    let mut said: Vec<String> = names.iter().take(NAMED).map(ToString::to_string).collect();
    if names.len() > NAMED {
        said.push(format!("{} more", names.len() - NAMED));
    }
    said.join(", ")
}

/// The first lines of a text, and how many were left out. A few more than `lines` are shown rather than left out.
pub(crate) fn first_lines(text: &str, lines: usize) -> (&str, usize) {
    let all = text.lines().count();
    match text.match_indices('\n').nth(lines - 1) {
        Some((at, _)) if all > lines + lines / 4 => (&text[..at], all - lines),
        _ => (text, 0),
    }
}

/// A safe way that is words alone, a comment of one line; else it is SQL to copy.
pub(crate) fn words_alone(instead: &str) -> Option<&str> {
    let is_sql = instead.contains('\n') || instead.trim_end().ends_with(';');
    (!is_sql).then(|| instead.strip_prefix("-- ").unwrap_or(instead))
}
