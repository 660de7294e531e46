//! `narrowing-type-change`.

use altimeter_catalog::{Change, ColumnAction, Narrowing};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("narrowing-type-change", include_str!("narrowing_type_change.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AlterColumn { table, column, action: ColumnAction::Type { type_name, .. } } = part.change
        else {
            return None;
        };
        let old = &context.concerned(table)?.column(column)?.type_name;
        let (severity, what) = match context.engine.narrowing(old, type_name)? {
            Narrowing::Refuses => (Severity::High, "one value that does not fit, and the statement fails after reading up to there"),
            Narrowing::Alters => (Severity::Critical, "values that do not fit are rounded or cut, and cannot be had back"),
        };
        let message = format!(
            "{table}.{column} goes from {old} to {type_name}, which has less room: {what}; code that still writes the old range fails from then on"
        );
        let safe = context
            .script()
            .say(format!("look first whether all values fit; forbid new ones that do not with a CHECK … NOT VALID on {column},"))
            .say("correct the old ones in batches, VALIDATE, and change the type last")
            .say("or leave the type and let the CHECK be the limit");
        Some(RULE.finding(severity, Some(table), message).instead(safe))
    });
    found.collect()
}
