//! `failing-statement`.

use crate::rule::{Finding, Rule, RuleContext, Severity};

/// The server refuses the statement on this database.
pub(super) struct FailingStatement;

impl Rule for FailingStatement {
    fn name(&self) -> &'static str {
        "failing-statement"
    }

    fn about(&self) -> &'static str {
        "The server refuses the statement on this database."
    }

    fn check(&self, context: &RuleContext<'_>) -> Vec<Finding> {
        context
            .effect
            .fails
            .iter()
            .map(|reason| Finding {
                rule: self.name(),
                severity: Severity::Critical,
                message: format!("fails here: {reason}"),
                instead: String::new(),
                object: None,
            })
            .collect()
    }
}
