//! A rule's page for a reader.

use altimeter_analysis::Rule;

use crate::escape;

/// The page as Markdown, without what only tests need: the text and the examples.
pub(crate) fn markdown(rule: &Rule) -> String {
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
