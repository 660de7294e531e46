//! The first sentences of a report: how risky the plan is, and the plain statement beside it.

use altimeter_analysis::{Judged, Severity};
use altimeter_catalog::Catalog;
use altimeter_planner::{Plan, StepKind};

use crate::amount::{self, Quantity};
use crate::summary::steps::{self, Wait};

/// A judgement in a word, and what it rests on.
pub(crate) struct Verdict {
    /// The word's weight.
    pub(crate) risk: Severity,
    /// `low risk as planned.`
    pub(crate) headline: String,
    /// The sentences after it.
    pub(crate) rest: String,
}

/// How risky the plan is.
pub(crate) fn planned(plan: &Plan) -> Verdict {
    let mut rest = vec![wait(plan), reversible(plan)];
    let refused: Vec<&str> = plan
        .steps()
        .filter(|s| s.up.iter().any(|u| u.judged.effect.fails.is_some()))
        .map(|s| s.id.as_str())
        .collect();
    if !refused.is_empty() {
        rest.push(format!("The server would refuse {}.", refused.join(", ")));
    }
    let asked = plan.steps().filter(|s| s.kind == StepKind::Deploy).count();
    match asked {
        0 => rest.push("No deploy needed.".to_owned()),
        1 => rest.push("One deploy in between.".to_owned()),
        n => rest.push(format!("{n} deploys in between.")),
    }
    Verdict { risk: plan.risk, headline: format!("{} risk as planned.", plan.risk), rest: rest.join(" ") }
}

fn wait(plan: &Plan) -> String {
    let statements = || plan.steps().flat_map(|s| &s.up);
    match Wait::longest(statements().map(|s| &s.judged)) {
        Wait::Nobody => "Nobody waits.".to_owned(),
        Wait::UpTo(ms) => format!("Longest wait for anyone: {}.", amount::estimated(Quantity::Time, ms)),
        Wait::Unknown => {
            let unknown: Vec<&str> = plan
                .steps()
                .filter(|s| Wait::longest(s.up.iter().map(|u| &u.judged)) == Wait::Unknown)
                .map(|s| s.id.as_str())
                .collect();
            format!("How long others wait is not known for {}.", unknown.join(", "))
        }
    }
}

/// Until where nothing is lost on the way back.
fn reversible(plan: &Plan) -> String {
    match plan.steps().find(|s| s.lost_on_return.is_some()) {
        Some(step) => format!("Reversible until {}.", step.id),
        None => "Reversible to the end.".to_owned(),
    }
}

/// What the plain statement would do; none if there is none to compare with.
pub(crate) fn direct(plan: &Plan, catalog: &Catalog) -> Option<Verdict> {
    if plan.direct.is_empty() {
        return None;
    }
    let mut rest = vec![cost(&plan.direct)];
    if let Some(reason) = plan.direct.iter().find_map(|j| j.effect.fails.as_ref()) {
        rest.push(format!("the server refuses it: {reason}"));
    }
    let worst = plan.direct.iter().flat_map(|j| &j.findings).max_by_key(|f| f.severity);
    let mut rest = rest.join(", ");
    if let Some(finding) = worst {
        // A message may begin with a name, whose case is not to be changed.
        let message = finding.message.trim_end();
        let between = if message.starts_with(char::is_uppercase) { ". " } else { "; " };
        rest.push_str(between);
        rest.push_str(message);
    }
    if !rest.ends_with(['.', '!', '?']) {
        rest.push('.');
    }
    let standby = if catalog.server.role.is_standby() { " on the primary" } else { "" };
    let headline = format!("Run directly{standby}: {} risk.", plan.risk_if_run_directly);
    Some(Verdict { risk: plan.risk_if_run_directly, headline, rest })
}

fn cost(direct: &[Judged]) -> String {
    let runs = match steps::duration(direct) {
        Some(range) => format!("Takes {}", amount::ends(Quantity::Time, Some(&range))),
        None => "Run time not known".to_owned(),
    };
    let rewrites =
        if direct.iter().any(|j| !j.effect.rewrites.is_empty()) { ", writes the table anew" } else { "" };
    let waits = match Wait::longest(direct) {
        Wait::Nobody => "nobody waits for it".to_owned(),
        Wait::UpTo(ms) => format!("{} wait {}", who(direct), steps::at_most(ms)),
        Wait::Unknown => format!("{} wait, nobody knows how long", who(direct)),
    };
    format!("{runs}{rewrites}, {waits}")
}

/// Who waits, in the words of an application.
fn who(statements: &[Judged]) -> &'static str {
    if statements.iter().any(|j| j.effect.blocks.reads) {
        "reads and writes"
    } else if statements.iter().any(|j| j.effect.blocks.writes) {
        "writes"
    } else {
        "others"
    }
}
