//! `non-concurrent-index-drop`.

use altimeter_catalog::Change;

use crate::rule::{Finding, Rule, RuleContext};

pub(super) static RULE: Rule =
    Rule::in_statements("non-concurrent-index-drop", include_str!("non_concurrent_index_drop.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::DropIndex { index, concurrently: false, if_exists } = part.change else { return None };
        let (table, _) = context.catalog.index(index)?;
        let severity = context.instant(&table.name)?;
        let message = format!(
            "drops {index} under ACCESS EXCLUSIVE on {}: for an instant, but nobody reads or writes the table while the lock is waited for",
            table.name
        );
        let drop = Change::DropIndex { index: index.clone(), concurrently: true, if_exists: *if_exists };
        let mut safe = context.script();
        if context.refuses(&drop).is_none() {
            safe = safe.say("outside a transaction; nobody waits").run(drop);
        }
        Some(RULE.finding(severity, Some(&table.name), message).instead(safe))
    });
    found.collect()
}
