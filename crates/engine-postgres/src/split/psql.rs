//! What `psql` does not send as it stands: its commands and variables. Beside them the lines that separate statements in
//! the clients of other databases, and the placeholders of migration tools.

use std::ops::Range;

use altimeter_catalog::{Piece, PieceKind};
use squawk_lexer::TokenKind;

use super::command::Command;
use super::cut::{Cut, Edit, Unfilled};
use super::{Cutter, split, variable};

impl Cutter<'_> {
    /// A variable of `psql`, if one of that name is set or it cannot be anything else.
    pub(super) fn variable(&mut self, colon: usize) -> Option<usize> {
        let reference = variable::reference(self.sql, colon)?;
        let span = colon..reference.end;
        match self.variables.value(&reference) {
            Some(value) => self.fill_in(&span, value),
            None => {
                let stand_in = Edit { span: span.clone(), with: reference.stand_in().to_owned() };
                let open = self.open_at(&span);
                open.unfilled.push(Unfilled { written: span.clone(), stand_in });
                open.span.end = span.end;
                open.words.take_value();
            }
        }
        Some(span.end)
    }

    /// Reads a value in the place of a variable's name. It may end statements and begin others.
    fn fill_in(&mut self, span: &Range<usize>, value: String) {
        let statements = match value.contains(';') {
            true => split(&value),
            false => Vec::new(),
        };
        let texts = statements.iter().map(|c| value.get(c.piece.span.clone()).unwrap_or_default().to_owned());
        let mut texts: Vec<String> = texts.collect();
        let ends = value.trim_end().ends_with(';');
        let last = if texts.is_empty() || ends { None } else { texts.pop() };
        let whole = texts.is_empty() && last.is_none();
        for text in texts {
            self.part_of_value(span, text);
            self.end_statement();
        }
        if let Some(rest) = last.or_else(|| whole.then_some(value)) {
            self.part_of_value(span, rest);
        }
    }

    fn part_of_value(&mut self, span: &Range<usize>, with: String) {
        let open = self.open_at(span);
        open.edits.push(Edit { span: span.clone(), with });
        open.span.end = span.end;
        open.words.take_value();
    }

    /// `${name}` and `{{name}}`, which a migration tool fills in.
    pub(super) fn placeholder(&mut self, curly: usize) -> Option<usize> {
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
    pub(super) fn separator(&mut self, token: &Range<usize>) -> Option<usize> {
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
    pub(super) fn backslash(&mut self, at: usize) -> Option<usize> {
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
            self.send();
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

    /// Ends the statement and sends it; without one, the statement before is sent once more.
    fn send(&mut self) {
        if self.open.is_some() {
            return self.end_statement();
        }
        if let Some(again) = self.sent.and_then(|at| self.cuts.get(at)).cloned() {
            self.cuts.push(again);
        }
    }

    fn client(&mut self, span: Range<usize>) {
        let (line, column) = self.lines.of(self.sql, span.start);
        let piece = Piece { kind: PieceKind::Client, span, line, data_rows: None };
        self.cuts.push(Cut { piece, column, edits: Vec::new(), unfilled: Vec::new() });
    }
}
