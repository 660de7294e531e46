//! `table-rewrite`.

use crate::rule::{Finding, Rule, RuleContext};
use crate::rules::{in_words, severity_of_wait};

/// A table is written anew while everybody waits.
pub(super) struct TableRewrite;

impl Rule for TableRewrite {
    fn name(&self) -> &'static str {
        "table-rewrite"
    }

    fn about(&self) -> &'static str {
        "A table is written anew while everybody waits."
    }

    fn check(&self, context: &RuleContext<'_>) -> Vec<Finding> {
        let Some(duration) = context.estimate.duration_ms.as_ref() else { return Vec::new() };
        let Some(severity) = severity_of_wait(duration.likely) else { return Vec::new() };
        let rewritten = context.effect.rewrites.iter();
        rewritten
            .map(|table| Finding {
                rule: self.name(),
                severity,
                message: format!(
                    "writes {table} and its indexes anew under ACCESS EXCLUSIVE: nobody reads or writes it for {} to {}",
                    in_words(duration.low),
                    in_words(duration.high)
                ),
                instead: "add the column without a default, set the default, fill old rows in batches".to_owned(),
                object: Some(table.clone()),
            })
            .collect()
    }
}
