//! Text for a terminal or a log: the verdict first, then file by file what a reviewer must see, then the rest in short.

mod detail;
mod excerpt;
mod quiet;

use altimeter_analysis::review::{Review, ReviewedFile};

use super::ReviewReport;
use super::place::Places;
use crate::Layout;
use crate::page::{OVERVIEW, Page, Style};
use crate::summary::review::{self, blocks, totals, verdict};
use crate::summary::{capacity, preflight};
use detail::Details;

/// Text for a terminal.
pub(super) struct Text;

impl ReviewReport for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn render_review(&self, review: &Review, layout: Layout) -> String {
        let mut page = Page::new(layout);
        write_overview(&mut page, review);
        let mut quiet = quiet::Files::default();
        for file in &review.files {
            write_file(&mut page, file, layout, &mut quiet);
        }
        quiet.write(&mut page);
        write_end(&mut page, review);
        page.finish()
    }
}

fn write_overview(page: &mut Page, review: &Review) {
    let server = format!("{} {}", review.engine, review.server_version);
    page.heading(&verdict::scope(review), &[review.source.clone(), server]);
    page.blank();
    write_verdict(page, review);
    page.blank();
    page.facts(OVERVIEW, "findings", &verdict::found(review), "   ");
    if review.complete {
        let mut pieces = capacity::pieces(&totals::capacity(review));
        let uncounted = totals::uncounted(review);
        if uncounted > 0 {
            pieces.push(format!("not counted: {}", review::some(uncounted, "statement")));
        }
        page.facts(OVERVIEW, "in all", &pieces, "   ");
    }
    page.list(OVERVIEW, "in the way", &preflight::lines(&review.preflight));
    page.list(OVERVIEW, "would wait", &preflight::behind(&review.preflight));
    page.list(OVERVIEW, "note", &review.notes);
}

fn write_verdict(page: &mut Page, review: &Review) {
    let verdict = verdict::verdict(review);
    page.prose(11, "VERDICT", (Style::Risk(verdict.risk), &verdict.headline), &verdict.rest);
}

/// What is to be seen in a file at length, and its other statements in short.
fn write_file<'a>(page: &mut Page, file: &'a ReviewedFile, layout: Layout, quiet: &mut quiet::Files<'a>) {
    let blocks = blocks::of_file(file);
    let is_quiet = |at: usize| review::is_quiet(&file.statements[at], blocks[at].as_ref());
    let (silent, loud): (Vec<usize>, Vec<usize>) = (0..file.statements.len()).partition(|at| is_quiet(*at));
    if loud.is_empty() && file.notes.is_empty() {
        return quiet.add(file, &blocks);
    }
    page.blank();
    let (style, aside) = aside(file);
    page.title(review::path(file), (style, &aside));
    for note in &file.notes {
        page.says(4, "", note);
    }
    let mut places = Places::new(&file.text);
    let mut details = Details::new(file, layout);
    for at in loud {
        page.blank();
        page.drawn_already(&details.draw(&mut places, at, blocks[at].as_ref()));
    }
    quiet::write(page, file, &silent, &blocks);
}

fn aside(file: &ReviewedFile) -> (Style, String) {
    let counts = review::counts(review::findings_of_file(file));
    let statements = review::some(file.statements.len(), "statement");
    match counts.first() {
        Some((worst, _)) => {
            (Style::Risk(*worst), format!("{statements} · {}", review::counted(&counts).join(", ")))
        }
        None => (Style::Dim, statements),
    }
}

/// Lines of a list at the end that are shown.
const LISTED: usize = 12;

/// The first lines of a list, and how many there are more.
fn first(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(LISTED);
    if more > 1 {
        lines.truncate(LISTED);
        lines.push(format!("… and {more} more"));
    }
    lines
}

/// Pages longer than this say the verdict again at their end, where a log is read first.
const LONG: usize = 100;

/// What was not known, and where there is more.
fn write_end(page: &mut Page, review: &Review) {
    page.blank();
    page.list(OVERVIEW, "allowed", &first(review::allowed(review)));
    page.list(OVERVIEW, "unknown", &first(review::unknowns(review)));
    if !review.complete {
        page.says(OVERVIEW, "with sizes", "--db URL, or --snapshot FILE made by altimeter snapshot");
    }
    if let Some(rule) = verdict::worst_rule(review) {
        page.says(OVERVIEW, "why", &format!("altimeter rules {rule}"));
    }
    page.says(OVERVIEW, "everything", "--format json has every lock and every number of every statement");
    if page.lines() > LONG {
        page.blank();
        write_verdict(page, review);
    }
}
