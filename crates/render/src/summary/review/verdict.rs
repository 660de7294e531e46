//! The first sentences: how bad the worst statement is, who waits for what and how long.

use altimeter_analysis::review::{Review, Reviewed, ReviewedFile};
use altimeter_analysis::{Finding, Severity};

use super::blocks::{self, Block};
use super::{counted, counts, findings, in_order, place, sentence, some};
use crate::amount::{self, Quantity};
use crate::summary::steps::Wait;
use crate::summary::verdict::Verdict;

/// How risky the migrations are.
pub(crate) fn verdict(review: &Review) -> Verdict {
    let risk = review.risk();
    let mut rest = waits(review);
    rest.extend(not_run(review));
    Verdict { risk, headline: format!("{risk} risk."), rest: rest.join(" ") }
}

/// `14 statements in 2 files`.
pub(crate) fn scope(review: &Review) -> String {
    let files = some(review.files.len(), "file");
    format!("{} in {files}", some(review.statements().count(), "statement"))
}

/// How many findings there are, and where the worst is.
pub(crate) fn found(review: &Review) -> Vec<String> {
    let mut says = counted(&counts(findings(review)));
    if says.is_empty() {
        return vec!["none".to_owned()];
    }
    if let Some((file, reviewed, finding)) = worst(review) {
        let alike = review.statements().filter(|(_, s)| s.judged.risk == finding.severity).count();
        let which = if finding.severity == Severity::Low { "first" } else { "worst" };
        let more = if alike > 1 { format!(" and {} more as bad", alike - 1) } else { String::new() };
        says.push(format!("{which}: {} at {}{more}", finding.rule, place(file, reviewed)));
    }
    says
}

/// The rule of the worst finding.
pub(crate) fn worst_rule(review: &Review) -> Option<&'static str> {
    worst(review).map(|(.., finding)| finding.rule)
}

/// The first of the worst findings.
fn worst(review: &Review) -> Option<(&ReviewedFile, &Reviewed, &Finding)> {
    let risk = review.risk();
    review.statements().filter(|(_, s)| s.judged.risk == risk).find_map(|(file, s)| {
        let finding = *in_order(s).first()?;
        Some((file, s, finding))
    })
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
                // What is not analysed is said below.
                Wait::Unknown if file.statements[block.at].judged.effect.not_analysed.is_none() => {
                    unknown += 1
                }
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
            says.push(sentence(&format!("{} ({place})", block.says())));
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
    let all = |wanted: fn(&Reviewed) -> bool| {
        let places: Vec<String> =
            review.statements().filter(|(_, s)| wanted(s)).map(|(f, s)| place(f, s)).collect();
        let first = places.first()?;
        let from = if places.len() > 1 { "from " } else { "" };
        Some((some(places.len(), "statement"), places.len() == 1, format!("{from}{first}")))
    };
    let fails = all(|s| s.judged.effect.fails.is_some());
    let unclear = all(|s| s.judged.effect.not_analysed.is_some());
    let fails = fails.map(|(n, _, at)| format!("The server refuses {n} ({at})."));
    let unclear = unclear.map(|(n, one, at)| {
        let is = if one { "is" } else { "are" };
        format!("{n} {is} not analysed ({at}).")
    });
    fails.into_iter().chain(unclear).collect()
}
