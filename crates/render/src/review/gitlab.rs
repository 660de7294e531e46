//! GitLab's Code Quality report, for the widget of a merge request.
//!
//! A JSON array of objects with `description`, `check_name`, `fingerprint` (one that no other has), `severity` (`info`,
//! `minor`, `major`, `critical` or `blocker`), `location.path` (relative, not beginning with `./`) and
//! `location.lines.begin` (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>); an array
//! without objects says that nothing was found.

use altimeter_analysis::Severity;
use altimeter_analysis::review::Review;
use serde::Serialize;

use super::kind::{Part, ReviewReport, whole};
use super::located::{self, Located};
use crate::Layout;
use crate::format::to_text;

/// Code Quality.
pub(super) struct Gitlab;

impl ReviewReport for Gitlab {
    fn name(&self) -> &'static str {
        "gitlab"
    }

    fn parts<'a>(&'a self, review: &'a Review, _: Layout) -> Vec<Part<'a>> {
        whole(move || to_text(&located::worst_first(review).iter().map(Entry::from).collect::<Vec<_>>()))
    }
}

#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

impl From<&Located<'_>> for Entry {
    fn from(located: &Located<'_>) -> Self {
        let fails = located.reviewed.judged.effect.fails.is_some();
        Self {
            description: located.text(),
            check_name: located.finding.rule,
            fingerprint: located.fingerprint.clone(),
            severity: match located.finding.severity {
                Severity::Low => "info",
                Severity::Medium => "minor",
                Severity::High => "major",
                // The deploy stops there.
                Severity::Critical if fails => "blocker",
                Severity::Critical => "critical",
            },
            location: Location {
                path: located::relative(&located.file.path),
                lines: Lines { begin: located.begin.line, end: located.end.line },
            },
        }
    }
}
