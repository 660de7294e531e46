//! `truncated-table`.

use altimeter_catalog::{Change, Maintenance, Name};

use crate::rule::{Finding, Rule, RuleContext, Severity, words};

pub(super) static RULE: Rule =
    Rule::in_statements("truncated-table", include_str!("truncated_table.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for part in context.parts() {
        let Change::Maintain(Maintenance::Truncate { tables, cascade, .. }) = part.change else { continue };
        let named: Vec<&Name> = tables.iter().map(|t| &t.name).collect();
        found.extend(named.iter().filter_map(|name| emptied(context, name, "")));
        if *cascade {
            let others = part.effect.locks.iter().map(|l| &l.object);
            let others = others.filter(|o| !named.contains(o) && referencing(context, o));
            found.extend(others.filter_map(|o| emptied(context, o, " too, because of CASCADE")));
        }
    }
    found
}

/// Whether the table has a foreign key, through which CASCADE reaches it.
fn referencing(context: &RuleContext<'_>, name: &Name) -> bool {
    context.catalog.table(name).is_some_and(|t| t.constraints.iter().any(|c| c.foreign.is_some()))
}

fn emptied(context: &RuleContext<'_>, name: &Name, why: &str) -> Option<Finding> {
    if !context.concerns(name) {
        return None;
    }
    let table = context.catalog.table(name)?;
    let severity = if table.size.rows.is_some() { Severity::Critical } else { Severity::High };
    let message = format!(
        "empties {name}{why}: {} are gone, under ACCESS EXCLUSIVE: nobody reads or writes it until the transaction ends",
        words::rows_of(table)
    );
    let safe = context
        .script()
        .say("if the rows are really to go: keep a dump, and delete in batches by key, each committed on its own;")
        .say("nobody waits, and it can be stopped halfway");
    Some(RULE.finding(severity, Some(name), message).instead(safe))
}
