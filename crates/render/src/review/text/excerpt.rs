//! The lines of a file around a statement, made fit to be shown: harmless, and no wider than the page however long
//! the lines are.

use std::ops::Range;

use crate::review::place::Places;
use crate::{escape, wrap};

/// Lines of a long statement that are shown at its beginning and at its end; the renderer folds the lines between.
const FIRST: usize = 4;
const LAST: usize = 2;

/// A piece of a file.
pub(super) struct Excerpt {
    /// The lines to show; those that will be folded are empty.
    pub(super) text: String,
    /// The number of its first line in the file.
    pub(super) line: usize,
    /// The statement's bytes in `text`.
    pub(super) span: Range<usize>,
    /// The column of the file at which the statement begins, if what is before it was left out.
    pub(super) cut_column: Option<usize>,
    /// The columns the statement takes in its last line, with what is before it.
    pub(super) end_column: usize,
}

impl Excerpt {
    /// The lines of a span, each at most `room` columns wide.
    pub(super) fn new(places: &mut Places<'_>, span: &Range<usize>, room: usize) -> Self {
        let span = places.inside(span);
        let (begin, end) = (places.of(span.start), places.line_of(span.end));
        let mut excerpt =
            Self { text: String::new(), line: begin.line, span: 0..0, cut_column: None, end_column: 0 };
        for line in begin.line..=end {
            let from = places.begin(line);
            let folded = line >= begin.line + FIRST && line + LAST <= end;
            if !folded {
                let starts = if line == begin.line { span.start - from } else { 0 };
                let ends = if line == end { span.end - from } else { usize::MAX };
                excerpt.push(places.rest_of_line(line, from), starts..ends, room, begin.column);
            }
            if line < end {
                excerpt.text.push('\n');
            }
        }
        excerpt
    }

    /// Adds one line of which the bytes of `marked` belong to the statement.
    fn push(&mut self, line: &str, marked: Range<usize>, room: usize, column: usize) {
        let first = self.text.is_empty();
        let before = &line[..line.floor_char_boundary(marked.start)];
        let mut used = 0;
        if first && (before.len() > 4 * room || wrap::columns(&shown(before)) > room / 2) {
            self.text.push('…');
            used = 1;
            self.cut_column = Some(column);
        } else {
            let before = shown(before);
            used += wrap::columns(&before);
            self.text.push_str(&before);
        }
        if first {
            self.span.start = self.text.len();
        }
        let marked_end = line.floor_char_boundary(marked.end.min(line.len())).max(before.len());
        for (at, c) in line[before.len()..].char_indices() {
            if before.len() + at == marked_end {
                (self.span.end, self.end_column) = (self.text.len(), used);
            }
            let piece = shown(c.encode_utf8(&mut [0; 4]));
            let wide = wrap::columns(&piece);
            if used + wide + 1 > room {
                self.text.push('…');
                if before.len() + at < marked_end {
                    (self.span.end, self.end_column) = (self.text.len(), used + 1);
                }
                return;
            }
            self.text.push_str(&piece);
            used += wide;
        }
        if marked_end >= line.len() {
            (self.span.end, self.end_column) = (self.text.len(), used);
        }
    }
}

/// Harmless, tabs as the blanks they will take.
fn shown(text: &str) -> String {
    escape::line(&text.replace('\t', "    "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &str, statement: &str, room: usize) -> (String, String) {
        let at = text.find(statement).unwrap();
        let made = Excerpt::new(&mut Places::new(text), &(at..at + statement.len()), room);
        (made.text.clone(), made.text[made.span].to_owned())
    }

    #[test]
    fn the_statement_is_found_again_whatever_is_around_it() {
        let shows = |text: &str, shown: &str, marked: &str| {
            let statement = text.split(['[', ']']).nth(1).unwrap();
            let made = excerpt(&text.replace(['[', ']'], ""), statement, 40);
            assert_eq!(made, (shown.to_owned(), marked.to_owned()), "{text:?}");
        };
        shows("a; [b c]; d", "a; b c; d", "b c");
        shows("x\n\t[b]\ty\r\nz", "    b    y", "b");
        shows("[größe\r\n表]; é", "größe\n表; é", "größe\n表");
        shows("[b\u{202e}\u{1b}c]", "b\\u{202e}\\u{1b}c", "b\\u{202e}\\u{1b}c");
        shows("a\n[b]", "b", "b");
        shows("[]", "", "");
    }

    #[test]
    fn long_lines_and_long_statements_are_cut() {
        let long = format!("{}; b {};", "x".repeat(1_000_000), "y".repeat(1_000_000));
        let at = 1_000_002;
        let made = Excerpt::new(&mut Places::new(&long), &(at..at + 1_000_002), 20);
        assert_eq!(made.text, format!("…b {}…", "y".repeat(16)));
        assert_eq!(&made.text[made.span], format!("b {}…", "y".repeat(16)));
        assert_eq!((made.cut_column, made.end_column), (Some(at + 1), 20));
        let lines: String = (1..=10).map(|n| format!("line {n}\n")).collect();
        let (text, marked) = excerpt(&lines, lines.trim_end(), 20);
        assert_eq!(text, "line 1\nline 2\nline 3\nline 4\n\n\n\n\nline 9\nline 10");
        assert_eq!(text, marked);
    }
}
