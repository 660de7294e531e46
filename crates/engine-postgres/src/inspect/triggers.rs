//! Triggers and row security policies.

use std::collections::HashMap;

use altimeter_catalog::{InspectError, Policy, Trigger, View};

use super::answers::{Answers, Cells};
use super::drafts::Drafts;
use crate::queries;

/// Adds the triggers users made.
pub(super) fn add_triggers(
    drafts: &mut Drafts,
    views: &mut HashMap<i64, View>,
    answers: &Answers,
) -> Result<(), InspectError> {
    for row in answers.of(&queries::TRIGGERS) {
        let id: i64 = row.get("table_id")?;
        if let Some(draft) = drafts.get_mut(id) {
            draft.table.triggers.push(trigger(row)?);
        } else if let Some(view) = views.get_mut(&id) {
            view.triggers.push(trigger(row)?);
        }
    }
    Ok(())
}

fn trigger(row: Cells<'_>) -> Result<Trigger, InspectError> {
    let bits: i32 = row.get("bits")?;
    Ok(Trigger {
        name: row.get("name")?,
        function: row.name("function_schema", "function_name")?,
        before: bits & BEFORE != 0,
        per_row: bits & ROW != 0,
        events: events(bits),
        columns: row.list("columns")?,
        enabled: match row.get::<&str>("enabled")? {
            "A" => "always",
            "R" => "replica",
            "D" => "disabled",
            _ => "origin",
        }
        .to_owned(),
        definition: row.get("definition")?,
        comment: None,
    })
}

// The bits of pg_trigger.tgtype (server source, catalog/pg_trigger.h).
const ROW: i32 = 1;
const BEFORE: i32 = 2;
const EVENTS: [(i32, &str); 4] = [(4, "INSERT"), (16, "UPDATE"), (8, "DELETE"), (32, "TRUNCATE")];

fn events(bits: i32) -> Vec<String> {
    EVENTS.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, event)| (*event).to_owned()).collect()
}

/// Adds the row security policies.
pub(super) fn add_policies(drafts: &mut Drafts, answers: &Answers) -> Result<(), InspectError> {
    for row in answers.of(&queries::POLICIES) {
        let policy = Policy {
            name: row.get("name")?,
            permissive: row.get("permissive")?,
            command: match row.get::<&str>("command")? {
                "r" => "SELECT",
                "a" => "INSERT",
                "w" => "UPDATE",
                "d" => "DELETE",
                _ => "ALL",
            }
            .to_owned(),
            columns: row.list("columns")?,
            ..Policy::default()
        };
        if let Some(draft) = drafts.get_mut(row.get("table_id")?) {
            draft.table.policies.push(policy);
        }
    }
    Ok(())
}

/// Names of the event triggers that are on.
pub(super) fn event_triggers(answers: &Answers) -> Result<Vec<String>, InspectError> {
    let mut names = answers
        .of(&queries::EVENT_TRIGGERS)
        .map(|row| row.get("name"))
        .collect::<Result<Vec<String>, _>>()?;
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_from_the_bits() {
        assert_eq!(events(23), ["INSERT", "UPDATE"]);
        assert_eq!(events(40), ["DELETE", "TRUNCATE"]);
    }
}
