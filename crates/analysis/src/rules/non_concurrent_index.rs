//! `non-concurrent-index`.

use altimeter_catalog::Change;

use crate::rule::{Finding, Rule, RuleContext};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("non-concurrent-index", include_str!("non_concurrent_index.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::CreateIndex { index, concurrently: false, .. } = part.change else { return None };
        let wait = context.wait(&index.table, part.only_scans())?;
        let message = format!("builds the index {} {}", index.name, wait.says);
        let safe = safe::index(context.script(), index);
        Some(RULE.finding(wait.severity, Some(&index.table), message).instead(safe))
    });
    found.collect()
}
