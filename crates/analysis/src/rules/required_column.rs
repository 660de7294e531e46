//! `required-column`.

use altimeter_catalog::{Change, Column};

use crate::rule::{Finding, Rule, RuleContext, Severity, words};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("required-column", include_str!("required_column.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    if context.plan_began_on.is_some() {
        return Vec::new();
    }
    let found = context.parts().iter().filter_map(|part| {
        let Change::AddColumn { table, column, .. } = part.change else { return None };
        let given = column.default.is_some() || column.identity.is_some() || column.generated.is_some();
        if !column.not_null || given || context.is_own(table) {
            return None;
        }
        let known = context.catalog.table(table);
        let name = &column.name;
        let code =
            format!("code that is still running and does not know {name} can no longer INSERT into {table}");
        let (severity, message) = match known.and_then(|t| t.size.rows) {
            Some(rows) if rows > 0.0 => {
                let rows = words::count(rows);
                (
                    Severity::Critical,
                    format!("fails: {rows} rows of {table} would have no value in {name}; and {code}"),
                )
            }
            Some(_) => (Severity::High, code),
            None => (Severity::High, format!("fails if {table} has a single row; and {code}")),
        };
        let bare = Column { not_null: false, ..column.clone() };
        let mut safe = context
            .script()
            .say("a column that may be NULL; then the application that writes it is released")
            .run(safe::lock_timeout())
            .run(Change::AddColumn { table: table.clone(), column: bare, if_not_exists: false });
        safe = match context.engine.empty_value(context.catalog, &column.type_name) {
            Some(value) => safe::backfill(safe, table, name, &value),
            None => safe.say(format!("fill {name} of the rows that are there, in batches")),
        };
        safe = safe.say("when no old code is left");
        let safe = safe::not_null(safe, table, name);
        Some(RULE.finding(severity, Some(table), message).instead(safe))
    });
    found.collect()
}
