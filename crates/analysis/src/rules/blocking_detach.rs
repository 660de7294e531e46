//! `blocking-detach`.

use altimeter_catalog::{Change, DetachMode, PartitionChange};

use crate::rule::{Finding, Rule, RuleContext};

pub(super) static RULE: Rule =
    Rule::in_statements("blocking-detach", include_str!("blocking_detach.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::Partition(PartitionChange::Detach { parent, child, mode: DetachMode::Plain }) = part.change
        else {
            return None;
        };
        let severity = context.instant(parent)?;
        let mode = context.effect.lock_on(parent).filter(|m| m.blocks_reads())?;
        let message = format!(
            "detaches {child} under {mode} on {parent}: for an instant, but nobody reads or writes any partition while the lock is waited for"
        );
        let concurrent = Change::Partition(PartitionChange::Detach {
            parent: parent.clone(),
            child: child.clone(),
            mode: DetachMode::Concurrently,
        });
        let safe = match context.refuses(&concurrent) {
            None => context.script().say("outside a transaction; nobody waits").run(concurrent),
            Some(_) => context
                .script()
                .say("give up soon rather than keep everybody waiting, and try again")
                .run(crate::safe::lock_timeout())
                .run(part.change.clone()),
        };
        Some(RULE.finding(severity, Some(parent), message).instead(safe))
    });
    found.collect()
}
