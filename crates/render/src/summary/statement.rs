//! One statement of a plan in a line of facts.

use altimeter_catalog::Catalog;
use altimeter_planner::{PlannedStatement, Transaction};

use crate::amount::{self, Quantity};
use crate::summary::names;
use crate::summary::steps::{self, Wait};

/// Sizes below are not worth a word: 1 MiB.
const WORTH_SAYING: f64 = 1024.0 * 1024.0;

/// Its locks, who waits, what it reads and writes, how to run it.
pub(crate) fn pieces(catalog: &Catalog, planned: &PlannedStatement) -> Vec<String> {
    let effect = &planned.judged.effect;
    let estimate = &planned.judged.estimate;
    let mut pieces = Vec::new();
    if let Some(reason) = &effect.fails {
        pieces.push(format!("the server refuses it: {reason}"));
    }
    if let Some(reason) = &effect.not_analysed {
        pieces.push(format!("not analysed: {reason}"));
    }
    pieces.extend(locks(catalog, planned));
    match Wait::of(&planned.judged) {
        Wait::Nobody => pieces.push("nobody waits".to_owned()),
        Wait::UpTo(ms) => pieces.push(format!("others wait {}", steps::at_most(ms))),
        Wait::Unknown => pieces.push("others wait, nobody knows how long".to_owned()),
    }
    for (says, what) in [
        ("writes anew", &effect.rewrites),
        ("rebuilds", &effect.index_builds),
        ("reads all of", &effect.scans),
    ] {
        if !what.is_empty() {
            pieces.push(format!("{says} {}", names::some(catalog, what)));
        }
    }
    if effect.waits_for_transactions {
        pieces.push("waits for older transactions".to_owned());
    }
    pieces.push(format!("runs {}", amount::ends(Quantity::Time, estimate.duration_ms.as_ref())));
    for (says, range) in [("WAL", &estimate.wal_bytes), ("disk +", &estimate.disk_peak_bytes)] {
        if let Some(range) = range.as_ref().filter(|r| r.high >= WORTH_SAYING) {
            let gap = if says.ends_with('+') { "" } else { " " };
            pieces.push(format!("{says}{gap}{}", amount::middle(Quantity::Bytes, Some(range))));
        }
    }
    if planned.lock_timeout_ms > 0 {
        let timeout = amount::measured(Quantity::Time, f64::from(planned.lock_timeout_ms));
        pieces.push(format!("lock_timeout {timeout}"));
    }
    if planned.transaction == Transaction::None {
        pieces.push("outside a transaction".to_owned());
    }
    pieces
}

/// The locks that stop somebody, at most three; else the strongest one.
fn locks(catalog: &Catalog, planned: &PlannedStatement) -> Vec<String> {
    let mut locks: Vec<_> = planned.judged.effect.locks.iter().collect();
    locks.sort_by_key(|l| std::cmp::Reverse(l.mode));
    let blocking = locks.iter().filter(|l| l.mode.blocks_writes()).count();
    let shown = blocking.clamp(1, 3);
    let mut says: Vec<String> = locks
        .iter()
        .take(shown)
        .map(|l| format!("{} on {}", l.mode, names::short(catalog, &l.object)))
        .collect();
    if blocking > shown {
        says.push(format!("{} more such locks", blocking - shown));
    }
    if says.is_empty() {
        says.push("no lock on anything that exists".to_owned());
    }
    says
}

/// The text with its closing semicolon, so that it can be copied into a client.
pub(crate) fn runnable(sql: &str) -> String {
    let sql = sql.trim_end();
    if sql.ends_with(';') {
        return sql.to_owned();
    }
    // In a comment a semicolon ends nothing.
    let commented = sql.lines().next_back().is_some_and(|l| l.contains("--"));
    if commented { format!("{sql}\n;") } else { format!("{sql};") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_closed_once_and_outside_comments() {
        assert_eq!(runnable("select 1 \n"), "select 1;");
        assert_eq!(runnable("select 1;"), "select 1;");
        assert_eq!(runnable("select 1 -- one"), "select 1 -- one\n;");
    }
}
