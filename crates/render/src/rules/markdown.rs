//! Markdown, which is what the pages are written in.

use altimeter_analysis::Rule;

use super::RulesReport;
use crate::{Layout, escape};

/// Markdown.
pub(super) struct Markdown;

impl RulesReport for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn render_rules(&self, rules: &[&Rule], _: Layout) -> String {
        let mut out = "| rule | about |\n| --- | --- |\n".to_owned();
        for rule in rules {
            out.push_str(&format!("| `{}` | {} |\n", rule.name(), rule.about()));
        }
        out
    }

    fn render_rule(&self, rule: &Rule, _: Layout) -> String {
        format!("## {}\n\n{}", rule.name(), page(rule))
    }
}

/// The page without what only tests need: the text and the examples.
pub(crate) fn page(rule: &Rule) -> String {
    let page = rule.page();
    let mut out = format!("{}\n", page.text);
    for case in &page.cases {
        out.push_str(&format!("\n### {}\n\n", case.heading));
        if !case.says.is_empty() {
            out.push_str(&format!("{}\n\n", case.says));
        }
        out.push_str(&escape::fenced("sql", &case.sql));
    }
    out
}
