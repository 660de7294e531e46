//! `exclusion-constraint`.

use altimeter_catalog::{Change, ConstraintKind};

use crate::rule::{Finding, Rule, RuleContext};

pub(super) static RULE: Rule =
    Rule::in_statements("exclusion-constraint", include_str!("exclusion_constraint.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AddConstraint { table, constraint } = part.change else { return None };
        if constraint.kind != ConstraintKind::Exclusion {
            return None;
        }
        let wait = context.wait(table, part.only_scans())?;
        let message = format!("builds the index of an exclusion constraint {}", wait.says);
        let safe = context
            .script()
            .say("no way around the lock: an exclusion constraint cannot take over an index that is there")
            .say("make a new table with the constraint, keep it in step by a trigger, fill it in batches,")
            .say("and let it take the name; or do it while nobody needs the table");
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}
