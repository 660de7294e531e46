//! `unbatched-update`.

use altimeter_catalog::{RowUpdate, WriteCommand};

use crate::rule::{Finding, Rule, RuleContext};
use crate::rules::{in_words, severity_of_wait};

/// All rows are updated in one transaction.
pub(super) struct UnbatchedUpdate;

impl Rule for UnbatchedUpdate {
    fn name(&self) -> &'static str {
        "unbatched-update"
    }

    fn about(&self) -> &'static str {
        "All rows are updated in one transaction."
    }

    fn check(&self, context: &RuleContext<'_>) -> Vec<Finding> {
        let Some(duration) = context.estimate.duration_ms.as_ref() else { return Vec::new() };
        let Some(severity) = severity_of_wait(duration.likely) else { return Vec::new() };
        let changed = |u: &&RowUpdate| u.batch_rows.is_none() && u.command != WriteCommand::Insert;
        let in_one_go = context.effect.updates.iter().filter(changed);
        in_one_go
            .map(|update| Finding {
                rule: self.name(),
                severity,
                message: format!(
                    "locks every row of {} it changes until the end: writers of them wait for {} to {}",
                    update.object,
                    in_words(duration.low),
                    in_words(duration.high)
                ),
                instead: "update in batches by key, each committed on its own".to_owned(),
                object: Some(update.object.clone()),
            })
            .collect()
    }
}
