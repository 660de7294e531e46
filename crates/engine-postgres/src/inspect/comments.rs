//! What people wrote about relations and their parts.

use std::collections::HashMap;

use altimeter_catalog::{InspectError, Name, View};

use super::answers::Answers;
use super::drafts::Drafts;
use crate::queries;

/// Adds the comments, those on columns left out, which come with the columns.
pub(super) fn add_comments(
    drafts: &mut Drafts,
    views: &mut HashMap<i64, View>,
    answers: &Answers,
) -> Result<(), InspectError> {
    for row in answers.of(&queries::COMMENTS) {
        let id: i64 = row.get("relation_id")?;
        let (what, name): (&str, &str) = (row.get("what")?, row.get("name")?);
        let comment: Option<String> = row.get("comment")?;
        if let Some(draft) = drafts.get_mut(id) {
            let t = &mut draft.table;
            let place = match what {
                "relation" => Some(&mut t.comment),
                "index" => {
                    let mut all = t.indexes.iter_mut();
                    all.find(|i| i.definition.name == name).map(|i| &mut i.comment)
                }
                "constraint" => t.constraints.iter_mut().find(|c| c.name == name).map(|c| &mut c.comment),
                "trigger" => t.triggers.iter_mut().find(|g| g.name == name).map(|g| &mut g.comment),
                "policy" => t.policies.iter_mut().find(|p| p.name == name).map(|p| &mut p.comment),
                _ => {
                    let full = Name::new(row.get::<&str>("schema")?, name);
                    t.statistics.iter_mut().find(|s| s.name == full).map(|s| &mut s.comment)
                }
            };
            place.into_iter().for_each(|p| p.clone_from(&comment));
        } else if let Some(view) = views.get_mut(&id) {
            match what {
                "relation" => view.comment = comment,
                "trigger" => {
                    let found = view.triggers.iter_mut().filter(|g| g.name == name);
                    found.for_each(|g| g.comment.clone_from(&comment));
                }
                _ => {}
            }
        }
    }
    Ok(())
}
