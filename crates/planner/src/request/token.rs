//! A request's text taken apart: names, numbers and marks, each with the place it was read from.
//!
//! People quote names in many ways and write possessives with the same sign as SQL strings; both are told apart here,
//! so that nothing behind this file has to look at single characters.

use std::ops::Range;

/// One piece of a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: TokenKind,
    /// Bytes of the text it was read from.
    pub(super) source: Range<usize>,
}

/// What a piece of a request is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    /// A word, a quoted name, or several of them joined by dots.
    Name(Vec<Part>),
    /// Anything that begins with a digit.
    Number,
    /// A sign. `'s` is a possessive, `->` an arrow however it was written.
    Mark(String),
}

/// One part of a dotted name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Part {
    /// The name, quotes taken off.
    pub(super) text: String,
    /// The sign that opened its quotes; none for a plain word.
    pub(super) quote: Option<char>,
}

impl Token {
    /// The word, if it is a single plain one.
    pub(super) fn word(&self) -> Option<&str> {
        match self.parts() {
            Some([Part { text, quote: None }]) => Some(text),
            _ => None,
        }
    }

    /// The parts, if it is a name.
    pub(super) fn parts(&self) -> Option<&[Part]> {
        match &self.kind {
            TokenKind::Name(parts) => Some(parts),
            _ => None,
        }
    }

    /// Whether it is that word, in any letter case, or that sign.
    pub(super) fn is(&self, text: &str) -> bool {
        match &self.kind {
            TokenKind::Mark(mark) => mark == text,
            _ => self.word().is_some_and(|w| w.eq_ignore_ascii_case(text)),
        }
    }
}

/// Takes a text apart. What is no name and no number becomes one mark per character, so it never fails.
pub(super) fn tokenize(text: &str) -> Vec<Token> {
    let mut reader = Reader { text, at: 0, tokens: Vec::new() };
    while let Some(c) = reader.next() {
        let begin = reader.at;
        if c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}') {
            reader.at += c.len_utf8();
            continue;
        }
        let kind = reader.read(c);
        reader.tokens.push(Token { kind, source: begin..reader.at });
    }
    reader.tokens
}

const ARROWS: &[&str] = &["-->", "->", "==>", "=>", "→", "⇒", "➔", "➜", "➡"];
const PAIRS: &[&str] = &["::", "--", "/*", "<=", ">=", "<>", "!=", "||"];
const SIGNS: &str = "“”„‘’‚«»→⇒➔➜➡–—…•·‹›";

struct Reader<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Whether the piece before ends right here and is a word or number.
    fn follows_word(&self) -> bool {
        self.tokens.last().is_some_and(|t| t.source.end == self.at && !matches!(t.kind, TokenKind::Mark(_)))
    }

    fn read(&mut self, c: char) -> TokenKind {
        if let Some(mark) = self.apostrophe(c) {
            return TokenKind::Mark(mark);
        }
        if let Some(part) = self.part() {
            return TokenKind::Name(self.dotted(part));
        }
        if c.is_ascii_digit() {
            return self.number();
        }
        if let Some(arrow) = ARROWS.iter().find(|a| self.rest().starts_with(**a)) {
            self.at += arrow.len();
            return TokenKind::Mark("->".to_owned());
        }
        let length = PAIRS.iter().find(|p| self.rest().starts_with(**p)).map_or(c.len_utf8(), |p| p.len());
        let mark = self.rest().get(..length).unwrap_or_default().to_owned();
        self.at += length;
        TokenKind::Mark(mark)
    }

    fn number(&mut self) -> TokenKind {
        while let Some(c) = self.next() {
            let point = c == '.' && self.rest().chars().nth(1).is_some_and(|d| d.is_ascii_digit());
            if !is_word_sign(c) && !point {
                break;
            }
            self.at += c.len_utf8();
        }
        TokenKind::Number
    }

    /// `users'`, `table's`, `I'd`: an apostrophe right behind a word. A string prefix (`E'a'`) is none.
    fn apostrophe(&mut self, c: char) -> Option<String> {
        if !matches!(c, '\'' | '’') || !self.follows_word() {
            return None;
        }
        let before = self.tokens.last()?;
        let letters: String = self.rest().chars().skip(1).take_while(|c| c.is_alphabetic()).collect();
        let possessive = letters.eq_ignore_ascii_case("s");
        let prefix =
            before.word().is_some_and(|w| ["e", "b", "x", "n"].iter().any(|p| w.eq_ignore_ascii_case(p)));
        if prefix && !possessive {
            return None;
        }
        let closes = self.text.get(..self.at).is_some_and(|t| t.ends_with(['s', 'S']));
        self.at += c.len_utf8() + letters.len();
        match letters.as_str() {
            "" if closes => Some("'s".to_owned()),
            _ if possessive => Some("'s".to_owned()),
            other => Some(format!("'{}", other.to_lowercase())),
        }
    }

    /// A word or a quoted name at this place.
    fn part(&mut self) -> Option<Part> {
        let c = self.next()?;
        if is_word_sign(c) && !c.is_ascii_digit() && c != '$' {
            let rest = self.rest();
            let length = rest.find(|c| !is_word_sign(c)).unwrap_or(rest.len());
            self.at += length;
            return Some(Part { text: rest.get(..length)?.to_owned(), quote: None });
        }
        let closing = closing_quotes(c)?;
        let adjacent = self.tokens.last().is_some_and(|t| t.source.end == self.at);
        if c == '[' && adjacent && !self.rest().starts_with("[\"") {
            return None; // an array's subscript
        }
        let (text, length) = quoted(self.rest(), c, closing)?;
        if c == '[' && text.is_empty() {
            return None;
        }
        self.at += length;
        Some(Part { text, quote: Some(c) })
    }

    fn dotted(&mut self, first: Part) -> Vec<Part> {
        let mut parts = vec![first];
        while self.next() == Some('.') {
            let dot = self.at;
            self.at += 1;
            match self.part() {
                Some(part) => parts.push(part),
                None => {
                    self.at = dot;
                    break;
                }
            }
        }
        parts
    }
}

fn is_word_sign(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '_' | '$')
        || !c.is_ascii() && !c.is_whitespace() && !c.is_control() && c != '\u{feff}' && !SIGNS.contains(c)
}

fn closing_quotes(open: char) -> Option<&'static [char]> {
    Some(match open {
        '\'' => &['\''],
        '"' => &['"'],
        '`' => &['`'],
        '“' | '”' => &['”', '“'],
        '„' => &['“', '”'],
        '‘' | '’' => &['’', '‘'],
        '‚' => &['‘', '’'],
        '«' => &['»'],
        '[' => &[']'],
        _ => return None,
    })
}

/// What stands in quotes, a doubled closing sign taken as one, and how many bytes it takes with its quotes.
fn quoted(text: &str, open: char, closing: &[char]) -> Option<(String, usize)> {
    let doubles = matches!(open, '\'' | '"' | '`');
    let mut inner = String::new();
    let mut signs = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = signs.next() {
        if !closing.contains(&c) {
            inner.push(c);
        } else if doubles && signs.peek().is_some_and(|(_, next)| *next == c) {
            inner.push(c);
            signs.next();
        } else {
            return Some((inner, at + c.len_utf8()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let show = |t: Token| match t.kind {
            TokenKind::Name(parts) => parts
                .iter()
                .map(|p| p.quote.map_or(p.text.clone(), |q| format!("{q}{}", p.text)))
                .collect::<Vec<_>>()
                .join("."),
            TokenKind::Number => format!("#{}", &text[t.source]),
            TokenKind::Mark(mark) => format!("<{mark}>"),
        };
        tokenize(text).into_iter().map(show).collect()
    }

    #[test]
    fn names_quotes_and_possessives_are_told_apart() {
        let table: &[(&str, &[&str])] = &[
            ("rename Users.\"User Name\"", &["rename", "Users.\"User Name"]),
            ("'a' `b` “c” ‘d’ [e] \"f\"\"g\"", &["'a", "`b", "“c", "‘d", "[e", "\"f\"g"]),
            ("the users table's name", &["the", "users", "table", "<'s>", "name"]),
            ("users' user_name and users’s x", &["users", "<'s>", "user_name", "and", "users", "<'s>", "x"]),
            ("I'd rename 'a'", &["I", "<'d>", "rename", "'a"]),
            ("text[] int[3]", &["text", "<[>", "<]>", "int", "<[>", "#3", "<]>"]),
            ("default '' not", &["default", "'", "not"]),
            ("a->b => c → d", &["a", "<->>", "b", "<->>", "c", "<->>", "d"]),
            ("varchar(255), 1.5.", &["varchar", "<(>", "#255", "<)>", "<,>", "#1.5", "<.>"]),
            ("to users.", &["to", "users", "<.>"]),
            ("'open", &["<'>", "open"]),
            ("x🦀y ;--", &["x🦀y", "<;>", "<-->"]),
        ];
        for (text, expected) in table {
            let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
