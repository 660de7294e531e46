//! JSON, for scripts: the shape of [`crate::format::RulesJson`], nothing else.

use altimeter_analysis::Rule;

use super::RulesReport;
use crate::Layout;
use crate::format::{RulesJson, to_text};

/// JSON.
pub(super) struct Json;

impl RulesReport for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render_rules(&self, rules: &[&Rule], _: Layout) -> String {
        to_text(&RulesJson::new(rules))
    }

    fn render_rule(&self, rule: &Rule, _: Layout) -> String {
        to_text(&RulesJson::new(&[rule]))
    }
}
