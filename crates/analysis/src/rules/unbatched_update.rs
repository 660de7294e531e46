//! `unbatched-update`.

use altimeter_catalog::WriteCommand;

use crate::rule::{Finding, Rule, RuleContext, words};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("unbatched-update", include_str!("unbatched_update.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.row_work(WriteCommand::Update).map(|work| {
        let message = format!(
            "locks {} of {} until the end: writers of them wait {}, standbys get the log all at once, vacuum comes too late",
            work.rows.map_or_else(|| "every row it updates".to_owned(), |n| format!("{} rows", words::count(n))),
            work.table,
            work.how_long
        );
        let safe = safe::batches(context, work.table);
        RULE.finding(work.severity, Some(work.table), message).instead(safe)
    });
    found.collect()
}
