//! What a review says, in words and without any markup.

pub(crate) mod blocks;
pub(crate) mod facts;
pub(crate) mod verdict;

use std::collections::HashSet;

use altimeter_analysis::review::{Review, Reviewed, ReviewedFile};
use altimeter_analysis::{Finding, Severity};

/// Findings of each severity, worst first; those there are none of are left out.
pub(crate) fn counts<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<(Severity, usize)> {
    let mut counts =
        [Severity::Critical, Severity::High, Severity::Medium, Severity::Low].map(|severity| (severity, 0));
    for finding in findings {
        counts.iter_mut().filter(|(s, _)| *s == finding.severity).for_each(|(_, n)| *n += 1);
    }
    counts.into_iter().filter(|(_, n)| *n > 0).collect()
}

/// `1 critical, 3 high`.
pub(crate) fn counted(counts: &[(Severity, usize)]) -> Vec<String> {
    counts.iter().map(|(severity, n)| format!("{n} {severity}")).collect()
}

/// All findings of a review that count.
pub(crate) fn findings(review: &Review) -> impl Iterator<Item = &Finding> {
    review.files.iter().flat_map(findings_of_file)
}

/// The findings of a file that count.
pub(crate) fn findings_of_file(file: &ReviewedFile) -> impl Iterator<Item = &Finding> {
    file.statements.iter().flat_map(|s| &s.judged.findings).filter(|f| f.suppressed.is_none())
}

/// Findings that somebody allowed, each with its place and the reason.
pub(crate) fn allowed(review: &Review) -> Vec<String> {
    let all = review.statements().flat_map(|(file, s)| s.judged.findings.iter().map(move |f| (file, s, f)));
    all.filter_map(|(file, s, f)| {
        let reason = f.suppressed.as_ref()?;
        Some(format!("{} ({}) at {}: {reason}", f.rule, f.severity, place(file, s)))
    })
    .collect()
}

/// What is to be said about all files and about each as a whole.
pub(crate) fn notes(review: &Review) -> Vec<String> {
    let of_files = review.files.iter().flat_map(|f| f.notes.iter().map(|n| format!("{}: {n}", path(f))));
    review.notes.iter().cloned().chain(of_files).collect()
}

/// The path of a file in words.
pub(crate) fn path(file: &ReviewedFile) -> &str {
    if file.path == "-" { "standard input" } else { &file.path }
}

/// Where a statement stands.
pub(crate) fn place(file: &ReviewedFile, reviewed: &Reviewed) -> String {
    format!("{}:{}", path(file), reviewed.judged.statement.line)
}

/// Everything that could not be known, each once: what the catalog lacks, then what the statements' estimates lack.
pub(crate) fn unknowns(review: &Review) -> Vec<String> {
    let of_statements = review.statements().flat_map(|(_, s)| &s.judged.estimate.unknowns);
    let of_server = review.unknowns.iter().chain(&review.preflight.unknowns);
    let mut known = HashSet::new();
    of_server.chain(of_statements).filter(|u| known.insert(*u)).cloned().collect()
}

/// A number of things, in the singular or the plural: `1 file`, `1,012 statements`.
pub(crate) fn some(n: usize, what: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {what}{plural}", crate::amount::whole(n))
}

/// A text as a sentence: with a capital letter, unless it begins with a name, and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim_end();
    let stop = if text.ends_with(['.', '!', '?', ':']) { "" } else { "." };
    let first_word = text.split(' ').next().unwrap_or_default();
    let is_word = !first_word.is_empty() && first_word.chars().all(|c| c.is_ascii_lowercase());
    let (first, rest) = text.split_at(usize::from(is_word));
    format!("{}{rest}{stop}", first.to_ascii_uppercase())
}

/// Whether nobody needs to look at the statement.
pub(crate) fn is_quiet(reviewed: &Reviewed, block: Option<&blocks::Block<'_>>) -> bool {
    in_order(reviewed).is_empty()
        && reviewed.remarks.is_empty()
        && reviewed.judged.effect.fails.is_none()
        && reviewed.judged.effect.not_analysed.is_none()
        && block.is_none_or(|b| !b.is_noticed())
}

/// A statement's findings that count, worst first; among equals first why it does not run or is not understood.
pub(crate) fn in_order(reviewed: &Reviewed) -> Vec<&Finding> {
    let effect = &reviewed.judged.effect;
    let reason = effect.fails.as_ref().or(effect.not_analysed.as_ref());
    let counts = |f: &&Finding| f.suppressed.is_none();
    let mut findings: Vec<&Finding> = reviewed.judged.findings.iter().filter(counts).collect();
    findings.sort_by_key(|f| {
        (std::cmp::Reverse(f.severity), !reason.is_some_and(|r| f.message.contains(r.as_str())))
    });
    findings
}
