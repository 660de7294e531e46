//! What needs no attention, in short: a line a statement, or many in one.

use altimeter_analysis::review::ReviewedFile;
use altimeter_catalog::Change;

use crate::page::{OVERVIEW, Page};
use crate::summary::review::blocks::Block;
use crate::summary::review::{facts, some};
use crate::summary::steps::{Wait, at_most};
use crate::table::{self, Column};
use crate::wrap;

/// So many statements that nobody waits for are shown a line each; more are one line together.
const SHOWN: usize = 5;
/// The columns of a statement's text in a table.
const STATEMENT: usize = 60;

/// Files nobody has to look at.
#[derive(Default)]
pub(super) struct Files {
    paths: Vec<String>,
    statements: usize,
}

impl Files {
    /// One more.
    pub(super) fn add(&mut self, file: &ReviewedFile) {
        self.paths.push(file.path.clone());
        self.statements += file.statements.len();
    }

    /// All of them in a line.
    pub(super) fn write(&self, page: &mut Page) {
        let (Some(first), Some(last)) = (self.paths.first(), self.paths.last()) else { return };
        let files = match self.paths.len() {
            1 if first == "-" => "standard input".to_owned(),
            1 => first.clone(),
            2 => format!("{first} and {last}"),
            n => format!("{}, {first} to {last}", some(n, "file")),
        };
        let takes = if self.statements == 1 { "takes" } else { "take" };
        page.blank();
        page.says(
            OVERVIEW,
            "quiet",
            &format!("{} in {files} {takes} no lock anybody waits for", some(self.statements, "statement")),
        );
    }
}

/// Whether there is a statement in the file that makes others wait, however shortly.
pub(super) fn is_worth_a_table(file: &ReviewedFile, blocks: &[Option<Block<'_>>]) -> bool {
    blocks.iter().any(Option::is_some)
        || file.statements.iter().any(|s| s.judged.effect.waits_for_transactions)
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
