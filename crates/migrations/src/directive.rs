//! Lines, and comments in which tools leave each other word.

use std::ops::Range;

/// One line of a text.
#[derive(Clone, Debug)]
pub(crate) struct Line<'a> {
    /// Without its end, and without a byte order mark.
    pub(crate) text: &'a str,
    /// With its end.
    pub(crate) span: Range<usize>,
    /// From 1.
    pub(crate) number: u32,
}

/// The lines of a text.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0;
    text.split_inclusive('\n').zip(1_u32..).map(move |(line, number)| {
        let begin = at;
        at += line.len();
        let text = line.trim_end_matches(['\n', '\r']).trim_start_matches('\u{feff}');
        Line { text, span: begin..at, number }
    })
}

impl<'a> Line<'a> {
    /// What a comment that is all of the line says, without the dashes.
    pub(crate) fn comment(&self) -> Option<&'a str> {
        Some(self.text.trim_start().strip_prefix("--")?.trim())
    }
}

/// What follows a word at the beginning of a text, whatever its case: nothing, or white space and more.
pub(crate) fn behind<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let begin = text.get(..word.len())?;
    let rest = text.get(word.len()..)?;
    let ends = rest.is_empty() || rest.starts_with(char::is_whitespace);
    (begin.eq_ignore_ascii_case(word) && ends).then(|| rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_know_their_place() {
        let text = "\u{feff}-- a\r\nb\n\n  --c";
        let found: Vec<_> = lines(text).map(|l| (l.text, l.number, l.comment())).collect();
        assert_eq!(found, [("-- a", 1, Some("a")), ("b", 2, None), ("", 3, None), ("  --c", 4, Some("c"))]);
        assert_eq!(lines(text).map(|l| &text[l.span]).collect::<String>(), text);
        assert_eq!(behind("Migrate:UP x", "migrate:up"), Some("x"));
        assert_eq!(behind("migrate:upper", "migrate:up"), None);
    }
}
