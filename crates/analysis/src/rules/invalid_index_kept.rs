//! `invalid-index-kept`.

use altimeter_catalog::{Change, Maintenance, ReindexTarget};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("invalid-index-kept", include_str!("invalid_index_kept.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::CreateIndex { index, if_not_exists: true, .. } = part.change else { return None };
        let name = index.table.sibling(&index.name);
        let (table, known) = context.catalog.index(&name)?;
        if known.valid {
            return None;
        }
        let unique = if known.definition.unique { ", guarantees nothing" } else { "" };
        let message = format!(
            "{name} is there already, but invalid, left by a build that failed: IF NOT EXISTS is content with it, no query uses it{unique}, and every write of {} still pays for it",
            table.name
        );
        let again = Maintenance::Reindex { target: ReindexTarget::Index(name.clone()), concurrently: true };
        let safe = context
            .script()
            .say("outside a transaction; nobody waits")
            .run(Change::Maintain(again));
        Some(RULE.finding(Severity::High, Some(&name), message).instead(safe))
    });
    found.collect()
}
