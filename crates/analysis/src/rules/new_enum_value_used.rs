//! `new-enum-value-used`.

use altimeter_catalog::{Change, EngineName, Name, RelationChange, SessionChange, TypeAction};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("new-enum-value-used", include_str!("new_enum_value_used.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let Some(transaction) = context.transaction else { return Vec::new() };
    let before = transaction.statements.iter();
    let added = before.flat_map(|j| j.statement.changes.iter().map(move |c| (j.statement.line, c)));
    let added =
        added.filter_map(|(line, change)| added_label(change).map(|(name, label)| (line, name, label)));
    // From PostgreSQL 17 on a type of the same transaction may be used with all its labels (measured on 13 to 18).
    let server = &context.catalog.server;
    let spares_own = server.engine == EngineName::Postgresql && server.major() >= 17;
    let began_on = transaction.began_on();
    let known = added.filter(|(_, name, _)| !spares_own || began_on.types.iter().any(|t| &t.name == *name));
    let used = known.filter(|(_, _, label)| {
        let literal = format!("'{}'", label.replace('\'', "''"));
        context.statement.sql.contains(&literal)
            && !context.statement.changes.iter().any(|c| added_label(c).is_some())
    });
    let found = used.map(|(line, name, label)| {
        let message = format!(
            "fails: '{label}' was added to {name} by the same transaction (line {line}) and cannot be used before that is committed"
        );
        let safe = context
            .script()
            .say(format!("end the transaction after line {line}"))
            .run(Change::Session(SessionChange::Commit { chain: false }))
            .say(format!("{};", context.statement.sql));
        RULE.finding(Severity::Critical, Some(name), message).instead(safe)
    });
    found.collect()
}

fn added_label(change: &Change) -> Option<(&Name, &String)> {
    match change {
        Change::Relation(RelationChange::AlterType {
            name,
            action: TypeAction::AddValue { label, .. },
            ..
        }) => Some((name, label)),
        _ => None,
    }
}
