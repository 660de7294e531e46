//! What needs no attention, in short: a line a statement, or many in one.

use altimeter_analysis::review::ReviewedFile;
use altimeter_catalog::Change;

use crate::page::{OVERVIEW, Page, Style};
use crate::summary::review::blocks::{self, Block};
use crate::summary::review::{facts, path, some};
use crate::summary::steps::{Wait, at_most};
use crate::table::{self, Column};
use crate::wrap;

/// So many statements that nobody waits for are shown a line each; more are one line together.
const SHOWN: usize = 5;
/// The columns of a statement's text in a table.
const STATEMENT: usize = 60;

/// So many files in which somebody waits, but not long enough to be noticed, are shown; more are one line together.
const FILES: usize = 8;

/// Files nobody has to look at.
#[derive(Default)]
pub(super) struct Files<'a> {
    /// Nobody waits.
    silent: Vec<&'a ReviewedFile>,
    /// Somebody waits, hardly.
    short: Vec<&'a ReviewedFile>,
}

impl<'a> Files<'a> {
    /// One more.
    pub(super) fn add(&mut self, file: &'a ReviewedFile, blocks: &[Option<Block<'_>>]) {
        if blocks.iter().any(Option::is_some) { self.short.push(file) } else { self.silent.push(file) }
    }

    /// Files with short waits in a table each if they are few, all others in a line.
    pub(super) fn write(&self, page: &mut Page) {
        if self.short.len() <= FILES {
            for file in &self.short {
                page.blank();
                page.title(path(file), (Style::Dim, &some(file.statements.len(), "statement")));
                let all: Vec<usize> = (0..file.statements.len()).collect();
                write(page, file, &all, &blocks::of_file(file));
            }
        } else {
            let waits =
                self.short.iter().flat_map(|f| blocks::of_file(f).into_iter().flatten().map(|b| b.wait()));
            let longest = waits.reduce(Wait::or_longer).unwrap_or(Wait::Nobody).cell();
            page.blank();
            page.says(
                OVERVIEW,
                "short",
                &format!(
                    "{} likely to hold a lock for moments only; others wait {longest}",
                    listed(&self.short, "is", "are")
                ),
            );
        }
        if !self.silent.is_empty() {
            page.blank();
            let says = listed(&self.silent, "takes", "take");
            page.says(OVERVIEW, "quiet", &format!("{says} no lock anybody waits for"));
        }
    }
}

/// `12 statements in a.sql take`.
fn listed(files: &[&ReviewedFile], one: &str, many: &str) -> String {
    let statements = files.iter().map(|f| f.statements.len()).sum();
    let verb = if statements == 1 { one } else { many };
    let named = match files {
        [only] => path(only).to_owned(),
        [first, last] => format!("{} and {}", path(first), path(last)),
        [first, .., last] => format!("{}, {} to {},", some(files.len(), "file"), path(first), path(last)),
        [] => String::new(),
    };
    format!("{} in {named} {verb}", some(statements, "statement"))
}

/// The statements at those places of a file.
pub(super) fn write(page: &mut Page, file: &ReviewedFile, at: &[usize], blocks: &[Option<Block<'_>>]) {
    let harmless =
        |at: usize| blocks[at].is_none() && !file.statements[at].judged.effect.waits_for_transactions;
    let of_session = |at: usize| {
        let changes = &file.statements[at].judged.statement.changes;
        !changes.is_empty() && changes.iter().all(|c| matches!(c, Change::Session(_)))
    };
    let (harmless, mut shown): (Vec<usize>, Vec<usize>) = at.iter().partition(|at| harmless(**at));
    let (mut folded, few): (Vec<usize>, Vec<usize>) = harmless.into_iter().partition(|at| of_session(*at));
    if few.len() > SHOWN {
        folded.extend(few)
    } else {
        shown.extend(few)
    }
    shown.sort_unstable();
    folded.sort_unstable();
    if !shown.is_empty() {
        page.blank();
        let columns = [
            Column::new("line").figures(),
            Column::new("statement").wraps_to(20),
            Column::new("strongest lock").wraps_to(12),
            Column::new("others wait").figures(),
            Column::new("runs").figures(),
        ];
        let rows: Vec<Vec<String>> = shown.iter().map(|at| row(file, *at, blocks[*at].as_ref())).collect();
        page.drawn(&table::draw_plain(&columns, &rows, page.width() - 1));
    }
    let line = |at: &usize| file.statements[*at].judged.statement.line;
    if let (Some(from), Some(to)) = (folded.first().map(line), folded.last().map(line)) {
        let (lines, takes) = match folded.len() {
            1 => (format!("line {from}"), "takes"),
            _ => (format!("lines {from} to {to}"), "take"),
        };
        let statements = some(folded.len(), "more statement");
        page.blank();
        page.says(4, "", &format!("{statements} ({lines}) {takes} no lock anybody waits for."));
    }
}

fn row(file: &ReviewedFile, at: usize, block: Option<&Block<'_>>) -> Vec<String> {
    let judged = &file.statements[at].judged;
    let one_line = one_line(&judged.statement.sql);
    vec![
        judged.statement.line.to_string(),
        wrap::shortened(&one_line, STATEMENT),
        facts::strongest_lock(&judged.effect),
        block.map_or(Wait::Nobody, Block::wait).cell(),
        judged.estimate.duration_ms.as_ref().map_or("?".to_owned(), |r| at_most(r.high)),
    ]
}

/// The beginning of a statement, its white space as single blanks.
fn one_line(sql: &str) -> String {
    let mut line = String::new();
    for word in sql.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().take(2 * STATEMENT));
        if line.chars().count() > 2 * STATEMENT {
            break;
        }
    }
    line
}
