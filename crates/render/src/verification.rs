//! Reports of a saved plan held against its database, one file a format.

mod json;
mod kind;
mod markdown;
mod text;

use altimeter_catalog::Answer;
use altimeter_planner::verify::{Moment, Outcome, Standing, Verification, VerifiedCheck, VerifiedStep};

pub use kind::VerificationReport;

/// Every format, by the name `--format` knows it by.
pub static ALL: &[&dyn VerificationReport] = &[&text::Text, &json::Json, &markdown::Markdown];

/// What it comes to, in a few words.
fn verdict(verification: &Verification) -> (Outcome, String) {
    let outcome = verification.outcome();
    let words = match outcome {
        _ if matches!(verification.standing, Standing::Changed { .. }) => "the plan does not fit",
        Outcome::Fails if verification.fired().next().is_some() => "stop and go back",
        Outcome::Fails => "something does not hold",
        Outcome::Unknown => "not everything could be told",
        Outcome::Holds => "everything holds",
    };
    (outcome, words.to_owned())
}

/// The answer in a word, and what goes with it.
fn answered(check: &VerifiedCheck) -> (&'static str, String) {
    let because =
        |measured: &Option<String>| measured.as_ref().map(|m| format!(" ({m})")).unwrap_or_default();
    match &check.answer {
        Answer::Holds { measured } => ("holds", because(measured)),
        Answer::Fails { measured } => ("does not hold", because(measured)),
        Answer::Unknown { why, next } if next.is_empty() => ("unknown", format!(": {why}")),
        Answer::Unknown { why, next } => ("unknown", format!(": {why}. To know it: {next}")),
    }
}

/// What a group of checks is about.
fn heading(step: &VerifiedStep) -> String {
    let kind = match (step.must_hold, step.when) {
        (true, _) => "",
        (false, Moment::After) => " (tells whether it is done)",
        (false, Moment::Before) => " (what it still waits for)",
    };
    format!("{} {} · {}{kind}", step.when, step.id, step.title)
}

/// What to do next.
pub(crate) fn next(verification: &Verification) -> Vec<String> {
    if let Standing::Changed { .. } = verification.standing {
        return vec![
            "run nothing of this plan: make a new one with altimeter plan, or take the change back that was made besides"
                .to_owned(),
        ];
    }
    let mut next = Vec::new();
    if verification.fired().next().is_some() {
        next.push(
            "stop: run the down statements of the steps done so far, the last one first (rollback.procedure)"
                .to_owned(),
        );
    }
    if let Standing::Within { going_back, .. } = verification.standing {
        let which = if going_back { "down" } else { "up" };
        next.push(format!("finish the step's {which} statements, or undo those that are done"));
    }
    for step in verification.steps.iter().filter(|s| s.must_hold) {
        let failing = step.checks.iter().filter(|c| c.answer.fails()).count();
        if failing > 0 {
            next.push(match step.when {
                Moment::Before => format!("do not begin {} before its checks hold", step.id),
                Moment::After => format!(
                    "{} did not do what it should: look at it before going on, or run its down",
                    step.id
                ),
            });
        }
    }
    if verification.outcome() == Outcome::Unknown {
        next.push("decide what is unknown by other means before the next step".to_owned());
    }
    if next.is_empty()
        && let Some(step) = verification.steps.iter().find(|s| s.must_hold && s.when == Moment::Before)
    {
        next.push(format!("{} can begin", step.id));
    }
    next
}

#[cfg(test)]
mod tests;
