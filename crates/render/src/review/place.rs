//! Lines and columns of places in a file.

use std::ops::Range;

use altimeter_analysis::review::{Reviewed, ReviewedFile};

/// A place in a file, for people and programs; all counts begin at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The line; a line ends at a line feed.
    pub(super) line: usize,
    /// The column in characters, as editors and compilers count.
    pub(super) column: usize,
    /// The column in UTF-16 code units.
    pub(super) utf16: usize,
}

/// Finds places in one file. Places are mostly asked for in order, and a line may be a megabyte long, so a column is
/// counted on from the place asked for last.
pub(super) struct Places<'a> {
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
    last: (usize, Place),
}

impl<'a> Places<'a> {
    /// Places in that text.
    pub(super) fn new(text: &'a str) -> Self {
        let after_breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(after_breaks).collect();
        Self { text, lines, last: (0, Place { line: 1, column: 1, utf16: 1 }) }
    }

    /// A span that is inside the text and ends at characters, whatever was asked for.
    pub(super) fn inside(&self, span: &Range<usize>) -> Range<usize> {
        let end = self.text.floor_char_boundary(span.end);
        self.text.floor_char_boundary(span.start).min(end)..end
    }

    /// The line of a byte; unlike a column it can be asked for in any order.
    pub(super) fn line_of(&self, at: usize) -> usize {
        self.lines.partition_point(|begin| *begin <= at)
    }

    /// The place of a byte.
    pub(super) fn of(&mut self, at: usize) -> Place {
        let at = self.text.floor_char_boundary(at);
        let line = self.line_of(at);
        let begin = self.begin(line);
        let (from, known) = match self.last {
            (last, place) if place.line == line && last <= at => (last, place),
            _ => (begin, Place { line, column: 1, utf16: 1 }),
        };
        let mut place = known;
        for c in self.text[from..at].chars() {
            place.column += 1;
            place.utf16 += c.len_utf16();
        }
        self.last = (at, place);
        place
    }

    /// Where a line begins, in bytes.
    pub(super) fn begin(&self, line: usize) -> usize {
        self.lines.get(line - 1).copied().unwrap_or(self.text.len())
    }

    /// A line from byte `from` of the text on, without its line break.
    pub(super) fn rest_of_line(&self, line: usize, from: usize) -> &'a str {
        let end = self.lines.get(line).map_or(self.text.len(), |next| next - 1);
        let text = &self.text[from.min(end)..end];
        text.strip_suffix('\r').unwrap_or(text)
    }
}

/// What is marked: the statement, or the word where it stops being SQL.
pub(super) fn marked(file: &ReviewedFile, reviewed: &Reviewed) -> Range<usize> {
    let statement = &reviewed.judged.statement;
    let Some(error) = &statement.syntax_error else { return statement.span.clone() };
    let rest = file.text.get(error.at..).unwrap_or_default();
    let ends = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '(' | ')');
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let word = rest.find(ends).unwrap_or(rest.len()).max(first);
    error.at..error.at + word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_characters_and_in_code_units() {
        let text = "ä😀x\r\ny";
        let mut places = Places::new(text);
        let mut at = |byte| {
            let p = places.of(byte);
            (p.line, p.column, p.utf16)
        };
        let x = text.find('x').unwrap();
        assert_eq!(at(x), (1, 3, 4));
        assert_eq!(at(0), (1, 1, 1));
        assert_eq!(at(text.len()), (2, 2, 2));
        assert_eq!(at(text.len() + 9), (2, 2, 2));
        assert_eq!(at(3), (1, 2, 2), "inside a character: where that begins");
        assert_eq!(places.rest_of_line(1, x), "x");
        assert_eq!(places.rest_of_line(2, places.begin(2)), "y");
    }

    #[test]
    fn a_span_outside_the_text_is_brought_inside() {
        let places = Places::new("aä");
        assert_eq!(places.inside(&(2..99)), 1..3);
        assert_eq!(places.inside(&Range { start: 50, end: 40 }), 3..3);
    }
}
