//! `work-under-lock`.

use altimeter_catalog::Change;

use crate::rule::{Finding, Rule, RuleContext};

pub(super) static RULE: Rule =
    Rule::in_statements("work-under-lock", include_str!("work_under_lock.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    // Two kinds of work have rules of their own.
    if context.writes_rows() || context.validates_own_constraint().is_some() {
        return Vec::new();
    }
    let Some(held) = context.extends() else { return Vec::new() };
    let message = format!(
        "works while the lock of line {} on {} is still held, {}",
        held.line, held.object, held.wait.says
    );
    let safe = context
        .script()
        .say(format!(
            "end the transaction after line {}, so that its lock is given back before this begins:",
            held.line
        ))
        .run(Change::Session(altimeter_catalog::SessionChange::Commit { chain: false }));
    vec![RULE.finding(held.wait.severity, Some(&held.object), message).instead(safe)]
}
