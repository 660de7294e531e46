//! `blocking-scan`.

use altimeter_catalog::{Change, ColumnAction, ConstraintKind, Maintenance, RelationChange};

use crate::rule::{Finding, Rule, RuleContext};

pub(super) static RULE: Rule = Rule::in_statements("blocking-scan", include_str!("blocking_scan.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter(|part| !has_a_rule_of_its_own(part.change)).filter_map(|part| {
        let table = part.change.tables().first().copied().or_else(|| part.effect.scans.first())?;
        let wait = context.wait(table, part.only_scans())?;
        let message = format!("reads all rows {}", wait.says);
        let mut safe = context.script();
        if context.parts().len() > 1 && !context.engine.print(context.catalog, part.change).is_empty() {
            safe = safe.say("in a statement and a transaction of its own it needs no stronger lock than its own:");
            safe = safe.run(part.change.clone());
        } else {
            safe = safe.say("prove what is looked for with a CHECK constraint first: NOT VALID, then VALIDATE in another");
            safe = safe.say("transaction (nobody waits); or do it while nobody needs the table");
        }
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}

/// Scans that other rules speak of.
fn has_a_rule_of_its_own(change: &Change) -> bool {
    match change {
        Change::AddConstraint { constraint, .. } => constraint.kind != ConstraintKind::NotNull,
        Change::AlterColumn { action, .. } => matches!(action, ColumnAction::Type { .. }),
        Change::Relation(change) => {
            matches!(change, RelationChange::AlterType { .. } | RelationChange::RefreshView { .. })
        }
        Change::Maintain(change) => matches!(
            change,
            Maintenance::Reindex { .. } | Maintenance::Vacuum(_) | Maintenance::Cluster { .. }
        ),
        Change::SetNotNull { .. }
        | Change::CreateIndex { .. }
        | Change::Partition(_)
        | Change::Backfill(_)
        | Change::Rows(_) => true,
        _ => false,
    }
}
