//! `volatile-column-default`.

use altimeter_catalog::{Change, Column, Volatility};

use crate::rule::{Finding, Rule, RuleContext};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("volatile-column-default", include_str!("volatile_column_default.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AddColumn { table, column, .. } = part.change else { return None };
        let default = column.default.as_ref().filter(|_| column.identity.is_none())?;
        if context.engine.volatility(context.catalog, default) == Volatility::Constant
            || safe::sequence_of(default).is_some()
        {
            return None;
        }
        let wait = context.wait(table, part.rewrites())?;
        let message = format!(
            "{default} gives each row a value of its own, so the whole table is written anew {}",
            wait.says
        );
        let bare = Column { default: None, not_null: false, ..column.clone() };
        let mut safe = context
            .script()
            .say("the column without a default: a lock for an instant; then the default, for new rows only")
            .run(safe::lock_timeout())
            .run(Change::AddColumn { table: table.clone(), column: bare, if_not_exists: false })
            .run(Change::SetDefault {
                table: table.clone(),
                column: column.name.clone(),
                expression: default.clone(),
            });
        safe = safe::backfill(safe, table, &column.name, default);
        if column.not_null {
            safe = safe::not_null(safe, table, &column.name);
        }
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}
