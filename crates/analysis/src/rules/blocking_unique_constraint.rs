//! `blocking-unique-constraint`.

use altimeter_catalog::{Change, ConstraintKind};

use crate::rule::{Finding, Rule, RuleContext};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("blocking-unique-constraint", include_str!("blocking_unique_constraint.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AddConstraint { table, constraint } = part.change else { return None };
        let primary = match constraint.kind {
            ConstraintKind::PrimaryKey => true,
            ConstraintKind::Unique => false,
            _ => return None,
        };
        let wait = context.wait(table, part.only_scans())?;
        let name = safe::constraint_name(context.engine, table, constraint);
        let does = match &constraint.using_index {
            None => format!("builds the index of {name}"),
            Some(_) => format!("reads all rows to see that no column of {name} is NULL"),
        };
        let mut safe = context.script();
        let nullable = |column: &&String| {
            context.catalog.table(table).and_then(|t| t.column(column)).is_some_and(|c| !c.not_null)
        };
        for column in constraint.columns.iter().filter(nullable).filter(|_| primary) {
            safe = safe::not_null(safe, table, column);
        }
        safe = match &constraint.using_index {
            None => safe::unique(safe, table, constraint, &name),
            Some(_) => safe.say("then nothing is read").run(part.change.clone()),
        };
        let message = format!("{does} {}", wait.says);
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}
