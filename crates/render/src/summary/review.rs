//! What a review says, in words and without any markup.

pub(crate) mod blocks;
pub(crate) mod facts;
pub(crate) mod totals;
pub(crate) mod verdict;

use std::collections::HashSet;

use altimeter_analysis::review::{Review, Reviewed};
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

/// All findings of a review.
pub(crate) fn findings(review: &Review) -> impl Iterator<Item = &Finding> {
    review.statements().flat_map(|(_, s)| &s.judged.findings)
}

/// Everything that could not be known, each once: what the catalog lacks, then what the statements' estimates lack.
pub(crate) fn unknowns(review: &Review) -> Vec<String> {
    let of_statements = review.statements().flat_map(|(_, s)| &s.judged.estimate.unknowns);
    let mut known = HashSet::new();
    review.unknowns.iter().chain(of_statements).filter(|u| known.insert(*u)).cloned().collect()
}

/// A number of things, in the singular or the plural: `1 file`, `1,012 statements`.
pub(crate) fn some(n: usize, what: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {what}{plural}", crate::amount::whole(n))
}

/// Whether the statement is one for the client or the session alone, so that nothing can be said of it.
pub(crate) fn is_quiet(reviewed: &Reviewed, block: Option<&blocks::Block<'_>>) -> bool {
    reviewed.judged.findings.is_empty()
        && reviewed.judged.effect.fails.is_none()
        && reviewed.judged.effect.not_analysed.is_none()
        && block.is_none_or(|b| !b.is_noticed())
}
