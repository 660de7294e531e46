//! `unknown-suppression`.

use crate::rule::{Finding, Rule, Severity};

pub(super) static RULE: Rule = Rule::elsewhere("unknown-suppression", include_str!("unknown_suppression.md"));

/// A comment allows a rule that does not exist.
pub(crate) fn finding(rule: &str) -> Finding {
    let near = super::nearest(rule);
    let message = format!("a comment allows {rule}, but there is no such rule; the nearest is {near}");
    RULE.finding(Severity::Medium, None, message)
        .instead(format!("-- altimeter: allow {near} (why this is fine here)"))
}
