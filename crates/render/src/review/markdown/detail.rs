//! One statement of a review, folded.

use altimeter_analysis::review::{Reviewed, ReviewedFile};

use super::Loud;
use crate::summary::Facts;
use crate::summary::review::{facts, in_order, place};
use crate::summary::{arithmetic, statement};
use crate::{escape, markup};

/// What is shown of a statement, in lines and characters.
const STATEMENT: (usize, usize) = (24, 2_000);
/// What is shown of a safe way.
const SAFE_WAY: (usize, usize) = (120, 6_000);

/// The statement in a `<details>` element: its text, locks, costs, findings, safe ways.
pub(super) fn of(it: &Loud<'_>) -> String {
    let findings = in_order(it.reviewed);
    let judged = &it.reviewed.judged;
    let place = place(it.file, it.reviewed);
    let title = match findings.first() {
        Some(f) => format!("{} · {} · {place}", f.severity, f.rule),
        None => place,
    };
    let mut out = format!("<details>\n<summary>{}</summary>\n\n", escape::html(&title));
    out.push_str(&escape::fenced("sql", &statement::runnable(&cut(&judged.statement.sql, STATEMENT))));
    out.push('\n');
    let before = out.len();
    for (label, pieces) in [
        ("waits", it.block.iter().map(|b| b.says_in(it.file)).collect()),
        ("locks", facts::locks(&judged.effect)),
        ("held", facts::held(it.reviewed)),
        ("costs", facts::costs(&judged.effect, &judged.estimate)),
        ("note", it.reviewed.remarks.clone()),
    ] {
        if !pieces.is_empty() {
            markup::fact(&mut out, &Facts::new(label, pieces));
        }
    }
    if out.len() > before {
        out.push('\n');
    }
    markup::arithmetic(&mut out, &arithmetic::sums(judged));
    for finding in findings {
        let name = escape::markdown(&format!("{} · {}", finding.severity, finding.rule));
        out.push_str(&format!("**{name}**: {}\n\n", escape::markdown(&finding.message)));
        let instead = finding.instead.trim();
        match facts::words_alone(instead) {
            Some("") => {}
            Some(words) => markup::paragraph(&mut out, &format!("Instead: {words}")),
            None => {
                out.push_str(&format!("Instead:\n\n{}\n", escape::fenced("sql", &cut(instead, SAFE_WAY))));
            }
        }
    }
    out.push_str("</details>\n\n");
    out
}

/// How the estimate of a statement that needs no attention comes about; none unless that was asked for.
pub(super) fn of_quiet(file: &ReviewedFile, reviewed: &Reviewed) -> Option<String> {
    let sums = arithmetic::sums(&reviewed.judged);
    if sums.is_empty() {
        return None;
    }
    let title = escape::html(&format!("arithmetic · {}", place(file, reviewed)));
    let mut out = format!("<details>\n<summary>{title}</summary>\n\n");
    let sql = cut(&reviewed.judged.statement.sql, STATEMENT);
    out.push_str(&escape::fenced("sql", &statement::runnable(&sql)));
    out.push('\n');
    markup::arithmetic(&mut out, &sums);
    out.push_str("</details>\n\n");
    Some(out)
}

/// The beginning of a long text, with a mark where it was cut.
fn cut(text: &str, (lines, characters): (usize, usize)) -> String {
    let (shown, _) = facts::first_lines(text, lines);
    let shown: String = shown.chars().take(characters).collect();
    if shown.len() < text.len() { format!("{shown}\n-- …") } else { shown }
}
