//! Markdown for a comment on a pull request: the verdict, a table of what deserves a look, each statement folded.
//!
//! GitHub takes no comment over 65,536 characters. What does not fit is left out, the mildest first, and said. The
//! first line is a comment nobody sees, alike in every report, by which a program finds the comment it wrote before.

mod detail;

use altimeter_analysis::review::{Review, Reviewed, ReviewedFile};

use super::kind::{Part, ReviewReport, whole};
use crate::summary::review::blocks::{self, Block};
use crate::summary::review::{self, facts, in_order, place, verdict};
use crate::summary::steps::{Wait, at_most};
use crate::summary::{Facts, capacity, limits, preflight};
use crate::{Layout, escape, markup, wrap};

/// The comment's mark.
const MARKER: &str = "<!-- altimeter check -->\n";
/// What a page may take, in characters: GitHub's limit with room for what a program adds.
const LIMIT: usize = 60_000;
/// What the table may take of it.
const TABLE: usize = 16_000;
/// What the end may take of it, and each of its lines.
const END: usize = 8_000;
const LINE: usize = 400;
/// A statement's text in the table.
const STATEMENT: usize = 70;

/// Markdown.
pub(super) struct Markdown;

/// A statement somebody has to look at.
struct Loud<'a> {
    file: &'a ReviewedFile,
    reviewed: &'a Reviewed,
    block: Option<Block<'a>>,
}

impl ReviewReport for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn parts<'a>(&'a self, review: &'a Review, _: Layout) -> Vec<Part<'a>> {
        whole(move || render(review))
    }
}

fn render(review: &Review) -> String {
    let loud = loud(review);
    let mut out = MARKER.to_owned();
    write_verdict(&mut out, review);
    write_table(&mut out, review, &loud);
    let end = end(review);
    let limit = LIMIT.saturating_sub(end.chars().count());
    write_details(&mut out, &loud, limit);
    write_arithmetic(&mut out, review, limit);
    out.push_str(&end);
    out
}

fn loud(review: &Review) -> Vec<Loud<'_>> {
    let mut loud = Vec::new();
    for file in &review.files {
        for (reviewed, block) in file.statements.iter().zip(blocks::of_file(file)) {
            if !review::is_quiet(reviewed, block.as_ref()) {
                loud.push(Loud { file, reviewed, block });
            }
        }
    }
    loud
}

fn write_verdict(out: &mut String, review: &Review) {
    markup::heading(out, 3, &format!("Altimeter: {}", verdict::scope(review)));
    let verdict = verdict::verdict(review);
    let headline = escape::markdown(&verdict.headline);
    out.push_str(&format!("**{headline}** {}\n\n", escape::markdown(&verdict.rest)));
    markup::fact(out, &Facts::new("findings", verdict::found(review)));
    if review.complete {
        markup::fact(out, &Facts::new("in all", capacity::pieces(&review.capacity())));
    }
    if !review.limits.is_empty() {
        markup::fact(out, &Facts::new("limits", limits::lines(&review.limits)));
    }
    let server = format!("{} {}", review.engine, review.server_version);
    markup::fact(out, &Facts::new("judged on", vec![review.source.clone(), server]));
}

fn write_table(out: &mut String, review: &Review, loud: &[Loud<'_>]) {
    out.push('\n');
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut room = TABLE;
    for it in loud {
        let row = row(it);
        let takes: usize = row.iter().map(|c| escape::markdown(c).chars().count() + 3).sum();
        if takes > room {
            break;
        }
        room -= takes;
        rows.push(row);
    }
    if !rows.is_empty() {
        let titles = ["where", "statement", "strongest lock", "others wait", "runs", "risk"];
        markup::table(out, &titles, &[3, 4], &rows);
        out.push('\n');
    }
    let left_out = loud.len() - rows.len();
    if left_out > 0 {
        markup::paragraph(out, &format!("{} left out of the table.", review::some(left_out, "statement")));
    }
    let quiet = review.statements().count() - loud.len();
    if quiet > 0 {
        let are = if quiet == 1 { "needs" } else { "need" };
        markup::paragraph(out, &format!("{} {are} no attention.", review::some(quiet, "statement")));
    }
}

fn row(it: &Loud<'_>) -> Vec<String> {
    let judged = &it.reviewed.judged;
    let sql: String = judged.statement.sql.chars().take(10 * STATEMENT).collect();
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let findings = in_order(it.reviewed);
    let risk = findings.first().map_or("–".to_owned(), |f| format!("{}: {}", f.severity, f.rule));
    vec![
        place(it.file, it.reviewed),
        wrap::shortened(&sql, STATEMENT),
        facts::strongest_lock(&judged.effect),
        it.block.as_ref().map_or(Wait::Nobody, Block::wait).cell(),
        judged.estimate.duration_ms.as_ref().map_or("?".to_owned(), |r| at_most(r.high)),
        risk,
    ]
}

/// Each statement folded: of all that do not fit, the worst are kept, and all stay in their order.
fn write_details(out: &mut String, loud: &[Loud<'_>], limit: usize) {
    let details: Vec<String> = loud.iter().map(detail::of).collect();
    let mut by_risk: Vec<usize> = (0..loud.len()).collect();
    by_risk.sort_by_key(|at| std::cmp::Reverse(loud[*at].reviewed.judged.risk));
    let mut room = limit.saturating_sub(out.chars().count() + LINE);
    let mut kept = vec![false; loud.len()];
    for at in by_risk {
        let takes = details[at].chars().count();
        if takes <= room {
            room -= takes;
            kept[at] = true;
        }
    }
    for (detail, _) in details.iter().zip(&kept).filter(|(_, kept)| **kept) {
        out.push_str(detail);
    }
    let left_out = kept.iter().filter(|kept| !**kept).count();
    if left_out > 0 {
        let statements = review::some(left_out, "statement");
        markup::paragraph(
            out,
            &format!(
                "{statements} left out here: a comment holds 65,536 characters. The report as text has all."
            ),
        );
    }
}

/// The arithmetic of statements that need no attention, as far as it fits.
fn write_arithmetic(out: &mut String, review: &Review, limit: usize) {
    let mut room = limit.saturating_sub(out.chars().count() + LINE);
    let quiet = review.files.iter().flat_map(|file| {
        let statements = file.statements.iter().zip(blocks::of_file(file));
        let quiet = statements.filter(|(reviewed, block)| review::is_quiet(reviewed, block.as_ref()));
        quiet.filter_map(move |(reviewed, _)| detail::of_quiet(file, reviewed))
    });
    let mut left_out = 0;
    for folded in quiet {
        let takes = folded.chars().count();
        if takes <= room {
            room -= takes;
            out.push_str(&folded);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        let some = review::some(left_out, "statement");
        markup::paragraph(
            out,
            &format!("The arithmetic of {some} left out here. The report as text has all."),
        );
    }
}

/// What is to be said about files, what was allowed and what is not known, each list cut where it gets long.
fn end(review: &Review) -> String {
    let mut out = String::new();
    let lists = [
        ("In the way now", preflight::lines(&review.preflight)),
        ("Would wait", preflight::behind(&review.preflight)),
        ("Notes", review::notes(review)),
        ("Allowed", review::allowed(review)),
        ("Unknown", review::unknowns(review)),
    ];
    for (title, lines) in lists {
        let mut room = END / 4;
        let lines: Vec<String> = lines.iter().map(|l| wrap::shortened(&escape::line(l), LINE)).collect();
        let fits = |line: &&String| {
            let takes = escape::markdown(line).chars().count() + 3;
            let fits = takes <= room;
            room = room.saturating_sub(takes);
            fits
        };
        let mut shown: Vec<String> = lines.iter().take_while(fits).cloned().collect();
        if shown.len() < lines.len() {
            shown.push(format!("… and {} more", lines.len() - shown.len()));
        }
        markup::bullets(&mut out, title, &shown);
    }
    out
}
