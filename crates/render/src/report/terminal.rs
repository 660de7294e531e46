//! The terminal: dense, exact, the verdict first.

mod catalog;
mod plan;
mod step;
mod table;

use altimeter_catalog::{Catalog, Name};
use altimeter_planner::Plan;

use crate::{Layout, Report};

/// Text for a terminal.
pub(super) struct Terminal;

impl Report for Terminal {
    fn name(&self) -> &'static str {
        "text"
    }

    fn render_plan(&self, plan: &Plan, catalog: &Catalog, layout: Layout) -> String {
        plan::render(plan, catalog, layout)
    }

    fn render_catalog(&self, catalog: &Catalog, tables: &[Name], layout: Layout) -> String {
        catalog::render(catalog, tables, layout)
    }
}
