//! `dropped-column`.

use altimeter_catalog::{Change, Name};

use crate::rule::{Finding, Part, Rule, RuleContext, Severity, words};

pub(super) static RULE: Rule = Rule::in_statements("dropped-column", include_str!("dropped_column.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    // What a plan made itself holds copies only.
    let before = context.plan_began_on.unwrap_or(context.catalog);
    let found = context.parts().iter().filter_map(|part| {
        let Change::DropColumn { table, column, .. } = part.change else { return None };
        let known = before.table(table).filter(|t| t.column(column).is_some() || t.columns.is_empty())?;
        if context.is_own(table) {
            return None;
        }
        let values = match known.size.rows {
            Some(0.0) => "there are no rows".to_owned(),
            Some(rows) => format!("the values of {} rows are gone", words::count(rows)),
            None => "its values are gone".to_owned(),
        };
        let severity = match (context.plan_began_on, known.size.rows) {
            // A plan has released the application without it before.
            (Some(_), _) => Severity::Medium,
            (None, Some(0.0)) => Severity::High,
            (None, _) => Severity::Critical,
        };
        let message = format!(
            "{table}.{column}: {values}, and code that still names it fails at once{}{}",
            context.signs_of_use(table, Some(column)),
            goes_along(part)
        );
        let finding = RULE.finding(severity, Some(table), message);
        Some(match context.plan_began_on {
            Some(_) => finding,
            None => finding.instead(instead(context, table, column, part.change)),
        })
    });
    found.collect()
}

/// What the server drops with it without a word.
fn goes_along(part: &Part<'_>) -> String {
    let drops: Vec<String> = part.effect.drops.iter().map(Name::to_string).collect();
    if drops.is_empty() { String::new() } else { format!("; {} goes with it", words::list(&drops)) }
}

fn instead(context: &RuleContext<'_>, table: &Name, column: &str, drop: &Change) -> String {
    let mut safe = context.script().say(format!("first release the application without {column}"));
    let required = context.catalog.table(table).and_then(|t| t.column(column)).is_some_and(|c| c.not_null);
    if required {
        safe = safe
            .say("before that, so that rows can be written without it:")
            .run(crate::safe::lock_timeout())
            .run(Change::DropNotNull { table: table.clone(), column: column.to_owned() });
    }
    let sql = context.engine.print(context.catalog, drop);
    safe.say("keep a dump of the values; when nothing names it any more (pg_stat_statements), in a later migration:")
        .say(format!("{sql};"))
        .into()
}
