//! `numbering-column`.

use altimeter_catalog::{Change, Column};

use crate::rule::{Finding, Rule, RuleContext};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("numbering-column", include_str!("numbering_column.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AddColumn { table, column, .. } = part.change else { return None };
        let numbers = column.identity.is_some()
            || column.default.as_deref().is_some_and(|d| safe::sequence_of(d).is_some());
        if !numbers {
            return None;
        }
        let wait = context.wait(table, part.rewrites())?;
        let message =
            format!("numbers the rows that are there, so the whole table is written anew {}", wait.says);
        let bare = Column { default: None, identity: None, not_null: false, ..column.clone() };
        let sequence = table.sibling(context.engine.fit_name(&format!("{}_{}_seq", table.name, column.name)));
        let next = context.engine.next_value(&sequence);
        let mut safe = context
            .script()
            .say("the column without numbers: a lock for an instant; then a sequence, for new rows")
            .run(safe::lock_timeout())
            .run(Change::AddColumn { table: table.clone(), column: bare, if_not_exists: false })
            .run(safe::owned_sequence(&sequence, table, column))
            .run(Change::SetDefault {
                table: table.clone(),
                column: column.name.clone(),
                expression: next.clone(),
            });
        safe = safe::backfill(safe, table, &column.name, &next);
        safe = safe::not_null(safe, table, &column.name);
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}
