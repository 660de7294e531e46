//! `dropped-table`.

use altimeter_catalog::{Change, DropTarget, Name, RelationChange, RelationWord};

use crate::rule::{Finding, Rule, RuleContext, Severity, words};

pub(super) static RULE: Rule = Rule::in_statements("dropped-table", include_str!("dropped_table.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    if context.plan_began_on.is_some() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for part in context.parts() {
        if let Change::Relation(RelationChange::Drop { targets, .. }) = part.change {
            found.extend(targets.iter().flat_map(|target| of_target(context, target)));
        }
    }
    found
}

fn of_target(context: &RuleContext<'_>, target: &DropTarget) -> Vec<Finding> {
    match target {
        DropTarget::Relation { word, name } => dropped(context, *word, name).into_iter().collect(),
        DropTarget::Schema(schema) => {
            let inside = context.catalog.tables.iter().filter(|t| &t.name.schema == schema);
            inside.filter_map(|t| dropped(context, RelationWord::Table, &t.name)).collect()
        }
        _ => Vec::new(),
    }
}

fn dropped(context: &RuleContext<'_>, word: RelationWord, name: &Name) -> Option<Finding> {
    let holds_rows = !matches!(word, RelationWord::View | RelationWord::Sequence | RelationWord::Index);
    if word == RelationWord::Index
        || context.is_own(name)
        || (context.complete && !context.catalog.has_relation(name))
    {
        return None;
    }
    let table = context.catalog.table(name).filter(|_| holds_rows);
    let (severity, what) = match table.map(|t| t.size.rows) {
        Some(Some(0.0)) => (Severity::Medium, "it is empty".to_owned()),
        Some(Some(_)) => (Severity::Critical, format!("{} are gone", table.map(words::rows_of)?)),
        Some(None) => (Severity::High, "its rows are gone, how many is unknown".to_owned()),
        None if word == RelationWord::MaterializedView => (Severity::High, "its rows are gone".to_owned()),
        None => (Severity::High, "no rows are lost".to_owned()),
    };
    let message = format!(
        "drops {name}: {what}, and code that still names it fails at once{}",
        context.signs_of_use(name, None)
    );
    let mut safe = context.script();
    if holds_rows {
        let to = context.engine.fit_name(&format!("{}_dropped", name.name));
        let rename = RelationChange::Rename { word, relation: name.clone(), to, if_exists: false };
        safe = safe
            .say("when no code names it any more: rename it, which can be taken back in an instant")
            .run(crate::safe::lock_timeout())
            .run(Change::Relation(rename))
            .say("keep a dump; drop it in a later migration, when nobody has asked for it");
    } else {
        safe = safe.say("release the application without it first");
    }
    Some(RULE.finding(severity, Some(name), message).instead(safe))
}
