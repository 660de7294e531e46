//! `blocking-refresh`.

use altimeter_catalog::{Change, RelationChange, Table};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("blocking-refresh", include_str!("blocking_refresh.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::Relation(RelationChange::RefreshView { view, concurrently: false, .. }) = part.change
        else {
            return None;
        };
        let rows = context.catalog.table(view);
        if !context.concerns(view) || rows.is_some_and(|t| t.unpopulated) {
            return None;
        }
        // The query takes its time, which nobody knows; writing the rows is only a part of it.
        let (severity, says) = match context.wait(view, [view]) {
            Some(wait) => (wait.severity, wait.says),
            None if rows.and_then(|t| t.size.rows).is_some_and(|r| r < 10_000.0) => return None,
            None => (
                Severity::Medium,
                "under ACCESS EXCLUSIVE: nobody reads it until the query is done".to_owned(),
            ),
        };
        let message = format!("runs the query of {view} and writes its rows anew {says}");
        let concurrent = Change::Relation(RelationChange::RefreshView {
            view: view.clone(),
            concurrently: true,
            with_data: true,
        });
        let mut safe = context.script();
        if !rows.is_some_and(has_whole_unique_index) {
            safe = safe.say("once, a unique index over columns of the view, without a condition; then");
        }
        let safe = match rows.is_some_and(has_whole_unique_index) {
            true => safe.say("readers go on with the old rows").run(concurrent),
            false => safe.say(format!("{};", context.engine.print(context.catalog, &concurrent))),
        };
        Some(RULE.finding(severity, Some(view), message).instead(safe))
    });
    found.collect()
}

/// What the server demands of a view that is refreshed concurrently.
fn has_whole_unique_index(view: &Table) -> bool {
    view.indexes.iter().any(|i| {
        i.valid && i.definition.unique && i.definition.predicate.is_none() && i.definition.columns().is_some()
    })
}
