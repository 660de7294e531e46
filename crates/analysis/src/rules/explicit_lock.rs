//! `explicit-lock`.

use altimeter_catalog::{Change, Maintenance};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule = Rule::in_statements("explicit-lock", include_str!("explicit_lock.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for part in context.parts() {
        let Change::Maintain(Maintenance::Lock { relations, mode, .. }) = part.change else { continue };
        let stops = mode.blocks_reads() || mode.blocks_writes();
        for name in relations.iter().map(|t| &t.name).filter(|name| stops && context.concerns(name)) {
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
