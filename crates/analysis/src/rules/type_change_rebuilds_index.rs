//! `type-change-rebuilds-index`.

use altimeter_catalog::{Change, ColumnAction};

use crate::rule::{Finding, Rule, RuleContext, words};

pub(super) static RULE: Rule =
    Rule::in_statements("type-change-rebuilds-index", include_str!("type_change_rebuilds_index.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AlterColumn { table, column, action: ColumnAction::Type { type_name, .. } } = part.change
        else {
            return None;
        };
        let built = &part.effect.index_builds;
        if built.is_empty() || !part.rewrites().is_empty() {
            return None;
        }
        let wait = context.wait(table, std::iter::once(table).chain(&part.effect.scans))?;
        let names: Vec<String> = built.iter().map(ToString::to_string).collect();
        let message = format!(
            "{column} becomes {type_name} without touching the rows, but {} must be built anew {}",
            words::list(&names),
            wait.says
        );
        let mut safe = context.script().say("outside a transaction: drop what would be built anew");
        for index in built {
            safe = safe.run(Change::DropIndex { index: index.clone(), concurrently: true, if_exists: false });
        }
        safe = safe
            .say("then the type: a lock for an instant")
            .run(crate::safe::lock_timeout())
            .run(part.change.clone());
        safe = safe.say("then the same again; until then queries do without");
        for (_, index) in built.iter().filter_map(|name| context.catalog.index(name)) {
            let index = index.definition.clone();
            safe = safe.run(Change::CreateIndex { index, concurrently: true, if_not_exists: false });
        }
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}
