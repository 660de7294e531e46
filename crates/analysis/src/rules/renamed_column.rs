//! `renamed-column`.

use crate::rule::{Finding, Rule, RuleContext, Severity};
use altimeter_catalog::Change;

/// Code that knows the old name fails at once.
pub(super) struct RenamedColumn;

impl Rule for RenamedColumn {
    fn name(&self) -> &'static str {
        "renamed-column"
    }

    fn about(&self) -> &'static str {
        "Code that knows the old name fails at once."
    }

    fn check(&self, context: &RuleContext<'_>) -> Vec<Finding> {
        if context.plan_began_on.is_some() {
            return Vec::new();
        }
        let renamed = context.statement.changes.iter().filter_map(|change| match change {
            Change::RenameColumn { table, from, .. } => Some((table, from)),
            _ => None,
        });
        renamed
            .map(|(table, from)| Finding {
                rule: self.name(),
                severity: Severity::Critical,
                message: format!(
                    "every running instance of the application that names {table}.{from} fails at once"
                ),
                instead: "keep both names in step until no old code is left".to_owned(),
                object: Some(table.clone()),
            })
            .collect()
    }
}
