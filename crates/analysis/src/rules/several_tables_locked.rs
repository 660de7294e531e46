//! `several-tables-locked`.

use altimeter_catalog::{Change, Lock, RelationKind, SessionChange};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("several-tables-locked", include_str!("several_tables_locked.md"), find)
        .once_per_file();

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let Some(transaction) = context.transaction else { return Vec::new() };
    let held = transaction.held();
    let stops = |lock: &Lock| {
        lock.mode.blocks_writes() && lock.kind != RelationKind::Index && context.concerns(&lock.object)
    };
    let held_stops = held.iter().filter(|h| stops(&h.lock) && context.is_busy(&h.lock.object) != Some(false));
    let Some(first) = held_stops.clone().next() else { return Vec::new() };
    // Partitions come with their parent, and are locked parents first by everybody.
    let new = context.effect.locks.iter().filter(|l| stops(l) && l.through.is_none());
    let mut new = new.filter(|l| {
        !held.iter().any(|h| h.lock.object == l.object) && context.is_busy(&l.object) != Some(false)
    });
    let Some(lock) = new.next() else { return Vec::new() };
    let known = context.is_busy(&lock.object).is_some() && context.is_busy(&first.lock.object).is_some();
    let severity = if known { Severity::Medium } else { Severity::Low };
    let message = format!(
        "takes {} on {} while {} on {} (line {}) is held: who uses both in the other order is in a deadlock with it, and the first stays locked while the second is waited for",
        lock.mode, lock.object, first.lock.mode, first.lock.object, first.line
    );
    let safe = context
        .script()
        .say("a transaction for each table:")
        .run(Change::Session(SessionChange::Commit { chain: false }));
    vec![RULE.finding(severity, Some(&lock.object), message).instead(safe)]
}
