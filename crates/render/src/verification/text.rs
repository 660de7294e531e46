//! Text for a terminal.

use altimeter_analysis::Severity;
use altimeter_catalog::Answer;
use altimeter_planner::verify::{Outcome, Standing, Verification, VerifiedCheck};

use super::{VerificationReport, answered, heading, next, verdict};
use crate::Layout;
use crate::page::{OVERVIEW, Page, Style};

/// Text for a terminal.
pub(super) struct Text;

/// Where the words beside an answer begin.
const ANSWER: usize = 19;

impl VerificationReport for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn render(&self, verification: &Verification, layout: Layout) -> String {
        let mut page = Page::new(layout);
        let standby = verification.standby.then(|| "standby".to_owned());
        let facts: Vec<String> = std::iter::once(verification.database.clone()).chain(standby).collect();
        page.heading(&verification.request, &facts);
        page.blank();
        let (outcome, words) = verdict(verification);
        let style = match outcome {
            Outcome::Holds => Style::Risk(Severity::Low),
            Outcome::Unknown => Style::Risk(Severity::Medium),
            Outcome::Fails => Style::Risk(Severity::High),
        };
        page.prose(OVERVIEW, "VERDICT", (style, &words), "");
        page.says(OVERVIEW, "stands", &verification.stands);
        if let Standing::Changed { differences, .. } = &verification.standing {
            page.list(OVERVIEW, "changed", differences);
        }
        if verification.steps.is_empty() && !matches!(verification.standing, Standing::Changed { .. }) {
            page.says(OVERVIEW, "checks", "none are due here");
        }
        for step in &verification.steps {
            page.blank();
            page.title(&heading(step), (Style::Plain, ""));
            step.checks.iter().for_each(|c| write_check(&mut page, c, &c.check.to_string()));
        }
        if !verification.triggers.is_empty() {
            page.blank();
            page.title("Reasons to go back", (Style::Plain, ""));
            for trigger in &verification.triggers {
                write_check(&mut page, &trigger.check, &trigger.check.check.to_string());
            }
        }
        page.blank();
        page.list(OVERVIEW, "next", &next(verification));
        page.finish()
    }
}

fn write_check(page: &mut Page, check: &VerifiedCheck, says: &str) {
    let (word, rest) = answered(check);
    let strong = match &check.answer {
        Answer::Holds { .. } => (Style::Plain, ""),
        Answer::Fails { .. } => (Style::Risk(Severity::High), says),
        Answer::Unknown { .. } => (Style::Risk(Severity::Medium), says),
    };
    let rest = if strong.1.is_empty() { format!("{says}{rest}") } else { rest.trim_start().to_owned() };
    page.prose(ANSWER, word, strong, &rest);
}
