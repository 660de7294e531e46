//! What is gathered, as a text to compare.

use std::fmt::Write;
use std::io::Cursor;
use std::ops::Range;
use std::path::{Path, PathBuf};

use altimeter_migrations::{Direction, Error, Gathered, Request, Tool, gather};

/// The folder of the migrations that were made for tests.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/migrations").canonicalize().unwrap()
}

/// Lines that begin with a backslash, which is all these tests have of `psql`.
fn commands(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let begin = at;
        at += line.len();
        begin..begin + line.trim_end().len()
    });
    lines.filter(|span| text[span.clone()].starts_with('\\')).collect()
}

/// Gathers some paths, with nothing on standard input.
pub(crate) fn gathered(
    paths: &[PathBuf],
    tool: Option<Tool>,
    direction: Direction,
    since: Option<&str>,
) -> Result<Gathered, Error> {
    let stdin = &mut Cursor::new(Vec::new());
    gather(Request { paths, stdin, tool, direction, since, client_commands: &commands })
}

/// Gathers a text from standard input.
pub(crate) fn from_input(text: &str) -> Gathered {
    read_input(None, text)
}

/// Gathers a text from standard input by the rules of one tool.
pub(crate) fn by_rules_of(tool: Tool, text: &str) -> Gathered {
    read_input(Some(tool), text)
}

fn read_input(tool: Option<Tool>, text: &str) -> Gathered {
    let stdin = &mut Cursor::new(text.as_bytes().to_vec());
    let paths = &[PathBuf::from("-")];
    let direction = Direction::Up;
    gather(Request { paths, stdin, tool, direction, since: None, client_commands: &commands }).unwrap()
}

/// Gathers one path forwards, the tool recognised.
pub(crate) fn all(path: &Path) -> Result<Gathered, Error> {
    gathered(&[path.to_owned()], None, Direction::Up, None)
}

/// One line for each section and note; paths below `root`.
pub(crate) fn shape(gathered: &Gathered, root: &Path) -> String {
    let mut shape = String::new();
    let prefix = format!("{}/", root.display());
    for migration in &gathered.migrations {
        let path = migration.path.replace(&prefix, "");
        let goes_on = if migration.continues { " goes on" } else { "" };
        for section in &migration.sections {
            let name = section.name.as_ref().map(|n| format!(" {n:?}")).unwrap_or_default();
            let (rule, way) = (section.transaction, section.direction);
            writeln!(shape, "{path}:{} {rule:?} {way:?}{name}{goes_on}", section.line).unwrap();
        }
        for note in &migration.notes {
            writeln!(shape, "  {path}: {}", note.replace(&prefix, "")).unwrap();
        }
    }
    for note in &gathered.notes {
        writeln!(shape, "note: {}", note.replace(&prefix, "")).unwrap();
    }
    shape
}
