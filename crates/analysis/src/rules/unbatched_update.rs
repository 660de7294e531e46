//! `unbatched-update`.

use altimeter_catalog::WriteCommand;

use crate::rule::{Finding, Rule, RuleContext, severity_of_wait, words};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("unbatched-update", include_str!("unbatched_update.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let in_one_go =
        context.effect.updates.iter().filter(|u| u.batch_rows.is_none() && u.command != WriteCommand::Insert);
    let found = in_one_go.filter(|u| context.concerns(&u.object)).filter_map(|update| {
        let duration = context.estimate.duration_ms.as_ref();
        let severity = severity_of_wait(duration, None, 0.0)?;
        let how_long = duration.map_or_else(|| "meanwhile".to_owned(), |d| format!("for {}", words::time_range(d)));
        let message = format!(
            "locks every row of {} it updates until the end: writers of them wait {how_long}, standbys get the log all at once, vacuum comes too late",
            update.object
        );
        let safe = safe::batches(context, &update.object);
        Some(RULE.finding(severity, Some(&update.object), message).instead(safe))
    });
    found.collect()
}
