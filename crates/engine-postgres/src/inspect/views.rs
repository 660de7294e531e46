//! Views and what they read.

use std::collections::HashMap;

use altimeter_catalog::{Dependency, InspectError, View};

use super::answers::Answers;
use crate::queries;

/// Views by the server's number.
pub(super) fn views(answers: &Answers) -> Result<HashMap<i64, View>, InspectError> {
    let mut views = HashMap::new();
    for row in answers.of(&queries::VIEWS) {
        let view = View {
            name: row.name("schema", "name")?,
            materialized: row.get("materialized")?,
            columns: row.list("columns")?,
            options: row.list("options")?,
            owner: row.get("owner")?,
            ..View::default()
        };
        views.insert(row.get::<i64>("id")?, view);
    }
    for row in answers.of(&queries::VIEW_NEEDS) {
        let need = Dependency { on: row.name("schema", "name")?, columns: row.list("columns")? };
        if let Some(view) = views.get_mut(&row.get::<i64>("view_id")?) {
            view.needs.push(need);
        }
    }
    Ok(views)
}

/// The finished views, by name.
pub(super) fn finish(views: HashMap<i64, View>) -> Vec<View> {
    let mut views: Vec<View> = views.into_values().collect();
    for view in &mut views {
        view.needs.sort();
        view.triggers.sort_by(|a, b| a.name.cmp(&b.name));
    }
    views.sort_by(|a, b| a.name.cmp(&b.name));
    views
}
