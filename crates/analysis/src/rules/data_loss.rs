//! `data-loss`.

use crate::rule::{Finding, Rule, RuleContext, Severity};
use altimeter_catalog::{Change, Name};

fn flatten(change: &Change) -> Vec<&Change> {
    match change {
        Change::Together(changes) => changes.iter().flat_map(flatten).collect(),
        change => vec![change],
    }
}

/// Whether the same statement gives another column the dropped one's name.
fn renames_into(changes: &[Change], table: &Name, column: &str) -> bool {
    changes.iter().flat_map(flatten).any(
        |change| matches!(change, Change::RenameColumn { table: t, to, .. } if t == table && to == column),
    )
}

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
        let severity = if context.in_plan { Severity::Medium } else { Severity::Critical };
        let dropped = context.statement.changes.iter().flat_map(flatten).filter_map(|change| match change {
            Change::DropColumn { table, column, .. } => Some((table, column)),
            _ => None,
        });
        // A copy that a plan made is no loss: its values live on in the other column.
        let is_copy = |table: &Name, column: &str| {
            context.in_plan && renames_into(&context.statement.changes, table, column)
        };
        dropped
            .filter(|(table, column)| !is_copy(table, column))
            .filter(|(table, column)| context.catalog.table(table).is_some_and(|t| t.column(column).is_some()))
            .map(|(table, column)| Finding {
                rule: self.name(),
                severity,
                message: format!("{table}.{column} and its values are gone; code that still names it fails at once"),
                instead: "release the application without the column first, keep a dump of its values, drop it last"
                    .to_owned(),
                object: Some(table.clone()),
            })
            .collect()
    }
}
