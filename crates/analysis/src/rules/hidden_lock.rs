//! `hidden-lock`.

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule = Rule::in_statements("hidden-lock", include_str!("hidden_lock.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let hidden = context.effect.locks.iter().filter_map(|lock| {
        let through = lock.through.as_deref()?;
        let stops = lock.mode.blocks_writes() || lock.mode.blocks_reads();
        // A partition or an index comes with its table; nobody is surprised by that.
        let with_its_table = context.catalog.index(&lock.object).is_some()
            || through.starts_with("partition")
            || through.starts_with("inherits")
            || context.statement.changes.iter().flat_map(|c| c.tables()).any(|t| *t == lock.object);
        (stops && !with_its_table && context.concerned(&lock.object).is_some()).then_some((lock, through))
    });
    let found = hidden.filter_map(|(lock, through)| {
        let what = if lock.mode.blocks_reads() { "reads or writes" } else { "writes" };
        let (severity, says) = match context.wait(&lock.object, [&lock.object]) {
            Some(wait) if context.works_on_rows() => (wait.severity, wait.says),
            _ => {
                let says = format!("under {}: nobody {what} it while the lock is waited for", lock.mode);
                (context.instant(&lock.object)?.max(Severity::Low), says)
            }
        };
        let message = format!("locks {} too, which it does not name, through {through}, {says}", lock.object);
        let safe = context
            .script()
            .say(format!("reckon with {} as with the table the statement names: the same lock_timeout, the same quiet hour", lock.object))
            .run(crate::safe::lock_timeout());
        Some(RULE.finding(severity, Some(&lock.object), message).instead(safe))
    });
    found.collect()
}
