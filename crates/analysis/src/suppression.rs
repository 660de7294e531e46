//! What people allow: in a comment of the SQL, or in the configuration, each with a reason.
//!
//! `-- altimeter: allow RULE (reason)` directly before a statement or on one of its lines; several rules are separated
//! by commas. `-- altimeter: allow-file RULE (reason)` anywhere, for the whole file. What is allowed stays visible and
//! does not count.

use std::sync::Arc;

use glob::{MatchOptions, Pattern};

use crate::review::{Review, ReviewedFile};
use crate::rule::{Finding, Severity};
use crate::rules;

/// What the configuration says of rules.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// In order; of several that fit a finding the last holds.
    pub entries: Vec<PolicyEntry>,
}

/// What the configuration says of one rule.
#[derive(Clone, Debug)]
pub struct PolicyEntry {
    /// The rule's name.
    pub rule: String,
    /// What becomes of its findings.
    pub level: Level,
    /// Why.
    pub reason: String,
    /// Files it is about, by their paths as given; all if there are none.
    pub paths: Vec<Pattern>,
}

/// What becomes of a rule's findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// They do not count.
    Off,
    /// They count as this at the most.
    AtMost(Severity),
}

impl Policy {
    fn apply(&self, finding: &mut Finding, path: &str) {
        let Some(entry) = self.entries.iter().rev().find(|e| e.fits(finding, path)) else { return };
        match entry.level {
            Level::Off => finding.suppressed = Some(entry.reason.clone()),
            Level::AtMost(most) if finding.severity > most => {
                let was = finding.severity;
                finding.severity = most;
                finding.message.push_str(&format!(" ({was}, held down to {most}: {})", entry.reason));
            }
            Level::AtMost(_) => {}
        }
    }
}

impl PolicyEntry {
    fn fits(&self, finding: &Finding, path: &str) -> bool {
        let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
        let path = path.strip_prefix("./").unwrap_or(path);
        let here = self.paths.is_empty() || self.paths.iter().any(|p| p.matches_with(path, options));
        here && self.rule == finding.rule
    }
}

/// One comment that allows something.
#[derive(Debug, PartialEq)]
struct Allowance {
    /// Where in the file, in bytes.
    at: usize,
    whole_file: bool,
    rules: Vec<String>,
    /// Empty if none was given.
    reason: String,
}

/// Reads the comments of the files, says what is wrong with them, and marks what they and the configuration allow.
pub(crate) fn suppress(review: &mut Review, policy: &Policy) {
    for file in &mut review.files {
        let text = file.text.clone();
        let allowances = allowances(&text);
        let targets: Vec<Option<usize>> = allowances.iter().map(|a| target(file, &text, a.at)).collect();
        for (allowance, target) in allowances.iter().zip(&targets) {
            complain(file, allowance, *target);
        }
        for (number, reviewed) in file.statements.iter_mut().enumerate() {
            if reviewed.judged.findings.is_empty() {
                continue;
            }
            let here = allowances.iter().zip(&targets).filter(|(a, t)| a.whole_file || **t == Some(number));
            let here: Vec<&Allowance> = here.map(|(a, _)| a).filter(|a| !a.reason.is_empty()).collect();
            let judged = Arc::make_mut(&mut reviewed.judged);
            for finding in &mut judged.findings {
                policy.apply(finding, &file.path);
                if let Some(a) = here.iter().find(|a| a.rules.iter().any(|r| r == finding.rule)) {
                    finding.suppressed = Some(a.reason.clone());
                }
            }
            judged.settle();
        }
    }
}

/// A suppression without a reason, or of a rule that does not exist, is a finding of its own.
fn complain(file: &mut ReviewedFile, allowance: &Allowance, target: Option<usize>) {
    let unknown = allowance.rules.iter().filter(|r| rules::by_name(r).is_none());
    let mut findings: Vec<Finding> = unknown.map(|r| rules::unknown_suppression::finding(r)).collect();
    if allowance.reason.is_empty() || allowance.rules.is_empty() {
        findings.push(rules::bare_suppression::finding(&allowance.rules));
    }
    // After the last statement a comment can still speak for the whole file.
    let last = file.statements.len().checked_sub(1);
    match target.or(last).and_then(|n| file.statements.get_mut(n)) {
        Some(reviewed) if !findings.is_empty() => {
            Arc::make_mut(&mut reviewed.judged).findings.append(&mut findings);
        }
        _ => file.notes.extend(findings.into_iter().map(|f| f.message)),
    }
}

fn allowances(text: &str) -> Vec<Allowance> {
    let comments = text.match_indices("-- altimeter:").chain(text.match_indices("--altimeter:"));
    let mut found: Vec<Allowance> =
        comments.filter_map(|(at, mark)| read(at, text.get(at + mark.len()..)?)).collect();
    found.sort_by_key(|a| a.at);
    found
}

/// Reads what comes after the mark, to the end of the line.
fn read(at: usize, rest: &str) -> Option<Allowance> {
    let line = rest.lines().next()?.trim();
    let (whole_file, said) = match line.strip_prefix("allow-file") {
        Some(said) => (true, said),
        None => (false, line.strip_prefix("allow")?),
    };
    let (names, reason) = said.split_once('(').unwrap_or((said, ""));
    let reason = reason.rsplit_once(')').map_or(reason, |(inside, _)| inside).trim();
    let names = names.split([',', ' ', '\t']).map(str::trim).filter(|n| !n.is_empty());
    Some(Allowance { at, whole_file, rules: names.map(str::to_owned).collect(), reason: reason.to_owned() })
}

/// The statement a comment speaks of: the last one that begins before it and ends on its line or later, else the first
/// that comes after it.
fn target(file: &ReviewedFile, text: &str, at: usize) -> Option<usize> {
    let line_begins = text.get(..at)?.rfind('\n').map_or(0, |n| n + 1);
    let spans = || file.statements.iter().map(|s| &s.judged.statement.span);
    spans()
        .rposition(|s| s.start < at && s.end >= line_begins)
        .or_else(|| spans().position(|s| s.start >= at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_read() {
        let text =
            "-- altimeter: allow table-rewrite, data-loss (weekend (really))\nx; --altimeter: allow-file y\n";
        let found = allowances(text);
        assert_eq!(found[0].rules, ["table-rewrite", "data-loss"]);
        assert_eq!(found[0].reason, "weekend (really)");
        assert!(found[1].whole_file && found[1].reason.is_empty());
        assert_eq!(allowances("-- altimeter forbids\n-- altimeter: forbid x (y)").len(), 0);
    }

    #[test]
    fn paths_are_globs() {
        let entry = |glob: &str| PolicyEntry {
            rule: "x".into(),
            level: Level::Off,
            reason: "r".into(),
            paths: vec![Pattern::new(glob).unwrap()],
        };
        let finding = Finding {
            rule: "x",
            severity: Severity::High,
            message: String::new(),
            instead: String::new(),
            object: None,
            suppressed: None,
        };
        assert!(entry("old/**").fits(&finding, "./old/a/1.sql"));
        assert!(entry("old/*.sql").fits(&finding, "old/1.sql"));
        assert!(!entry("old/*.sql").fits(&finding, "old/a/1.sql"));
    }
}
