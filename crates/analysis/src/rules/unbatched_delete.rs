//! `unbatched-delete`.

use crate::rule::{Finding, Rule, RuleContext};

pub(super) static RULE: Rule =
    Rule::in_statements("unbatched-delete", include_str!("unbatched_delete.md"), find);

fn find(_context: &RuleContext<'_>) -> Vec<Finding> {
    Vec::new()
}
