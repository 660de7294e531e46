//! `not-analysed`.

use crate::rule::{Finding, Rule, RuleContext, Severity};

/// What the statement does is not known.
pub(super) struct NotAnalysed;

impl Rule for NotAnalysed {
    fn name(&self) -> &'static str {
        "not-analysed"
    }

    fn about(&self) -> &'static str {
        "What the statement does is not known."
    }

    fn check(&self, context: &RuleContext<'_>) -> Vec<Finding> {
        context
            .effect
            .not_analysed
            .iter()
            .map(|reason| Finding {
                rule: self.name(),
                severity: Severity::High,
                message: format!("not analysed, judged at the highest lock: {reason}"),
                instead: String::new(),
                object: None,
            })
            .collect()
    }
}
