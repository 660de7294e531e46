//! Text for a terminal.

use altimeter_analysis::Rule;

use super::RulesReport;
use crate::Layout;
use crate::page::{Page, Style};

/// Text for a terminal.
pub(super) struct Text;

/// Where the text of a page begins.
const TEXT: usize = 2;
/// Where examples begin.
const EXAMPLE: usize = 4;

impl RulesReport for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn render_rules(&self, rules: &[&Rule], layout: Layout) -> String {
        let mut page = Page::new(layout);
        let longest = rules.iter().map(|r| r.name().len()).max().unwrap_or_default();
        for rule in rules {
            // Two blanks at either side of the name.
            page.says(longest + 4, rule.name(), rule.about());
        }
        page.blank();
        page.says(TEXT, "", "altimeter rules NAME shows why, the safe way and examples");
        page.finish()
    }

    fn render_rule(&self, rule: &Rule, layout: Layout) -> String {
        let mut page = Page::new(layout);
        page.title(rule.name(), (Style::Plain, ""));
        let told = rule.page();
        for paragraph in told.text.split("\n\n") {
            page.blank();
            page.says(TEXT, "", &paragraph.replace('\n', " "));
        }
        for case in &told.cases {
            page.blank();
            page.title(&case.heading, (Style::Plain, ""));
            if !case.says.is_empty() {
                page.says(EXAMPLE, "", &case.says.replace('\n', " "));
            }
            page.block(EXAMPLE, &case.sql);
        }
        page.blank();
        let comment = format!("-- altimeter: allow {} (reason)", rule.name());
        page.says(TEXT, "", &format!("To allow it: the comment `{comment}` directly before the statement."));
        page.finish()
    }
}
