//! `missing-analyze`.

use altimeter_catalog::{Change, ColumnAction, IndexTarget, Maintenance, Name, Vacuum};

use crate::rule::{Placed, ReviewContext, Rule, Script, Severity};

pub(super) static RULE: Rule = Rule::in_reviews("missing-analyze", include_str!("missing_analyze.md"), find);

fn find(context: &ReviewContext<'_>) -> Vec<Placed> {
    let mut found: Vec<Placed> = Vec::new();
    let mut analyzed: Vec<&Name> = Vec::new();
    let mut all_analyzed = false;
    // Backwards: what comes later is known first.
    for (file, statement, reviewed) in context.statements().collect::<Vec<_>>().into_iter().rev() {
        for change in reviewed.judged.statement.changes.iter().flat_map(Change::parts) {
            match change {
                Change::Analyze { table, .. } => analyzed.push(table),
                Change::Maintain(
                    Maintenance::Analyze { tables }
                    | Maintenance::Vacuum(Vacuum { tables, analyze: true, .. }),
                ) => {
                    all_analyzed |= tables.is_empty();
                    analyzed.extend(tables.iter().map(|t| &t.name));
                }
                change => {
                    let Some((table, what)) = forgets(change) else { continue };
                    let big = context
                        .catalog
                        .table(table)
                        .is_some_and(|t| t.size.rows.is_none_or(|r| r > 10_000.0));
                    if !big || all_analyzed || analyzed.contains(&table) {
                        continue;
                    }
                    let message = format!(
                        "{what}: until the next ANALYZE of {table} the planner guesses, and queries may get bad plans just after the deploy"
                    );
                    let analyze = Change::Analyze { table: table.clone(), columns: Vec::new() };
                    let safe = Script::new(context.engine, context.catalog)
                        .say("afterwards; nobody waits")
                        .run(analyze);
                    let finding = RULE.finding(Severity::Low, Some(table), message).instead(safe);
                    found.push(Placed { file, statement, finding });
                }
            }
        }
    }
    found.reverse();
    found
}

/// What leaves the planner without statistics, and of what.
fn forgets(change: &Change) -> Option<(&Name, String)> {
    match change {
        Change::AlterColumn { table, column, action: ColumnAction::Type { .. } } => {
            Some((table, format!("the statistics of {column} go with its old type")))
        }
        Change::CreateIndex { index, .. } => {
            let expression = index.keys.iter().find_map(|k| match &k.target {
                IndexTarget::Expression(e) => Some(e),
                IndexTarget::Column(_) => None,
            })?;
            Some((&index.table, format!("there are no statistics of {expression} yet")))
        }
        _ => None,
    }
}
