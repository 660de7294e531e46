//! The first sentences: how bad the worst statement is, who waits for what and how long.

use altimeter_analysis::Severity;
use altimeter_analysis::review::{Review, Reviewed, ReviewedFile};

use super::blocks::{self, Block};
use super::{counted, counts, findings, some};
use crate::amount::{self, Quantity};
use crate::summary::steps::Wait;
use crate::summary::verdict::Verdict;

/// How risky the migrations are.
pub(crate) fn verdict(review: &Review) -> Verdict {
    let risk = review.risk();
    let mut rest = Vec::new();
    rest.extend(worst(review));
    rest.extend(waits(review));
    rest.extend(not_run(review));
    if !review.complete {
        rest.push("No database was named, so sizes and load are unknown.".to_owned());
    }
    Verdict { risk, headline: format!("{risk} risk."), rest: rest.join(" ") }
}

/// `14 statements in 2 files`.
pub(crate) fn scope(review: &Review) -> String {
    let files = some(review.files.len(), "file");
    format!("{} in {files}", some(review.statements().count(), "statement"))
}

/// Where a statement stands.
pub(crate) fn place(file: &ReviewedFile, reviewed: &Reviewed) -> String {
    let path = if file.path == "-" { "standard input" } else { &file.path };
    format!("{path}:{}", reviewed.judged.statement.line)
}

fn worst(review: &Review) -> Vec<String> {
    let counts = counts(findings(review));
    if counts.is_empty() {
        return vec!["No findings.".to_owned()];
    }
    let n = counts.iter().map(|(_, n)| n).sum();
    let mut says = vec![format!("{}: {}.", some(n, "finding"), counted(&counts).join(", "))];
    let risk = review.risk();
    let all: Vec<_> = review.statements().filter(|(_, s)| s.judged.risk == risk).collect();
    if let Some(((file, reviewed), finding)) =
        all.first().and_then(|first| Some((first, first.1.judged.findings.first()?)))
    {
        let place = place(file, reviewed);
        let rule = finding.rule;
        says.push(match (risk, all.len() - 1) {
            (Severity::Low, _) => format!("The first: {rule} at {place}."),
            (_, 0) => format!("The worst: {rule} at {place}."),
            (_, n) => format!("The worst: {rule} at {place}, and {n} more as bad."),
        });
    }
    says
}

fn waits(review: &Review) -> Vec<String> {
    let mut longest: Option<(f64, &ReviewedFile, Block<'_>)> = None;
    let mut unknown = 0;
    for file in &review.files {
        for block in blocks::of_file(file).into_iter().flatten() {
            match block.wait() {
                Wait::UpTo(ms) if longest.as_ref().is_none_or(|(most, ..)| ms > *most) => {
                    longest = Some((ms, file, block));
                }
                Wait::Unknown => unknown += 1,
                _ => {}
            }
        }
    }
    let mut says = Vec::new();
    match longest {
        None if unknown == 0 => says.push("Nobody waits.".to_owned()),
        Some((ms, ..)) if ms < 1000.0 && unknown == 0 => {
            says.push(format!("Nobody waits longer than {}.", amount::estimated(Quantity::Time, ms)));
        }
        Some((_, file, block)) => {
            let place = place(file, &file.statements[block.at]);
            let says_who = block.says();
            let mut letters = says_who.chars();
            let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
            says.push(format!("{first}{} ({place}).", letters.as_str()));
        }
        None => {}
    }
    if unknown > 0 {
        says.push(format!("How long others wait is not known for {}.", some(unknown, "statement")));
    }
    says
}

/// What the server refuses, and what was not understood.
fn not_run(review: &Review) -> Vec<String> {
    let count = |wanted: fn(&Reviewed) -> bool| review.statements().filter(|(_, s)| wanted(s)).count();
    let fails = count(|s| s.judged.effect.fails.is_some());
    let unclear = count(|s| s.judged.effect.not_analysed.is_some());
    let mut says = Vec::new();
    if fails > 0 {
        says.push(format!("The server refuses {}.", some(fails, "statement")));
    }
    if unclear > 0 {
        let verb = if unclear == 1 { "is" } else { "are" };
        says.push(format!("{} {verb} not analysed.", some(unclear, "statement")));
    }
    says
}
