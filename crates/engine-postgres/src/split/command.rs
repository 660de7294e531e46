//! Commands of `psql`: a backslash, a name and arguments up to the end of the line (manual, "psql", "Meta-Commands").

use std::ops::Range;

use squawk_lexer::{Token, TokenKind};

/// One command.
#[derive(Debug)]
pub(crate) struct Command<'a> {
    /// Its name, without the backslash.
    pub(crate) name: &'a str,
    /// Its arguments in the text.
    pub(super) arguments: Range<usize>,
    /// All of it in the text.
    pub(super) span: Range<usize>,
}

/// `\copy` as the statement `psql` sends for it.
pub(super) struct Copy {
    pub(super) sql: String,
    /// Its rows stand in the file.
    pub(super) rows_follow: bool,
}

impl<'a> Command<'a> {
    /// Reads the command at a backslash.
    pub(crate) fn read(sql: &'a str, at: usize) -> Self {
        let rest = sql.get(at + 1..).unwrap_or_default();
        let sign = rest.starts_with([';', ':', '\\']);
        let name_end = match sign {
            true => 1,
            false => rest.find(|c: char| c.is_whitespace() || c == '\\').unwrap_or(rest.len()),
        };
        let (name, behind) = rest.split_at(name_end);
        let length = match name {
            _ if sign => 0,
            "copy" | "!" | "h" | "help" | "ef" | "ev" | "sf" | "sf+" | "sv" | "sv+" => {
                behind.find('\n').unwrap_or(behind.len())
            }
            _ => arguments_end(behind),
        };
        let begin = at + 1 + name_end;
        let length = behind.get(..length).map_or(0, |a| a.trim_end().len());
        Command { name, arguments: begin..begin + length, span: at..begin + length }
    }

    /// Its arguments as written.
    pub(super) fn arguments(&self, sql: &'a str) -> &'a str {
        sql.get(self.arguments.clone()).unwrap_or_default().trim()
    }

    /// Whether it sends the statement before it, as a semicolon does.
    pub(super) fn sends(&self) -> bool {
        matches!(
            self.name,
            "g" | "gx" | "gdesc" | "gexec" | "gset" | "crosstabview" | "watch" | "parse" | "sendpipeline"
        )
    }

    /// The statement behind a `\copy`; none for other commands, and where it cannot be told.
    pub(super) fn as_copy(&self, sql: &str) -> Option<Copy> {
        if !self.name.eq_ignore_ascii_case("copy") {
            return None;
        }
        let arguments = self.arguments(sql).trim_end_matches(|c: char| c == ';' || c.is_whitespace());
        let (direction, from) = find_direction(arguments)?;
        let what = arguments.get(..direction.start)?;
        let file = arguments.get(direction.end..)?.trim_start();
        let (source, options) = file.split_at(source_end(file));
        let client = if from { "FROM STDIN" } else { "TO STDOUT" };
        Some(Copy {
            sql: format!("COPY {} {client} {}", what.trim(), options.trim()).trim_end().to_owned(),
            rows_follow: from && source.eq_ignore_ascii_case("stdin"),
        })
    }
}

/// Where arguments end: at the line's end, or at a backslash that is not quoted.
fn arguments_end(text: &str) -> usize {
    let mut quote: Option<char> = None;
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match (c, quote) {
            ('\n', _) | ('\\', None) => return at,
            ('\\', Some('\'')) => {
                characters.next();
            }
            ('\'' | '"' | '`', None) => quote = Some(c),
            (_, Some(q)) if q == c => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// The word `FROM` or `TO` outside brackets, and whether it is `FROM`.
fn find_direction(arguments: &str) -> Option<(Range<usize>, bool)> {
    let (mut at, mut brackets) = (0_usize, 0_usize);
    for Token { kind, len } in squawk_lexer::tokenize(arguments) {
        let token = at..at + len as usize;
        at = token.end;
        match kind {
            TokenKind::OpenParen => brackets += 1,
            TokenKind::CloseParen => brackets = brackets.saturating_sub(1),
            TokenKind::Ident if brackets == 0 => match arguments.get(token.clone())? {
                word if word.eq_ignore_ascii_case("from") => return Some((token, true)),
                word if word.eq_ignore_ascii_case("to") => return Some((token, false)),
                _ => {}
            },
            _ => {}
        }
    }
    None
}

/// How long the file is: quoted or one word, and behind `PROGRAM` a quoted command.
fn source_end(file: &str) -> usize {
    let word = |text: &str| text.find(char::is_whitespace).unwrap_or(text.len());
    let first = word(file);
    let is_program = file.get(..first).is_some_and(|w| w.eq_ignore_ascii_case("program"));
    let rest = if is_program { file.get(first..).unwrap_or_default() } else { file };
    let begin = file.len() - rest.trim_start().len();
    let source = file.get(begin..).unwrap_or_default();
    let quoted = source.strip_prefix('\'').and_then(|inside| {
        let mut quotes = inside.char_indices().filter(|(_, c)| *c == '\'').map(|(at, _)| at).peekable();
        while let Some(at) = quotes.next() {
            if quotes.next_if_eq(&(at + 1)).is_none() {
                return Some(at + 2);
            }
        }
        None
    });
    begin + quoted.unwrap_or_else(|| word(source))
}
