//! `validating-check`.

use altimeter_catalog::{Change, ConstraintKind};

use crate::rule::{Finding, Rule, RuleContext};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("validating-check", include_str!("validating_check.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AddConstraint { table, constraint } = part.change else { return None };
        if constraint.kind != ConstraintKind::Check || constraint.not_valid {
            return None;
        }
        let wait = context.wait(table, part.only_scans())?;
        let name = safe::constraint_name(context.engine, table, constraint);
        let message = format!("reads all rows to check {name} {}", wait.says);
        let safe = safe::constraint(context.script(), table, constraint, &name);
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}
