//! `validating-foreign-key`.

use altimeter_catalog::{Change, ConstraintKind};

use crate::rule::{Finding, Rule, RuleContext};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("validating-foreign-key", include_str!("validating_foreign_key.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AddConstraint { table, constraint } = part.change else { return None };
        if constraint.kind != ConstraintKind::ForeignKey
            || constraint.not_valid
            || part.effect.scans.is_empty()
        {
            return None;
        }
        // The lock on the referenced table is held as long as the one on this, whether or not that is read too.
        let referenced = constraint.foreign.as_ref().map(|f| &f.table);
        let tables = part.only_scans().into_iter().filter(|t| Some(*t) != referenced).chain(referenced);
        let wait = context.wait(table, tables)?;
        let name = safe::constraint_name(context.engine, table, constraint);
        let message = format!("looks every row up to check {name} {}", wait.says);
        let safe = safe::constraint(context.script(), table, constraint, &name);
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}
