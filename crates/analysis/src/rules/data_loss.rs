//! `data-loss`.

use crate::rule::{Finding, Rule, RuleContext, Severity};
use altimeter_catalog::Change;

/// Values are gone for good.
pub(super) struct DataLoss;

impl Rule for DataLoss {
    fn name(&self) -> &'static str {
        "data-loss"
    }

    fn about(&self) -> &'static str {
        "Values are gone for good."
    }

    fn check(&self, context: &RuleContext<'_>) -> Vec<Finding> {
        let severity = if context.plan_began_on.is_some() { Severity::Medium } else { Severity::Critical };
        let dropped =
            context.statement.changes.iter().flat_map(Change::parts).filter_map(|change| match change {
                Change::DropColumn { table, column, .. } => Some((table, column)),
                _ => None,
            });
        // What a plan made itself holds copies only.
        let before = context.plan_began_on.unwrap_or(context.catalog);
        dropped
            .filter(|(table, column)| before.table(table).is_some_and(|t| t.column(column).is_some()))
            .map(|(table, column)| Finding {
                rule: self.name(),
                severity,
                message: format!("{table}.{column} and its values are gone; code that still names it fails at once"),
                // A plan has done all that before it comes here.
                instead: match context.plan_began_on {
                    Some(_) => String::new(),
                    None => "release the application without the column first, keep a dump of its values, drop it last"
                        .to_owned(),
                },
                object: Some(table.clone()),
            })
            .collect()
    }
}
