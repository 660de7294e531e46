//! `bare-suppression`.

use crate::rule::{Finding, Rule, Severity, words};

pub(super) static RULE: Rule = Rule::elsewhere("bare-suppression", include_str!("bare_suppression.md"));

/// A comment allows these rules without saying why.
pub(crate) fn finding(rules: &[String]) -> Finding {
    let message = match rules {
        [] => "a comment allows something but names no rule, so it allows nothing".to_owned(),
        rules => format!("a comment allows {} without a reason, so it allows nothing", words::list(rules)),
    };
    let rules = if rules.is_empty() { "RULE".to_owned() } else { rules.join(", ") };
    RULE.finding(Severity::Medium, None, message)
        .instead(format!("-- altimeter: allow {rules} (why this is fine here)"))
}
