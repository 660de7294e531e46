//! `disabled-triggers`.

use altimeter_catalog::{Change, TableAction};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("disabled-triggers", include_str!("disabled_triggers.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AlterWhole { table, action: TableAction::SetTrigger { name: None, enabled } } = part.change
        else {
            return None;
        };
        if enabled != "disabled" || !context.concerns(table) {
            return None;
        }
        let referenced = context.catalog.referencing(table).len();
        let own = context.catalog.table(table)?.constraints.iter().filter(|c| c.foreign.is_some()).count();
        let keys = match own + referenced {
            0 => String::new(),
            n => format!(" With ALL, {n} foreign keys are not checked either: rows that break them stay, and no VALIDATE finds them."),
        };
        let message = format!(
            "no trigger of {table} fires until somebody enables them again: audit, updated_at, copies fall behind.{keys}"
        );
        let safe = context
            .script()
            .say("disable one trigger by name, in a transaction that enables it again before it ends;")
            .say("or for this session alone: a trigger that looks at a setting of its own");
        Some(RULE.finding(Severity::High, Some(table), message).instead(safe))
    });
    found.collect()
}
