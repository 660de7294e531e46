//! `disk-peak`.

use crate::rule::{Finding, Rule, RuleContext, Severity, words};

pub(super) static RULE: Rule = Rule::in_statements("disk-peak", include_str!("disk_peak.md"), find);

/// Less than that, or than this share of the database, any disk has room for.
const MUCH_BYTES: f64 = 10e9;
const MUCH_SHARE: f64 = 0.1;

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    if context.plan_began_on.is_some() {
        return Vec::new();
    }
    let Some(peak) = context.estimate.disk_peak_bytes.as_ref() else { return Vec::new() };
    let database = context.catalog.server.database_bytes.map(|b| b as f64);
    let little = database.is_some_and(|all| peak.likely < all * MUCH_SHARE);
    if peak.likely < MUCH_BYTES || little {
        return Vec::new();
    }
    let log = context.estimate.wal_bytes.as_ref().map(|w| format!(", and {} of log", words::bytes(w.likely)));
    let message = format!(
        "needs {} to {} more on the disk at its worst moment{}; how much is free there is unknown, and a full disk stops the whole server",
        words::bytes(peak.low),
        words::bytes(peak.high),
        log.unwrap_or_default()
    );
    let safe = context
        .script()
        .say("look at the free space of the data directory, its tablespaces and the log first");
    vec![RULE.finding(Severity::Medium, context.effect.rewrites.first(), message).instead(safe)]
}
