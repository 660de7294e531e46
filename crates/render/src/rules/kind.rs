//! What a format of the rules is.

use altimeter_analysis::Rule;

use crate::Layout;

/// One format in which rules can be shown. Every text ends with a line break.
pub trait RulesReport: Sync {
    /// The word after `--format`.
    fn name(&self) -> &'static str;
    /// Several rules, a sentence each.
    fn render_rules(&self, rules: &[&Rule], layout: Layout) -> String;
    /// The page of one rule.
    fn render_rule(&self, rule: &Rule, layout: Layout) -> String;
}
