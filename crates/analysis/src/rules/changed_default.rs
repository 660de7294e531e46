//! `changed-default`.

use altimeter_catalog::Change;

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("changed-default", include_str!("changed_default.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    if context.plan_began_on.is_some() {
        return Vec::new();
    }
    let found = context.parts().iter().filter_map(|part| {
        let Change::SetDefault { table, column, expression } = part.change else { return None };
        let known = context.concerned(table)?.column(column)?;
        let old = known.default.as_ref()?;
        if context.engine.canonical_default(context.catalog, &known.type_name, expression) == *old {
            return None;
        }
        let message = format!(
            "the default of {table}.{column} goes from {old} to {expression}: rows of code that leaves the column out change their meaning at that moment, and some ORMs send the default they once read"
        );
        let safe = context
            .script()
            .say(format!("first release code that always writes {column} itself, then change the default"));
        Some(RULE.finding(Severity::Low, Some(table), message).instead(safe))
    });
    found.collect()
}
