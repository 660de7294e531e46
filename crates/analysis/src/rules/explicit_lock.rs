//! `explicit-lock`.

use altimeter_catalog::{Change, LockMode, Maintenance, Name, RelationChange};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule = Rule::in_statements("explicit-lock", include_str!("explicit_lock.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for part in context.parts() {
        let Change::Maintain(Maintenance::Lock { relations, mode, .. }) = part.change else { continue };
        let stops = mode.blocks_reads() || mode.blocks_writes();
        let only_sooner = |name: &Name| *mode == LockMode::AccessExclusive && takes_it_anyway(context, name);
        let names = relations.iter().map(|t| &t.name);
        for name in names.filter(|name| stops && context.concerns(name) && !only_sooner(name)) {
            let severity = match context.is_busy(name) {
                Some(true) => Severity::High,
                Some(false) => continue,
                None => Severity::Medium,
            };
            let what = if mode.blocks_reads() { "reads or writes" } else { "writes" };
            let message = format!(
                "takes {mode} on {name}: nobody {what} it until the transaction ends, whatever comes after"
            );
            let safe = context
                .script()
                .say("leave it out: each statement takes the lock it needs; where one must be sure of a row, lock the row")
                .say("(SELECT … FOR UPDATE)");
            found.push(RULE.finding(severity, Some(name), message).instead(safe));
        }
    }
    found
}

/// Whether a later part of the same block would lock the table as strongly: then it is locked sooner by an instant, and
/// its partitions behind it.
fn takes_it_anyway(context: &RuleContext<'_>, name: &Name) -> bool {
    context.parts().iter().any(|part| match part.change {
        Change::DropTrigger { table, .. } => table == name,
        Change::Relation(RelationChange::Rename { relation, .. }) => relation == name,
        _ => false,
    })
}
