//! `scanning-domain`.

use altimeter_catalog::{Change, RelationChange, TypeAction};

use crate::rule::{Finding, Rule, RuleContext};

pub(super) static RULE: Rule =
    Rule::in_statements("scanning-domain", include_str!("scanning_domain.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::Relation(RelationChange::AlterType { name, action, .. }) = part.change else { return None };
        let first = part.effect.scans.iter().find(|t| context.concerns(t))?;
        let wait = context.wait(first, &part.effect.scans)?;
        let message = format!("reads every table with a column of {name} {}", wait.says);
        let mut safe = context.script();
        if let TypeAction::AddConstraint { sql, .. } = action {
            safe = safe
                .say(format!("a domain has no way to check old values with nobody waiting; its tables have: {sql}"))
                .say("with the column's name for VALUE, as a CHECK of each table, NOT VALID, then VALIDATE in another");
        } else {
            safe = safe.say("a domain has no way to check old values with nobody waiting; say the same as a CHECK of each");
            safe = safe.say("table that uses it, NOT VALID, then VALIDATE in another");
        }
        safe = safe.say("transaction; on the domain itself the constraint can stay NOT VALID: it holds for new values");
        Some(RULE.finding(wait.severity, Some(first), message).instead(safe))
    });
    found.collect()
}
