//! `missing-lock-timeout`.

use crate::rule::{Finding, Rule, RuleContext, Severity};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("missing-lock-timeout", include_str!("missing_lock_timeout.md"), find)
        .once_per_file();

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    if context.lock_timeout_ms.is_some() {
        return Vec::new();
    }
    let found = context.locks_to_wait_for().take(1).map(|lock| {
        let severity = match context.is_busy(&lock.object) {
            Some(_) => Severity::High,
            None => Severity::Medium,
        };
        let message = format!(
            "waits for {} on {} behind every open transaction, and all others wait behind it",
            lock.mode, lock.object
        );
        let safe = context
            .script()
            .say("before it; when it strikes, try again a little later")
            .run(safe::lock_timeout());
        RULE.finding(severity, Some(&lock.object), message).instead(safe)
    });
    found.collect()
}
