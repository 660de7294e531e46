//! `json-column`.

use altimeter_catalog::{Change, Column};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule = Rule::in_statements("json-column", include_str!("json_column.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AddColumn { table, column, .. } = part.change else { return None };
        if column.type_name != "json" || context.plan_began_on.is_some() || context.is_own(table) {
            return None;
        }
        let message = format!(
            "values of json cannot be compared: a query with DISTINCT, GROUP BY or UNION over all columns of {table} fails as soon as {} is there",
            column.name
        );
        let binary = Column { type_name: "jsonb".to_owned(), ..column.clone() };
        let safe = context
            .script()
            .run(crate::safe::lock_timeout())
            .run(Change::AddColumn { table: table.clone(), column: binary, if_not_exists: false });
        Some(RULE.finding(Severity::Low, Some(table), message).instead(safe))
    });
    found.collect()
}
