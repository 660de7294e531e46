//! `dropped-not-null`.

use altimeter_catalog::Change;

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("dropped-not-null", include_str!("dropped_not_null.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    if context.plan_began_on.is_some() {
        return Vec::new();
    }
    let found = context.parts().iter().filter_map(|part| {
        let Change::DropNotNull { table, column } = part.change else { return None };
        let known = context.concerned(table)?.column(column)?;
        if !known.not_null {
            return None;
        }
        let message = format!(
            "{table}.{column} may be NULL from now on: code that reads it as a plain value fails on the first NULL somebody writes"
        );
        let safe = context.script().say(format!("first release code that reads a NULL in {column}, then allow it"));
        Some(RULE.finding(Severity::Low, Some(table), message).instead(safe))
    });
    found.collect()
}
