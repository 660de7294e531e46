//! `not-analysed`.

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule = Rule::in_statements("not-analysed", include_str!("not_analysed.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.effect.not_analysed.iter().map(|reason| {
        let message = format!("not analysed, judged at the highest lock: {reason}");
        let safe = context.script().say("write out what it does as plain statements, or look at it yourself");
        RULE.finding(Severity::High, None, message).instead(safe)
    });
    found.collect()
}
