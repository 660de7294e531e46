//! `cascading-drop`.

use altimeter_catalog::{Change, DropTarget, Name, RelationChange};

use crate::rule::{Finding, Rule, RuleContext, Severity, words};

pub(super) static RULE: Rule = Rule::in_statements("cascading-drop", include_str!("cascading_drop.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let named = cascades(part.change)?;
        let along = part.effect.drops.iter().filter(|d| !named.contains(d) && !context.is_own(d));
        // An index goes with its table or column whether or not CASCADE is said.
        let along = along.filter(|d| context.catalog.index(d).is_none());
        let along: Vec<String> = along.map(Name::to_string).collect();
        if along.is_empty() {
            return None;
        }
        let message = format!("CASCADE drops {} as well, without asking", words::list(&along));
        let safe = context
            .script()
            .say("name what shall go, each on its own, and leave CASCADE out:")
            .say("the server then refuses what somebody has forgotten");
        Some(RULE.finding(Severity::High, named.first().copied(), message).instead(safe))
    });
    found.collect()
}

/// What the statement names, if it says CASCADE.
fn cascades(change: &Change) -> Option<Vec<&Name>> {
    match change {
        Change::DropColumn { table, cascade: true, .. } => Some(vec![table]),
        Change::Relation(RelationChange::Drop { targets, cascade: true, .. }) => {
            Some(targets.iter().filter_map(DropTarget::relation).collect())
        }
        _ => None,
    }
}
