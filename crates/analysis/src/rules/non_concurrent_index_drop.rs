//! `non-concurrent-index-drop`.

use altimeter_catalog::Change;

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("non-concurrent-index-drop", include_str!("non_concurrent_index_drop.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::DropIndex { index, concurrently: false, if_exists } = part.change else { return None };
        let (severity, table, on) = match context.catalog.index(index) {
            Some((table, _)) => (context.instant(&table.name)?, Some(&table.name), table.name.to_string()),
            None if context.complete => return None,
            None => (Severity::Medium, None, "its table".to_owned()),
        };
        let message = format!(
            "drops {index} under ACCESS EXCLUSIVE on {on}: for an instant, but nobody reads or writes the table while the lock is waited for"
        );
        let drop = Change::DropIndex { index: index.clone(), concurrently: true, if_exists: *if_exists };
        let mut safe = context.script();
        if table.is_none() || context.refuses(&drop).is_none() {
            safe = safe.say("outside a transaction; nobody waits").run(drop);
        }
        Some(RULE.finding(severity, table, message).instead(safe))
    });
    found.collect()
}
