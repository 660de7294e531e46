//! `unbatched-delete`.

use altimeter_catalog::WriteCommand;

use crate::rule::{Finding, Rule, RuleContext, words};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("unbatched-delete", include_str!("unbatched_delete.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.row_work(WriteCommand::Delete).map(|work| {
        let message = format!(
            "deletes {} of {} in one transaction: writers of them wait {}, standbys get the log all at once, and when it is committed they are gone",
            work.rows.map_or_else(|| "many rows".to_owned(), |n| format!("{} rows", words::count(n))),
            work.table,
            work.how_long
        );
        let safe = safe::batches(context, work.table);
        RULE.finding(work.severity, Some(work.table), message).instead(safe)
    });
    found.collect()
}
