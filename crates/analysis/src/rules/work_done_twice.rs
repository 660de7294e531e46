//! `work-done-twice`.

use altimeter_catalog::Name;

use crate::Judged;
use crate::rule::{Finding, Placed, ReviewContext, Rule, Script, Severity, words};

pub(super) static RULE: Rule = Rule::in_reviews("work-done-twice", include_str!("work_done_twice.md"), find);

/// Work that nobody would mind doing twice.
const LITTLE_MS: f64 = 1_000.0;

/// Something that took long, and where.
struct Done<'a> {
    what: What,
    on: &'a Name,
    file: usize,
    judged: &'a Judged,
}

#[derive(Clone, Copy, PartialEq)]
enum What {
    Rewritten,
    Built,
}

fn find(context: &ReviewContext<'_>) -> Vec<Placed> {
    let mut done: Vec<Done<'_>> = Vec::new();
    let mut found = Vec::new();
    for (file, statement, reviewed) in context.statements() {
        let judged = reviewed.judged.as_ref();
        let before = |what: What, on: &Name| done.iter().rev().find(|d| d.what == what && d.on == on);
        let place = |d: &Done<'_>| place_of(context, d, file);
        let mut say = |message: String| {
            found.push(Placed { file, statement, finding: finding(context, message) });
        };
        let effect = &judged.effect;
        if let Some((table, first)) =
            effect.rewrites.iter().find_map(|t| Some((t, before(What::Rewritten, t)?)))
        {
            say(format!("writes {table} anew, which {} has done already{}", place(first), cost(judged)));
        }
        for index in effect.drops.iter().chain(&effect.index_builds) {
            if let Some(first) = before(What::Built, index) {
                let verb = if effect.drops.contains(index) { "drops" } else { "builds anew" };
                say(format!("{verb} {index}, which {} has built{}", place(first), cost(first.judged)));
            }
        }
        if takes_long(judged) {
            done.extend(effect.rewrites.iter().map(|on| Done { what: What::Rewritten, on, file, judged }));
            let built = effect.creates.iter().filter(|c| c.index.is_some()).map(|c| &c.object);
            done.extend(built.map(|on| Done { what: What::Built, on, file, judged }));
        }
    }
    found
}

fn takes_long(judged: &Judged) -> bool {
    // A size that is unknown may be a big one.
    judged.estimate.duration_ms.as_ref().is_none_or(|d| d.likely >= LITTLE_MS)
}

fn place_of(context: &ReviewContext<'_>, done: &Done<'_>, now: usize) -> String {
    let line = done.judged.statement.line;
    match context.review.files.get(done.file) {
        Some(file) if done.file != now => format!("{}:{line}", file.path),
        _ => format!("line {line}"),
    }
}

fn cost(judged: &Judged) -> String {
    judged.estimate.duration_ms.as_ref().map(|d| format!(" ({})", words::time_range(d))).unwrap_or_default()
}

fn finding(context: &ReviewContext<'_>, message: String) -> Finding {
    let safe = Script::new(context.engine, context.catalog)
        .say("put rewriting actions of one table into one ALTER TABLE, which writes it once; build indexes after that,")
        .say("and leave out what a later statement takes away again");
    RULE.finding(Severity::Low, None, message).instead(safe)
}
