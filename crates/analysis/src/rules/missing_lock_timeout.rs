//! `missing-lock-timeout`.

use crate::rule::{Finding, Rule, RuleContext, Severity};
use altimeter_catalog::Name;

/// A strong lock is waited for without limit, and everybody queues behind.
pub(super) struct MissingLockTimeout;

impl Rule for MissingLockTimeout {
    fn name(&self) -> &'static str {
        "missing-lock-timeout"
    }

    fn about(&self) -> &'static str {
        "A strong lock is waited for without limit, and everybody queues behind."
    }

    fn check(&self, context: &RuleContext<'_>) -> Vec<Finding> {
        if context.lock_timeout_ms.is_some() {
            return Vec::new();
        }
        let used = |name: &Name| {
            context.catalog.table(name).is_some_and(|t| t.size.rows.is_none_or(|rows| rows > 10_000.0))
        };
        let waiting = context.effect.locks.iter().filter(|l| l.mode.blocks_writes() && used(&l.object));
        waiting
            .take(1)
            .map(|lock| Finding {
                rule: self.name(),
                severity: Severity::High,
                message: format!(
                    "waits for {} on {} behind every open transaction, and all others wait behind it",
                    lock.mode, lock.object
                ),
                instead: "SET lock_timeout = '2s' first, and try again when it strikes".to_owned(),
                object: Some(lock.object.clone()),
            })
            .collect()
    }
}
