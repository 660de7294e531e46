//! Who still uses what a plan takes away.

use altimeter_planner::uses::{Certainty, How, Reference, Uses, UsingStatement};

use crate::wrap;

/// So many of a kind are shown; JSON has all.
const SHOWN: usize = 12;
/// Longer texts of others are cut where people read them.
const EXCERPT: usize = 160;

/// What is looked for, and since when statements are counted.
pub(crate) fn about(uses: &Uses) -> String {
    let of: Vec<String> = uses.of.iter().map(ToString::to_string).collect();
    let since = match (&uses.since, &uses.statements) {
        (Some(since), _) => format!(", statements counted since {since}"),
        (None, Some(_)) => ", statements counted since nobody knows when".to_owned(),
        (None, None) => String::new(),
    };
    format!("{}{since}", of.join(", "))
}

/// Statements, a line each.
pub(crate) fn statements(uses: &Uses) -> Vec<String> {
    let Some(all) = &uses.statements else { return Vec::new() };
    if all.is_empty() {
        return vec!["none of those counted".to_owned()];
    }
    shown(all, statement)
}

fn statement(statement: &UsingStatement) -> String {
    let how = match statement.how {
        How::Named => "",
        How::Taken => ", by * or position",
        How::Word => ", not read: the word alone",
    };
    let rate =
        statement.calls_per_second.filter(|r| *r > 0.0).map(|r| format!(", {r:.1}/s")).unwrap_or_default();
    format!("{} calls{rate}{how}: {}", statement.calls, wrap::shortened(&statement.statement, EXCERPT))
}

/// Objects of the database, a line each.
pub(crate) fn objects(uses: &Uses) -> Vec<String> {
    shown(&uses.objects, |o| {
        if o.certain { o.object.clone() } else { format!("{}: its text has the word", o.object) }
    })
}

/// References in the application's source, a line each.
pub(crate) fn application(uses: &Uses) -> Vec<String> {
    let Some(all) = &uses.application else { return Vec::new() };
    if all.is_empty() {
        return vec!["no reference found".to_owned()];
    }
    shown(all, reference)
}

fn reference(reference: &Reference) -> String {
    let certainty = match reference.certainty {
        Certainty::Exact => format!("exact, {}", reference.by),
        Certainty::Model => format!("likely, {}", reference.by),
        Certainty::Word => "the word alone".to_owned(),
    };
    format!(
        "{}:{} ({certainty}): {}",
        reference.file,
        reference.line,
        wrap::shortened(&reference.excerpt, EXCERPT)
    )
}

fn shown<T>(all: &[T], line: impl Fn(&T) -> String) -> Vec<String> {
    let mut lines: Vec<String> = all.iter().take(SHOWN).map(line).collect();
    if all.len() > SHOWN {
        lines.push(format!("… and {} more, all in --format json", all.len() - SHOWN));
    }
    lines
}
