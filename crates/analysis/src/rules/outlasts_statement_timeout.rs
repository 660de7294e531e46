//! `outlasts-statement-timeout`.

use altimeter_catalog::{Change, SessionChange};

use crate::rule::{Finding, Rule, RuleContext, Severity, words};

pub(super) static RULE: Rule =
    Rule::in_statements("outlasts-statement-timeout", include_str!("outlasts_statement_timeout.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let limit = context.catalog.server.setting_number("statement_timeout").filter(|ms| *ms > 0.0);
    let (Some(limit), Some(duration)) = (limit, context.estimate.duration_ms.as_ref()) else {
        return Vec::new();
    };
    if duration.high <= limit {
        return Vec::new();
    }
    let severity = if duration.likely > limit { Severity::High } else { Severity::Low };
    let message = format!(
        "takes {}, but statement_timeout ends it after {}: the work is lost, an index built CONCURRENTLY stays behind invalid",
        words::time_range(duration),
        words::time(limit)
    );
    let no_limit = SessionChange::Set {
        name: "statement_timeout".to_owned(),
        value: Some("0".to_owned()),
        local: context.transaction.is_some(),
    };
    let safe =
        context.script().say("for this statement, where it stops nobody:").run(Change::Session(no_limit));
    vec![RULE.finding(severity, context.effect.locks.first().map(|l| &l.object), message).instead(safe)]
}
