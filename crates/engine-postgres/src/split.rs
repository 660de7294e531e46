//! Where statements begin and end in a text, found by the lexer alone, so that a mistake in one statement says
//! nothing about the next and a large text need not be parsed in one go.
//!
//! The text is read as `psql` reads a file (manual, "psql", and `psqlscan.l`): its commands and variables are known,
//! and rows that follow `COPY … FROM stdin` are counted and left out. What migration tools send to the server
//! directly is SQL only, which reads the same.

mod command;
mod copy;
mod string;
mod variable;
mod words;

use std::ops::Range;

use altimeter_catalog::{Piece, PieceKind, SyntaxError};
use squawk_lexer::{LiteralKind, Token, TokenKind};

pub(crate) use command::Command;
use variable::Variables;
use words::Words;

/// One piece of a text, and how to read it.
#[derive(Debug)]
pub(crate) struct Cut {
    pub(crate) piece: Piece,
    /// The character it begins with in its line, from 1.
    column: u32,
    /// What stands in the text and what the server gets instead, in order.
    edits: Vec<Edit>,
    /// Values that somebody fills in before the server sees them, and that the text does not tell.
    unfilled: Vec<Unfilled>,
}

/// Some bytes of the text are replaced before the server sees them.
#[derive(Debug, Clone)]
struct Edit {
    span: Range<usize>,
    with: String,
}

/// A value to be filled in.
#[derive(Debug, Clone)]
struct Unfilled {
    /// As it is written: `:name`, `${name}`.
    written: Range<usize>,
    /// Something of the same kind, so that the rest of the statement can be read.
    stand_in: Edit,
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

/// Takes a text apart at the semicolons that end a statement: not those in quotes, comments, rules or bodies.
pub(crate) fn split(sql: &str) -> Vec<Cut> {
    let mut cutter = Cutter::new(sql);
    let mut at = 0;
    while at < sql.len() {
        at = cutter.read_from(at);
    }
    cutter.end_statement();
    cutter.cuts
}

struct Cutter<'a> {
    sql: &'a str,
    cuts: Vec<Cut>,
    lines: Lines,
    /// The statement being read.
    open: Option<Open>,
    /// The last token was `E'…'`, which a string on the next line continues.
    after_escape_string: bool,
    /// `standard_conforming_strings` is off, so that backslashes escape in every string.
    backslash_escapes: bool,
    /// Rows of this piece begin on the next line.
    rows_follow: Option<usize>,
    /// What ends a statement instead of a semicolon, after a `DELIMITER` of MySQL's client.
    delimiter: Option<&'a str>,
    variables: Variables,
}

/// A statement whose end is not reached yet.
struct Open {
    span: Range<usize>,
    place: (u32, u32),
    words: Words,
    edits: Vec<Edit>,
    unfilled: Vec<Unfilled>,
}

impl<'a> Cutter<'a> {
    fn new(sql: &'a str) -> Self {
        Self {
            sql,
            cuts: Vec::new(),
            // A byte order mark is no character of the first line.
            lines: Lines { counted_to: if sql.starts_with('\u{feff}') { 3 } else { 0 }, line: 1, column: 1 },
            open: None,
            after_escape_string: false,
            backslash_escapes: false,
            rows_follow: None,
            delimiter: None,
            variables: Variables::default(),
        }
    }

    /// Reads on from a place until something is to be skipped that the lexer does not know; gives where to go on.
    fn read_from(&mut self, from: usize) -> usize {
        let mut at = from;
        for Token { kind, len } in squawk_lexer::tokenize(self.sql.get(from..).unwrap_or_default()) {
            let token = at..at + len as usize;
            at = token.end;
            if let Some(elsewhere) = self.token(kind, token) {
                return elsewhere;
            }
        }
        self.sql.len()
    }

    fn token(&mut self, kind: TokenKind, token: Range<usize>) -> Option<usize> {
        match kind {
            TokenKind::Whitespace => return self.blank(&token),
            TokenKind::LineComment | TokenKind::BlockComment { terminated: true } => return None,
            TokenKind::Eof => return None,
            _ => {}
        }
        let after_escape_string = std::mem::take(&mut self.after_escape_string);
        if let Some(delimiter) = self.delimiter {
            if let Some(end) = self.ends_at(delimiter, kind, &token) {
                return Some(end);
            }
        } else if kind == TokenKind::Semi && self.open.as_ref().is_none_or(|o| o.words.may_end()) {
            self.end_statement();
            return None;
        }
        match kind {
            TokenKind::Unknown if self.text(&token) == "\\" => return self.backslash(token.start),
            TokenKind::Colon => {
                if let Some(end) = self.variable(token.start) {
                    return Some(end);
                }
            }
            TokenKind::OpenCurly => {
                if let Some(end) = self.placeholder(token.start) {
                    return Some(end);
                }
            }
            TokenKind::Ident | TokenKind::Slash if self.open.is_none() => {
                if let Some(end) = self.separator(&token) {
                    return Some(end);
                }
            }
            TokenKind::Literal { kind: LiteralKind::EscStr { .. } } => self.after_escape_string = true,
            TokenKind::Literal { kind: LiteralKind::Str { .. } }
                if self.backslash_escapes || after_escape_string =>
            {
                self.after_escape_string = after_escape_string;
                return self.escape_string(token);
            }
            _ => {}
        }
        self.significant(kind, token);
        None
    }

    /// Ends the statement at a delimiter other than the semicolon: `END //`, `END$$`.
    fn ends_at(&mut self, delimiter: &str, kind: TokenKind, token: &Range<usize>) -> Option<usize> {
        let rest = self.sql.get(token.start..)?;
        let before = match kind {
            // A dollar may be part of a name.
            TokenKind::Ident => self.text(token).find(delimiter)?,
            _ => rest.starts_with(delimiter).then_some(0)?,
        };
        if before > 0 {
            self.significant(kind, token.start..token.start + before);
        }
        self.end_statement();
        Some(token.start + before + delimiter.len())
    }

    fn text(&self, span: &Range<usize>) -> &'a str {
        self.sql.get(span.clone()).unwrap_or_default()
    }

    /// Takes a token into the statement, a new one if none is open.
    fn significant(&mut self, kind: TokenKind, token: Range<usize>) {
        let text = self.text(&token);
        let open = self.open_at(&token);
        open.span.end = token.end;
        open.words.take(kind, text);
    }

    fn open_at(&mut self, token: &Range<usize>) -> &mut Open {
        let Self { open, lines, sql, .. } = self;
        open.get_or_insert_with(|| Open {
            span: token.clone(),
            place: lines.of(sql, token.start),
            words: Words::default(),
            edits: Vec::new(),
            unfilled: Vec::new(),
        })
    }

    fn end_statement(&mut self) {
        let Some(Open { span, place: (line, column), words, edits, unfilled }) = self.open.take() else {
            return;
        };
        if words.copies_from_stdin() {
            self.rows_follow = Some(self.cuts.len());
        }
        if let Some(escapes) = words.backslash_escapes(self.sql.get(span.clone()).unwrap_or_default()) {
            self.backslash_escapes = escapes;
        }
        let piece = Piece { kind: PieceKind::Sql, span, line, data_rows: None };
        self.cuts.push(Cut { piece, column, edits, unfilled });
    }

    /// White space: rows to be read from standard input begin behind the line.
    fn blank(&mut self, token: &Range<usize>) -> Option<usize> {
        let newline = self.text(token).find('\n');
        if newline.is_none() && self.after_escape_string {
            // Only a string behind a line break continues another (manual, "String Constants").
            let rest = self.sql.get(token.end..).unwrap_or_default();
            self.after_escape_string = rest.starts_with("--");
        }
        self.rows_follow?;
        let begin = token.start + newline? + 1;
        let cut = self.rows_follow.take()?;
        let rows = copy::rows(self.sql.get(begin..).unwrap_or_default());
        if let Some(cut) = self.cuts.get_mut(cut) {
            cut.piece.data_rows = Some(rows.count);
        }
        Some(begin + rows.bytes)
    }

    /// A string whose backslashes escape although the lexer does not know: each escaped quote is read as a doubled
    /// one, which means the same and is as long.
    fn escape_string(&mut self, token: Range<usize>) -> Option<usize> {
        let string = string::escaped(self.sql, token.start);
        let open = self.open_at(&token);
        open.edits
            .extend(string.quotes.into_iter().map(|at| Edit { span: at..at + 2, with: "''".to_owned() }));
        let kind = TokenKind::Literal { kind: LiteralKind::Str { terminated: true } };
        self.significant(kind, token.start..string.end);
        Some(string.end)
    }

    /// A variable of `psql`, if one of that name is set or it cannot be anything else.
    fn variable(&mut self, colon: usize) -> Option<usize> {
        let reference = variable::reference(self.sql, colon)?;
        let value = self.variables.value(&reference);
        let span = colon..reference.end;
        let open = self.open_at(&span);
        match value {
            Some(with) => open.edits.push(Edit { span: span.clone(), with }),
            None => {
                let stand_in = Edit { span: span.clone(), with: reference.stand_in().to_owned() };
                open.unfilled.push(Unfilled { written: span.clone(), stand_in });
            }
        }
        open.span.end = span.end;
        open.words.take_value();
        Some(span.end)
    }

    /// `${name}` and `{{name}}`, which a migration tool fills in.
    fn placeholder(&mut self, curly: usize) -> Option<usize> {
        let written = variable::placeholder(self.sql, curly)?;
        let open = self.open_at(&written);
        let stand_in = Edit { span: written.clone(), with: "placeholder".to_owned() };
        // The lexer took the dollar as a token of its own, or as the last character of a name.
        open.unfilled.push(Unfilled { written: written.clone(), stand_in });
        open.span.end = written.end;
        open.words.take_value();
        Some(written.end)
    }

    /// A line that separates statements in the clients of other databases: `GO`, `/`, `DELIMITER //`.
    fn separator(&mut self, token: &Range<usize>) -> Option<usize> {
        let word = self.text(token);
        let sets_delimiter = word.eq_ignore_ascii_case("delimiter");
        if !sets_delimiter && word != "/" && !word.eq_ignore_ascii_case("go") {
            return None;
        }
        let before = self.sql.get(..token.start)?.trim_end_matches([' ', '\t', '\u{feff}']);
        let behind = self.sql.get(token.end..)?;
        let behind = behind.get(..behind.find('\n').unwrap_or(behind.len()))?.trim_end();
        let begins_line = before.is_empty() || before.ends_with('\n');
        if !begins_line || behind.is_empty() == sets_delimiter {
            return None;
        }
        if sets_delimiter {
            self.delimiter = Some(behind.trim()).filter(|d| *d != ";");
        }
        let end = token.end + behind.len();
        self.client(token.start..end);
        Some(end)
    }

    /// A command of `psql`.
    fn backslash(&mut self, at: usize) -> Option<usize> {
        let command = Command::read(self.sql, at);
        match command.name {
            ";" => {
                self.end_statement();
                return Some(command.span.end);
            }
            // An escaped colon is a colon; `\\` ends a command, and there is none.
            ":" => {
                self.open_at(&command.span).edits.push(Edit { span: command.span.clone(), with: ":".into() });
                self.significant(TokenKind::Colon, command.span.clone());
                return Some(command.span.end);
            }
            "\\" => {
                self.leave_out(&command.span);
                return Some(command.span.end);
            }
            "r" | "reset" => self.open = None,
            "set" | "unset" | "gset" | "prompt" | "getenv" => self.variables.command(self.sql, &command),
            _ => {}
        }
        if command.sends() {
            self.end_statement();
        } else {
            self.leave_out(&command.span);
        }
        let copy = command.as_copy(self.sql);
        self.client(command.span.clone());
        if let (Some(copy), Some(cut)) = (copy, self.cuts.last_mut()) {
            cut.edits.push(Edit { span: command.span.clone(), with: copy.sql });
            if copy.rows_follow {
                self.rows_follow = Some(self.cuts.len() - 1);
            }
        }
        Some(command.span.end)
    }

    /// Something inside a statement that the server does not get.
    fn leave_out(&mut self, span: &Range<usize>) {
        if let Some(open) = &mut self.open {
            open.edits.push(Edit { span: span.clone(), with: " ".to_owned() });
        }
    }

    fn client(&mut self, span: Range<usize>) {
        let (line, column) = self.lines.of(self.sql, span.start);
        let piece = Piece { kind: PieceKind::Client, span, line, data_rows: None };
        self.cuts.push(Cut { piece, column, edits: Vec::new(), unfilled: Vec::new() });
    }
}

/// Counts lines once from the text's beginning to its end.
struct Lines {
    counted_to: usize,
    line: u32,
    column: u32,
}

impl Lines {
    /// The line and the character in it of a place, which must not be before the one asked for last.
    fn of(&mut self, sql: &str, at: usize) -> (u32, u32) {
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

#[cfg(test)]
mod tests;
