//! `stricter-for-old-code`.

use altimeter_catalog::{Change, Column, Name};

use crate::rule::{Finding, Rule, RuleContext, Severity};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("stricter-for-old-code", include_str!("stricter_for_old_code.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    if context.plan_began_on.is_some() {
        return Vec::new();
    }
    let found = context.parts().iter().filter_map(|part| match part.change {
        Change::SetNotNull { table, column } => demanded(context, table, column),
        Change::AddConstraint { table, constraint } => {
            let column = safe::demands_not_null(context.engine, constraint)?;
            demanded(context, table, &column)
        }
        Change::DropDefault { table, column } => no_longer_filled(context, table, column),
        _ => None,
    });
    found.collect()
}

fn known<'a>(context: &RuleContext<'a>, table: &Name, column: &str) -> Option<&'a Column> {
    context.concerned(table)?.column(column)
}

/// A value is demanded of a column that code leaves NULL.
fn demanded(context: &RuleContext<'_>, table: &Name, column: &str) -> Option<Finding> {
    let known = known(context, table, column)?;
    // What is NOT NULL already, or proved to be, demands nothing new.
    let proved = context
        .catalog
        .table(table)?
        .constraints
        .iter()
        .any(|c| !c.not_enforced && safe::is_not_null(context.engine, &c.definition, column));
    if known.not_null || proved {
        return None;
    }
    let share = known.statistics.as_ref().map(|s| s.null_fraction);
    let (severity, evidence) = match share {
        Some(0.0) => return None,
        Some(share) => (
            Severity::High,
            format!("{} of its rows are NULL, so some code does not write it", percent(share)),
        ),
        None => (Severity::Low, "whether some code leaves it NULL is unknown".to_owned()),
    };
    let message = format!(
        "{table}.{column} must have a value from now on, NOT VALID or not: INSERTs and UPDATEs of code that leaves it NULL fail ({evidence}), and taking the release back makes that worse"
    );
    let mut safe = context.script().say("first release code that always writes it");
    if let Some(value) = context.engine.empty_value(context.catalog, &known.type_name) {
        safe = safe
            .say("or let a default, for a value that means nothing, stand in for code that leaves it out:")
            .run(safe::lock_timeout())
            .run(Change::SetDefault { table: table.clone(), column: column.to_owned(), expression: value });
    }
    let safe = safe.say("when no row has been written with a NULL for a while, demand it");
    Some(RULE.finding(severity, Some(table), message).instead(safe))
}

/// A column that must have a value loses what gave it one.
fn no_longer_filled(context: &RuleContext<'_>, table: &Name, column: &str) -> Option<Finding> {
    let known = known(context, table, column)?;
    if !known.not_null || known.default.is_none() {
        return None;
    }
    let message = format!(
        "{table}.{column} must have a value and no default gives it one any more: INSERTs of code that leaves it out fail at once"
    );
    let safe = context.script().say("first release code that always writes it, then drop the default");
    Some(RULE.finding(Severity::Medium, Some(table), message).instead(safe))
}

fn percent(share: f64) -> String {
    if share < 0.01 { "under 1 %".to_owned() } else { format!("{:.0} %", share * 100.0) }
}
