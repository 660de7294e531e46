//! `unlogged-table`.

use altimeter_catalog::{Change, TableAction};

use crate::rule::{Finding, Rule, RuleContext, Severity, words};

pub(super) static RULE: Rule = Rule::in_statements("unlogged-table", include_str!("unlogged_table.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AlterWhole { table, action: TableAction::Logged(false) } = part.change else { return None };
        if !context.concerns(table) {
            return None;
        }
        let rows = context.catalog.table(table).map_or_else(|| "its rows".to_owned(), words::rows_of);
        let message = format!(
            "{table} is no longer logged: {rows} are empty after a crash, standbys no longer have them, and no backup by log does"
        );
        let safe = context
            .script()
            .say("for rows that may be lost: a table of their own, made UNLOGGED from the beginning");
        Some(RULE.finding(Severity::High, Some(table), message).instead(safe))
    });
    found.collect()
}
