//! JSON, for scripts: the shapes of [`crate::format`], nothing else.

use altimeter_catalog::{Catalog, Name};
use altimeter_planner::Plan;
use serde::Serialize;

use crate::format::{InspectJson, PlanJson};
use crate::{Layout, Report};

/// JSON.
pub(super) struct Json;

impl Report for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render_plan(&self, plan: &Plan, _: &Catalog, _: Layout) -> String {
        text(&PlanJson::from(plan))
    }

    fn render_catalog(&self, catalog: &Catalog, tables: &[Name], _: Layout) -> String {
        text(&InspectJson::new(catalog, tables))
    }
}

fn text(shape: &impl Serialize) -> String {
    // The shapes have string keys only and derive their serialisation, so there is nothing that can fail.
    let mut text = serde_json::to_string_pretty(shape).unwrap_or_default();
    text.push('\n');
    text
}
