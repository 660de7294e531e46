//! Annotations of a GitHub workflow: commands that the runner reads from standard output and shows beside the lines of
//! a pull request.
//!
//! `::error file=…,line=…,endLine=…,col=…,endColumn=…,title=…::message`; columns only where the lines are the same
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>). What ends a line and `%`
//! are written as `%0D`, `%0A` and `%25`, in properties also `:` and `,` as `%3A` and `%2C` (`command.ts` of
//! `actions/toolkit`). A step shows ten annotations of each level and the log has them all, so the worst come first.

use altimeter_analysis::Severity;
use altimeter_analysis::review::Review;

use super::kind::{Part, ReviewReport, whole};
use super::located::{self, Located};
use crate::Layout;
use crate::escape;

/// Workflow commands.
pub(super) struct Github;

impl ReviewReport for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn parts<'a>(&'a self, review: &'a Review, _: Layout) -> Vec<Part<'a>> {
        whole(move || located::worst_first(review).iter().map(command).collect())
    }
}

fn command(located: &Located<'_>) -> String {
    let level = match located.finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "notice",
    };
    let (begin, end) = (located.begin, located.end);
    let mut properties = Vec::new();
    if located.file.path != "-" {
        properties.push(format!("file={}", property(&located::relative(&located.file.path))));
    }
    properties.push(format!("line={},endLine={}", begin.line, end.line));
    if begin.line == end.line {
        properties.push(format!("col={},endColumn={}", begin.column, end.column));
    }
    let title = format!("{} ({})", located.finding.rule, located.finding.severity);
    properties.push(format!("title={}", property(&title)));
    format!("::{level} {}::{}\n", properties.join(","), data(&located.text()))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&escape::line(text)).replace(':', "%3A").replace(',', "%2C")
}
