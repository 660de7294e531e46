//! `table-rewrite`.

use altimeter_catalog::{Change, ColumnAction, Maintenance, RelationChange, TableAction};

use crate::rule::{Finding, Rule, RuleContext};

pub(super) static RULE: Rule = Rule::in_statements("table-rewrite", include_str!("table_rewrite.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found =
        context.parts().iter().filter(|part| !has_a_rule_of_its_own(part.change)).filter_map(|part| {
            let table = part.change.tables().first().copied().or_else(|| part.rewrites().first())?;
            let wait = context.wait(table, part.rewrites())?;
            let message = format!("writes table and indexes anew {}", wait.says);
            let safe = context.script().say(advice(part.change));
            Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
        });
    found.collect()
}

/// Rewrites that other rules speak of.
fn has_a_rule_of_its_own(change: &Change) -> bool {
    matches!(
        change,
        Change::AddColumn { .. }
            | Change::AlterColumn { action: ColumnAction::Type { .. }, .. }
            | Change::Maintain(
                Maintenance::Vacuum(_) | Maintenance::Cluster { .. } | Maintenance::Truncate { .. }
            )
            | Change::Relation(RelationChange::RefreshView { .. })
    )
}

fn advice(change: &Change) -> &'static str {
    match change {
        Change::AlterWhole { action: TableAction::Tablespace(_), .. } | Change::Maintain(_) => {
            "new partitions and indexes can be made in the other tablespace, and an index be moved by building it again\n\
             there CONCURRENTLY; a whole table moves without a long lock with pg_repack (--tablespace)"
        }
        Change::AlterWhole { action: TableAction::Logged(true), .. } => {
            "make a logged table beside it, fill that in batches, and let it take the name"
        }
        _ => {
            "make a table of the wanted shape beside it, keep it in step by a trigger, fill it in batches, and let it take\n\
             the name; or do it while nobody needs the table"
        }
    }
}
