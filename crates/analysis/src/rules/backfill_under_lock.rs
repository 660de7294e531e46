//! `backfill-under-lock`.

use altimeter_catalog::{Change, SessionChange};

use crate::rule::{Finding, Rule, RuleContext};

pub(super) static RULE: Rule =
    Rule::in_statements("backfill-under-lock", include_str!("backfill_under_lock.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    if !context.writes_rows() {
        return Vec::new();
    }
    let Some(held) = context.extends() else { return Vec::new() };
    let message = format!(
        "writes rows while the lock of line {} on {} is still held, {}",
        held.line, held.object, held.wait.says
    );
    let safe = context
        .script()
        .say(format!("the schema first, in a transaction that ends after line {}:", held.line))
        .run(Change::Session(SessionChange::Commit { chain: false }))
        .say("the rows later, in batches by key, each committed on its own");
    vec![RULE.finding(held.wait.severity, Some(&held.object), message).instead(safe)]
}
