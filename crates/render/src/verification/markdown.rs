//! Markdown, for a pull request or a ticket.

use altimeter_planner::verify::{Standing, Verification, VerifiedCheck};

use super::{VerificationReport, answered, heading, next, verdict};
use crate::markup::{bullets, heading as title, paragraph};
use crate::{Layout, escape};

/// Markdown.
pub(super) struct Markdown;

impl VerificationReport for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn render(&self, verification: &Verification, _: Layout) -> String {
        let mut out = String::new();
        title(&mut out, 2, &verification.request);
        let standby = if verification.standby { " · standby" } else { "" };
        paragraph(&mut out, &format!("{}{standby}", verification.database));
        let (_, words) = verdict(verification);
        out.push_str(&format!(
            "**{}**: {}\n\n",
            escape::markdown(&words),
            escape::markdown(&verification.stands)
        ));
        if let Standing::Changed { differences, .. } = &verification.standing {
            bullets(&mut out, "Changed", differences);
        }
        for step in &verification.steps {
            let lines: Vec<String> = step.checks.iter().map(line).collect();
            bullets(&mut out, &heading(step), &lines);
        }
        let triggers: Vec<String> = verification.triggers.iter().map(|t| line(&t.check)).collect();
        bullets(&mut out, "Reasons to go back", &triggers);
        bullets(&mut out, "Next", &next(verification));
        out
    }
}

fn line(check: &VerifiedCheck) -> String {
    let (word, rest) = answered(check);
    format!("{word}: {}{rest}", check.check)
}
