//! Where statements begin and end in a text, found by the lexer alone, so that a mistake in one statement says
//! nothing about the next and a large text need not be parsed in one go.
//!
//! The text is read as `psql` reads a file (manual, "psql", and `psqlscan.l`): its commands and variables are known,
//! and rows that follow `COPY … FROM stdin` are counted and left out. What migration tools send to the server
//! directly is SQL only, which reads the same.

mod command;
mod copy;
mod cut;
mod psql;
mod string;
mod variable;
mod words;

use std::ops::Range;

use altimeter_catalog::{Piece, PieceKind};
use squawk_lexer::{LiteralKind, Token, TokenKind};

pub(crate) use command::Command;
pub(crate) use cut::Cut;
use cut::{Edit, Lines, Unfilled};
use variable::Variables;
use words::Words;

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
    /// The last statement that was sent.
    sent: Option<usize>,
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
            lines: Lines::new(sql),
            open: None,
            after_escape_string: false,
            backslash_escapes: false,
            rows_follow: None,
            delimiter: None,
            variables: Variables::default(),
            sent: None,
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
        self.sent = Some(self.cuts.len());
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
}

#[cfg(test)]
mod tests;
