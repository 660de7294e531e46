//! Pieces of a text, and the places in it.

use std::ops::Range;

use altimeter_catalog::{Piece, SyntaxError};

/// One piece of a text, and how to read it.
#[derive(Debug, Clone)]
pub(crate) struct Cut {
    pub(crate) piece: Piece,
    /// The character it begins with in its line, from 1.
    pub(super) column: u32,
    /// What stands in the text and what the server gets instead, in order.
    pub(super) edits: Vec<Edit>,
    /// Values that somebody fills in before the server sees them, and that the text does not tell.
    pub(super) unfilled: Vec<Unfilled>,
}

/// Some bytes of the text are replaced before the server sees them.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub(super) span: Range<usize>,
    pub(super) with: String,
}

/// A value to be filled in.
#[derive(Debug, Clone)]
pub(super) struct Unfilled {
    /// As it is written: `:name`, `${name}`.
    pub(super) written: Range<usize>,
    /// Something of the same kind, so that the rest of the statement can be read.
    pub(super) stand_in: Edit,
}

impl Cut {
    /// The text the server gets, where that is not the piece itself.
    pub(crate) fn reading(&self, sql: &str) -> Option<String> {
        (!self.edits.is_empty()).then(|| edited(sql, &self.piece.span, &self.edits))
    }

    /// A syntax error at a byte of what the server gets, at its place in the text.
    pub(crate) fn syntax_error(&self, sql: &str, at: usize, message: String) -> SyntaxError {
        let at = self.source(at);
        let before = sql.as_bytes().get(self.piece.span.start..at).unwrap_or_default();
        let (line, column) = behind(before, self.piece.line, self.column);
        SyntaxError { message, at, line, column }
    }

    /// The byte of the text that a byte of what the server gets comes from.
    fn source(&self, at: usize) -> usize {
        let (mut read, mut source) = (0, self.piece.span.start);
        for Edit { span, with } in &self.edits {
            let edited = read + span.start.saturating_sub(source);
            if at < edited {
                break;
            }
            if at < edited + with.len() {
                return span.start;
            }
            (read, source) = (edited + with.len(), span.end);
        }
        (source + at.saturating_sub(read)).min(self.piece.span.end)
    }

    /// The first value that is not known, as written, and the text with stand-ins for all such values.
    pub(crate) fn with_stand_ins<'a>(&self, sql: &'a str) -> Option<(&'a str, String)> {
        let first = self.unfilled.first()?;
        let mut edits = self.edits.clone();
        edits.extend(self.unfilled.iter().map(|u| u.stand_in.clone()));
        edits.sort_by_key(|e| e.span.start);
        Some((sql.get(first.written.clone())?, edited(sql, &self.piece.span, &edits)))
    }
}

fn edited(sql: &str, span: &Range<usize>, edits: &[Edit]) -> String {
    let mut text = String::with_capacity(span.len());
    let mut at = span.start;
    for Edit { span: place, with } in edits {
        if place.start >= at && place.end <= span.end {
            text.push_str(sql.get(at..place.start).unwrap_or_default());
            text.push_str(with);
            at = place.end;
        }
    }
    text.push_str(sql.get(at..span.end).unwrap_or_default());
    text
}

/// Counts lines once from the text's beginning to its end.
pub(super) struct Lines {
    counted_to: usize,
    line: u32,
    column: u32,
}

impl Lines {
    /// At the beginning of a text. A byte order mark is no character of the first line.
    pub(super) fn new(sql: &str) -> Self {
        Self { counted_to: if sql.starts_with('\u{feff}') { 3 } else { 0 }, line: 1, column: 1 }
    }

    /// The line and the character in it of a place, which must not be before the one asked for last.
    pub(super) fn of(&mut self, sql: &str, at: usize) -> (u32, u32) {
        let between = sql.as_bytes().get(self.counted_to..at).unwrap_or_default();
        self.counted_to = self.counted_to.max(at);
        (self.line, self.column) = behind(between, self.line, self.column);
        (self.line, self.column)
    }
}

/// The line and column behind some bytes of UTF-8.
fn behind(bytes: &[u8], line: u32, column: u32) -> (u32, u32) {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let characters = |bytes: &[u8]| count(bytes.iter().filter(|b| **b & 0xC0 != 0x80).count());
    match bytes.iter().rposition(|b| *b == b'\n') {
        None => (line, column.saturating_add(characters(bytes))),
        Some(last) => {
            let lines = count(bytes.iter().filter(|b| **b == b'\n').count());
            let behind_last = bytes.get(last + 1..).unwrap_or_default();
            (line.saturating_add(lines), characters(behind_last).saturating_add(1))
        }
    }
}
