//! What a report format is.

use altimeter_catalog::{Catalog, Name};
use altimeter_planner::Plan;

use crate::Layout;

/// One format in which a plan and a catalog can be shown. Every text ends with a line break.
pub trait Report: Sync {
    /// The word after `--format`.
    fn name(&self) -> &'static str;
    /// A plan, and the database it was made for.
    fn render_plan(&self, plan: &Plan, catalog: &Catalog, layout: Layout) -> String;
    /// A database, or some of its tables in full; names that are no table of it are passed over.
    fn render_catalog(&self, catalog: &Catalog, tables: &[Name], layout: Layout) -> String;
}
