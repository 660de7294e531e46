//! Text for a terminal or a log: the verdict first, then file by file what a reviewer must see, then the rest in short.

mod detail;
mod excerpt;
mod quiet;

use altimeter_analysis::review::{Review, ReviewedFile};

use super::kind::{Part, ReviewReport};
use super::place::Places;
use crate::page::{OVERVIEW, Page, Style};
use crate::summary::review::blocks::{self, Block};
use crate::summary::review::{self, verdict};
use crate::summary::{arithmetic, capacity, limits, preflight};
use crate::{Layout, wrap};
use detail::Details;

/// Text for a terminal.
pub(super) struct Text;

impl ReviewReport for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn parts<'a>(&'a self, review: &'a Review, layout: Layout) -> Vec<Part<'a>> {
        let page = move |write: &dyn Fn(&mut Page)| {
            let mut page = Page::new(layout);
            write(&mut page);
            page.finish()
        };
        let mut parts: Vec<Part<'a>> = vec![Box::new(move || page(&|page| write_overview(page, review)))];
        let mut quiet = quiet::Files::default();
        let mut shown = 0;
        for file in &review.files {
            let blocks = blocks::of_file(file);
            let loud = loud(file, &blocks);
            if loud.is_empty() && file.notes.is_empty() {
                quiet.add(file, &blocks);
                continue;
            }
            shown += loud.len();
            parts.push(Box::new(move || page(&|page| write_file(page, file, &loud, layout))));
        }
        for file in review.files.iter().filter(|f| is_explained(f)) {
            parts.push(Box::new(move || page(&|page| write_arithmetic(page, file))));
        }
        parts.push(Box::new(move || {
            page(&|page| {
                quiet.write(page);
                write_end(page, review, shown > MANY);
            })
        }));
        parts
    }
}

/// A statement's text above its arithmetic, in columns.
const STATEMENT: usize = 120;

/// Whether the arithmetic of a file's statements was asked for.
fn is_explained(file: &ReviewedFile) -> bool {
    file.statements.iter().any(|s| !arithmetic::sums(&s.judged).is_empty())
}

/// How the estimates of a file's statements come about, those that need no attention included.
fn write_arithmetic(page: &mut Page, file: &ReviewedFile) {
    page.blank();
    page.title("arithmetic of the estimates", (Style::Dim, review::path(file)));
    for reviewed in &file.statements {
        let sums = arithmetic::sums(&reviewed.judged);
        if !sums.is_empty() {
            page.blank();
            let sql = wrap::shortened(&reviewed.judged.statement.sql, STATEMENT);
            page.says(4, "", &format!("{}: {sql}", review::place(file, reviewed)));
            page.arithmetic(6, &sums);
        }
    }
}

/// The statements of a file that are to be seen at length.
fn loud(file: &ReviewedFile, blocks: &[Option<Block<'_>>]) -> Vec<usize> {
    let is_loud = |at: &usize| !review::is_quiet(&file.statements[*at], blocks[*at].as_ref());
    (0..file.statements.len()).filter(is_loud).collect()
}

fn write_overview(page: &mut Page, review: &Review) {
    let server = format!("{} {}", review.engine, review.server_version);
    page.heading(&verdict::scope(review), &[review.source.clone(), server]);
    page.blank();
    write_verdict(page, review);
    page.blank();
    page.facts(OVERVIEW, "findings", &verdict::found(review), "   ");
    if review.complete {
        let mut pieces = capacity::pieces(&review.capacity());
        let uncounted = review.uncounted();
        if uncounted > 0 {
            pieces.push(format!("not counted: {}", review::some(uncounted, "statement")));
        }
        page.facts(OVERVIEW, "in all", &pieces, "   ");
    }
    page.list(OVERVIEW, "limits", &limits::lines(&review.limits));
    page.list(OVERVIEW, "in the way", &preflight::lines(&review.preflight));
    page.list(OVERVIEW, "would wait", &preflight::behind(&review.preflight));
    page.list(OVERVIEW, "note", &review.notes);
}

fn write_verdict(page: &mut Page, review: &Review) {
    let verdict = verdict::verdict(review);
    page.prose(11, "VERDICT", (Style::Risk(verdict.risk), &verdict.headline), &verdict.rest);
}

/// What is to be seen in a file at length, and its other statements in short.
fn write_file(page: &mut Page, file: &ReviewedFile, loud: &[usize], layout: Layout) {
    let blocks = blocks::of_file(file);
    let silent: Vec<usize> = (0..file.statements.len()).filter(|at| !loud.contains(at)).collect();
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
        page.drawn_already(&details.draw(&mut places, *at, blocks[*at].as_ref()));
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

/// Where more statements than this are shown at length, the verdict is said again at the end, where a log is read
/// first.
const MANY: usize = 5;

/// What was not known, and where there is more; of a `long` report the verdict again.
fn write_end(page: &mut Page, review: &Review, long: bool) {
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
    if long {
        page.blank();
        write_verdict(page, review);
    }
}
