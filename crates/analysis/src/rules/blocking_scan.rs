//! `blocking-scan`.

use crate::rule::{Finding, Rule, RuleContext};
use crate::rules::{in_words, severity_of_wait};

/// A table is read from end to end under a lock that stops others.
pub(super) struct BlockingScan;

impl Rule for BlockingScan {
    fn name(&self) -> &'static str {
        "blocking-scan"
    }

    fn about(&self) -> &'static str {
        "A table is read from end to end under a lock that stops others."
    }

    fn check(&self, context: &RuleContext<'_>) -> Vec<Finding> {
        let effect = context.effect;
        let read = effect
            .scans
            .iter()
            .filter(|t| effect.lock_on(t).is_some_and(|m| m.blocks_reads()) && !effect.rewrites.contains(t));
        let Some(duration) = context.estimate.duration_ms.as_ref() else { return Vec::new() };
        let Some(severity) = severity_of_wait(duration.likely) else { return Vec::new() };
        read.map(|table| Finding {
            rule: self.name(),
            severity,
            message: format!(
                "reads all of {table} under ACCESS EXCLUSIVE: nobody reads or writes it for {} to {}",
                in_words(duration.low),
                in_words(duration.high)
            ),
            instead:
                "add a CHECK constraint NOT VALID, validate it (SHARE UPDATE EXCLUSIVE, nobody waits), then \\
                      let it prove the rest"
                    .to_owned(),
            object: Some(table.clone()),
        })
        .collect()
    }
}
