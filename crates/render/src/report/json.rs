//! JSON, for scripts: the shapes of [`crate::format`], nothing else.

use altimeter_catalog::{Catalog, Name};
use altimeter_planner::Plan;

use crate::format::{InspectJson, PlanJson, to_text};
use crate::{Layout, Report};

/// JSON.
pub(super) struct Json;

impl Report for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render_plan(&self, plan: &Plan, _: &Catalog, _: Layout) -> String {
        to_text(&PlanJson::from(plan))
    }

    fn render_catalog(&self, catalog: &Catalog, tables: &[Name], _: Layout) -> String {
        to_text(&InspectJson::new(catalog, tables))
    }
}
