//! The texts of views, policies and extended statistics.

use std::collections::HashMap;

use altimeter_catalog::{InspectError, Name, PolicyDefinition, View};

use super::answers::Answers;
use super::drafts::Drafts;
use crate::lower::statistics_definition;
use crate::queries;

/// Adds the texts that could be read.
pub(super) fn add_definitions(
    drafts: &mut Drafts,
    views: &mut HashMap<i64, View>,
    answers: &Answers,
) -> Result<(), InspectError> {
    for row in answers.of(&queries::VIEW_DEFINITIONS) {
        let Some(view) = views.get_mut(&row.get::<i64>("id")?) else { continue };
        let text: Option<&str> = row.get("definition")?;
        view.definition = text.map(|t| t.trim().trim_end_matches(';').trim_end().to_owned());
    }
    for row in answers.of(&queries::POLICY_DEFINITIONS) {
        let name: &str = row.get("name")?;
        let policies = drafts.get_mut(row.get("table_id")?).map(|d| &mut d.table.policies);
        let Some(policy) = policies.and_then(|p| p.iter_mut().find(|p| p.name == name)) else { continue };
        policy.definition = Some(PolicyDefinition {
            roles: row.list("roles")?,
            using: row.get("using_expression")?,
            check: row.get("check_expression")?,
        });
    }
    for row in answers.of(&queries::STATISTICS_DEFINITIONS) {
        let name = row.name("schema", "name")?;
        let all = drafts.get_mut(row.get("table_id")?).map(|d| &mut d.table.statistics);
        let Some(statistics) = all.and_then(|s| s.iter_mut().find(|s| s.name == name)) else { continue };
        let text: Option<&str> = row.get("definition")?;
        statistics.definition = text.and_then(statistics_definition);
    }
    Ok(())
}

/// Views, and tables with policies, whose texts could not be read.
pub(super) fn unread(drafts: &Drafts, views: &HashMap<i64, View>) -> Vec<Name> {
    let views = views.values().filter(|v| v.definition.is_none() && !v.name.schema.starts_with("pg_"));
    let tables = drafts.iter().map(|d| &d.table);
    let tables = tables.filter(|t| t.policies.iter().any(|p| p.definition.is_none()));
    let mut found: Vec<Name> = views.map(|v| v.name.clone()).chain(tables.map(|t| t.name.clone())).collect();
    found.sort();
    found
}
