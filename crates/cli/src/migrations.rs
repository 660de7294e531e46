//! The migrations a command is given, parsed side by side and reviewed in order.

use std::convert::Infallible;
use std::io::stdin;
use std::path::PathBuf;

use altimeter_analysis::review::{Passage, Review, ReviewedFile, Reviewer, Sending};
use altimeter_catalog::{Engine, PieceKind, SourceText};
use altimeter_migrations::{Direction, Gathered, Migration, Request, Section, Tool, TransactionRule, gather};

use crate::ahead::in_order;
use crate::failure::Failure;

/// Which migrations, and how they are run.
pub(crate) struct Asked<'a> {
    /// Files, folders, `-`.
    pub(crate) paths: &'a [PathBuf],
    /// The tool, if it shall not be recognised.
    pub(crate) tool: Option<Tool>,
    /// The scripts that lead back, last first.
    pub(crate) down: bool,
    /// Only what changed since this revision is shown.
    pub(crate) since: Option<&'a str>,
}

/// Reads the files in the order their tool runs them.
pub(crate) fn read(asked: &Asked<'_>, engine: &dyn Engine) -> Result<Gathered, Failure> {
    let client_commands = |text: &str| {
        let text = engine.read(text);
        let client = text.pieces().iter().filter(|p| p.kind == PieceKind::Client);
        client.map(|p| p.span.clone()).collect()
    };
    let request = Request {
        paths: asked.paths,
        stdin: &mut stdin().lock(),
        tool: asked.tool,
        direction: if asked.down { Direction::Down } else { Direction::Up },
        since: asked.since,
        client_commands: &client_commands,
    };
    Ok(gather(request)?)
}

/// Reviews them one after the other. What did not change since the revision asked for builds the schema up and is not
/// shown; where there is a database it has been run there, and is passed over.
pub(crate) fn review(
    reviewer: &mut Reviewer<'_>,
    engine: &dyn Engine,
    migrations: &[Migration],
    review: &mut Review,
) {
    let migrations: Vec<&Migration> = migrations.iter().filter(|m| m.changed || !review.complete).collect();
    let places: Vec<(&Migration, &Section)> =
        migrations.iter().flat_map(|m| m.sections.iter().map(move |s| (*m, s))).collect();
    let texts: Vec<_> = places.iter().map(|(m, s)| m.sql(s)).collect();
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    let mut files: Vec<ReviewedFile> = Vec::new();
    let mut current: Option<&Migration> = None;
    let mut left = migrations.into_iter();
    let Ok(()) = in_order(
        &texts,
        |text| engine.read(text),
        |n, text| {
            let Some((migration, section)) = places.get(n) else { return Ok::<_, Infallible>(()) };
            while current.is_none_or(|c| !std::ptr::eq(c, *migration)) {
                let Some(next) = left.next() else { return Ok(()) };
                begin_file(reviewer, next, &mut files);
                current = Some(next);
            }
            let statements = reviewer.passage(&passage(section, text.as_ref()));
            if let Some(file) = files.last_mut() {
                file.statements.extend(statements);
            }
            Ok(())
        },
    );
    // Migrations with nothing to run are at the end of the list or between others.
    left.for_each(|m| begin_file(reviewer, m, &mut files));
    end_session(reviewer, &mut files);
    review.files = files;
}

fn passage<'a>(section: &Section, text: &'a dyn SourceText) -> Passage<'a> {
    Passage {
        text,
        offset: section.span.start,
        lines_before: section.line.saturating_sub(1),
        sending: match section.transaction {
            TransactionRule::Each => Sending::Each,
            TransactionRule::One => Sending::InTransaction,
            TransactionRule::OneIfSeveral => Sending::AsOne,
        },
    }
}

fn begin_file(reviewer: &mut Reviewer<'_>, migration: &Migration, files: &mut Vec<ReviewedFile>) {
    if !migration.continues {
        end_session(reviewer, files);
    }
    files.push(ReviewedFile {
        path: migration.path.clone(),
        text: migration.text.clone(),
        statements: Vec::new(),
        notes: migration.notes.clone(),
        shown: migration.changed,
    });
}

fn end_session(reviewer: &mut Reviewer<'_>, files: &mut [ReviewedFile]) {
    if reviewer.end_session() {
        let note = "it ends inside a transaction: nothing of that is kept".to_owned();
        files.last_mut().into_iter().for_each(|f| f.notes.push(note.clone()));
    }
}
