//! `type-change-rewrites-table`.

use altimeter_catalog::{Change, Column, ColumnAction};

use crate::rule::{Finding, Rule, RuleContext};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("type-change-rewrites-table", include_str!("type_change_rewrites_table.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AlterColumn { table, column, action } = part.change else { return None };
        let ColumnAction::Type { type_name, collation, using } = action else { return None };
        let wait = context.wait(table, part.rewrites())?;
        let message = format!(
            "{column} becomes {type_name}, stored in another way, so table and indexes are written anew {}",
            wait.says
        );
        let old = context.catalog.table(table).and_then(|t| t.column(column));
        let new = Column {
            name: context.engine.fit_name(&format!("{column}_new")),
            type_name: type_name.clone(),
            collation: collation.clone(),
            ..Column::default()
        };
        let value = using.clone().unwrap_or_else(|| context.engine.replace_column("x", "x", column));
        let safe = safe::column_beside(context, table, old, &new, &value);
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}
