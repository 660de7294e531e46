//! `scanning-not-null`.

use altimeter_catalog::Change;

use crate::rule::{Finding, Rule, RuleContext};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("scanning-not-null", include_str!("scanning_not_null.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::SetNotNull { table, column } = part.change else { return None };
        let wait = context.wait(table, part.only_scans())?;
        let message = format!("reads all rows to see that {column} is never NULL {}", wait.says);
        let safe = safe::not_null(context.script(), table, column);
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}
