//! `long-lock-timeout`.

use crate::rule::{Finding, Rule, RuleContext, Severity, words};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("long-lock-timeout", include_str!("long_lock_timeout.md"), find).once_per_file();

/// As long as most clients wait for an answer before they give up.
const LONG_MS: u32 = 10_000;

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let Some(limit) = context.lock_timeout_ms.filter(|ms| *ms > LONG_MS) else { return Vec::new() };
    let found = context.locks_to_wait_for().take(1).map(|lock| {
        let severity = if limit > 6 * LONG_MS { Severity::High } else { Severity::Medium };
        let message = format!(
            "waits up to {} for {} on {}, and all others wait behind it for as long",
            words::time(f64::from(limit)),
            lock.mode,
            lock.object
        );
        let safe = context.script().say("shorter, and several tries").run(safe::lock_timeout());
        RULE.finding(severity, Some(&lock.object), message).instead(safe)
    });
    found.collect()
}
