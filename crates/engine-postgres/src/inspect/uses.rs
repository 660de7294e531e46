//! What views, rules and policies use beside the tables they are about.

use std::collections::{HashMap, HashSet};

use altimeter_catalog::{Catalog, Dependency, InspectError, Name, Rule, View};

use super::answers::Answers;
use super::drafts::Drafts;
use crate::{body, queries};

/// Adds functions and types to views, functions and other relations to policies.
pub(super) fn add_uses(
    drafts: &mut Drafts,
    views: &mut HashMap<i64, View>,
    answers: &Answers,
) -> Result<(), InspectError> {
    for row in answers.of(&queries::USES) {
        let id: i64 = row.get("relation_id")?;
        let used = row.name("schema", "name")?;
        let what: &str = row.get("what")?;
        let Some(policy) = row.get::<Option<&str>>("policy")? else {
            let Some(view) = views.get_mut(&id) else { continue };
            match what {
                "function" => view.functions.push(used),
                "type" => view.types.push(used),
                _ => {}
            }
            continue;
        };
        let policies = drafts.get_mut(id).map(|d| &mut d.table.policies);
        let Some(policy) = policies.and_then(|p| p.iter_mut().find(|p| p.name == policy)) else { continue };
        match what {
            "function" => policy.functions.push(used),
            "relation" => need(&mut policy.needs, used, row.get("column_name")?),
            _ => {}
        }
    }
    Ok(())
}

fn need(needs: &mut Vec<Dependency>, on: Name, column: Option<String>) {
    match needs.iter_mut().find(|d| d.on == on) {
        Some(known) => known.columns.extend(column),
        None => needs.push(Dependency { on, columns: column.into_iter().collect() }),
    }
}

/// A rule as it came, its definition not yet parsed.
struct Draft {
    relation: Name,
    rule: Rule,
    definition: Option<String>,
}

/// The name of the relation each rule is on, found while tables and views still have their numbers.
pub(super) struct Rules(Vec<Draft>);

/// Reads the rules.
pub(super) fn rules(
    drafts: &Drafts,
    views: &HashMap<i64, View>,
    answers: &Answers,
) -> Result<Rules, InspectError> {
    let mut found = Vec::new();
    for row in answers.of(&queries::RULES) {
        let id: i64 = row.get("relation_id")?;
        let Some(relation) = drafts.name(id).or_else(|| views.get(&id).map(|v| &v.name)).cloned() else {
            continue;
        };
        let event = match row.get::<&str>("event")? {
            "1" => "SELECT",
            "2" => "UPDATE",
            "3" => "INSERT",
            _ => "DELETE",
        };
        let rule = Rule {
            name: row.get("name")?,
            event: event.to_owned(),
            instead: row.get("instead")?,
            statements: Vec::new(),
            columns: row.list("columns")?,
            definition: row.get("definition")?,
        };
        found.push(Draft { relation, rule, definition: row.get("definition")? });
    }
    Ok(Rules(found))
}

/// Adds the rules to tables and views, once all relations are known.
pub(super) fn add_rules(catalog: &mut Catalog, rules: Rules) {
    let relations: HashSet<Name> = catalog
        .tables
        .iter()
        .map(|t| t.name.clone())
        .chain(catalog.views.iter().map(|v| v.name.clone()))
        .collect();
    for draft in rules.0 {
        let path = catalog.server.search_path.clone();
        let body = draft.definition.as_deref().and_then(body::read_rule);
        let statements =
            body.map(|b| body::statements(&b, &path, &|n| relations.contains(n) && *n != draft.relation));
        let rule = Rule { statements: statements.unwrap_or_default(), ..draft.rule };
        if let Some(table) = catalog.table_mut(&draft.relation) {
            table.rules.push(rule);
        } else if let Some(view) = catalog.views.get_mut(&draft.relation) {
            view.rules.push(rule);
        }
    }
}
