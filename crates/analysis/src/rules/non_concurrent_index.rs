//! `non-concurrent-index`.

use crate::rule::{Finding, Rule, RuleContext};
use crate::rules::{in_words, severity_of_wait};

/// An index is built while writers wait.
pub(super) struct NonConcurrentIndex;

impl Rule for NonConcurrentIndex {
    fn name(&self) -> &'static str {
        "non-concurrent-index"
    }

    fn about(&self) -> &'static str {
        "An index is built while writers wait."
    }

    fn check(&self, context: &RuleContext<'_>) -> Vec<Finding> {
        let built =
            context.effect.creates.iter().filter(|c| !c.concurrently).filter_map(|c| c.index.as_ref());
        let Some(duration) = context.estimate.duration_ms.as_ref() else { return Vec::new() };
        let Some(severity) = severity_of_wait(duration.likely) else { return Vec::new() };
        built
            .map(|index| Finding {
                rule: self.name(),
                severity,
                message: format!(
                    "builds the index under SHARE: nobody writes {} for {} to {}",
                    index.table,
                    in_words(duration.low),
                    in_words(duration.high)
                ),
                instead: "CREATE INDEX CONCURRENTLY, outside a transaction".to_owned(),
                object: Some(index.table.clone()),
            })
            .collect()
    }
}
