//! `generated-column`.

use altimeter_catalog::{Change, Column};

use crate::rule::{Finding, Rule, RuleContext};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("generated-column", include_str!("generated_column.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AddColumn { table, column, .. } = part.change else { return None };
        let generated = column.generated.as_ref().filter(|g| g.stored)?;
        let wait = context.wait(table, part.rewrites())?;
        let message = format!(
            "works {} out for every row, so the whole table is written anew {}",
            column.name, wait.says
        );
        let bare = Column { generated: None, not_null: false, ..column.clone() };
        let name = &column.name;
        let safe = context
            .script()
            .say("a plain column, which a trigger BEFORE INSERT OR UPDATE (or the application) fills:")
            .say(format!("NEW.{name} := {};", generated.expression))
            .run(safe::lock_timeout())
            .run(Change::AddColumn { table: table.clone(), column: bare, if_not_exists: false });
        let safe = safe::backfill(safe, table, name, &generated.expression);
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}
