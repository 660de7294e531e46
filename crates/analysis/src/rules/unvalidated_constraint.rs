//! `unvalidated-constraint`.

use altimeter_catalog::{Change, Name};

use crate::rule::{Placed, ReviewContext, Rule, Script, Severity};

pub(super) static RULE: Rule =
    Rule::in_reviews("unvalidated-constraint", include_str!("unvalidated_constraint.md"), find);

fn find(context: &ReviewContext<'_>) -> Vec<Placed> {
    let mut found = Vec::new();
    for (file, statement, reviewed) in context.statements() {
        for change in reviewed.judged.statement.changes.iter().flat_map(Change::parts) {
            let Change::AddConstraint { table, constraint } = change else { continue };
            let Some(name) =
                constraint.name.as_ref().filter(|_| constraint.not_valid && !constraint.not_enforced)
            else {
                continue;
            };
            if !still_open(context, table, name) {
                continue;
            }
            let message = format!(
                "{name} of {table} is never validated in these files: old rows may break it, the planner does not trust it, and it proves nothing (not NOT NULL, not a partition's bound)"
            );
            let validate = Change::ValidateConstraint { table: table.clone(), name: name.clone() };
            let safe = Script::new(context.engine, context.catalog)
                .run(change.clone())
                .say("in a later transaction; reads and writes go on")
                .run(validate);
            let finding = RULE.finding(Severity::Low, Some(table), message).instead(safe);
            found.push(Placed { file, statement, finding });
        }
    }
    found
}

/// Whether the last statement leaves it so, on a table that can have rows.
fn still_open(context: &ReviewContext<'_>, table: &Name, name: &str) -> bool {
    let known = context.catalog.table(table).filter(|t| t.size.rows != Some(0.0));
    known.is_some_and(|t| t.constraints.iter().any(|c| c.name == name && !c.validated))
}
