//! `late-lock-timeout`.

use altimeter_catalog::{Change, SessionChange};

use crate::review::Reviewed;
use crate::rule::{Placed, ReviewContext, Rule, Script, Severity};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_reviews("late-lock-timeout", include_str!("late_lock_timeout.md"), find);

fn find(context: &ReviewContext<'_>) -> Vec<Placed> {
    let mut found = Vec::new();
    for (number, file) in context.review.files.iter().enumerate() {
        let Some(at) = file.statements.iter().position(sets_a_limit) else { continue };
        let before = file.statements.iter().take(at);
        let unlimited = |s: &&Reviewed| s.judged.findings.iter().any(|f| f.rule == "missing-lock-timeout");
        let Some(first) = before.into_iter().find(unlimited) else { continue };
        let message = format!(
            "comes too late: line {} has waited for its lock without limit already",
            first.judged.statement.line
        );
        let safe = Script::new(context.engine, context.catalog)
            .say("at the top of the file")
            .run(safe::lock_timeout());
        let finding = RULE.finding(Severity::Medium, None, message).instead(safe);
        found.push(Placed { file: number, statement: at, finding });
    }
    found
}

fn sets_a_limit(reviewed: &Reviewed) -> bool {
    reviewed.judged.statement.changes.iter().any(|change| match change {
        Change::Session(SessionChange::Set { name, value: Some(value), .. }) => {
            name == "lock_timeout" && value != "0"
        }
        _ => false,
    })
}
