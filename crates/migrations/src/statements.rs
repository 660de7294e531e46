//! A look at the statements of a text without reading them: what each begins with, and what is no code.

use std::ops::Range;

use squawk_lexer::{LiteralKind, TokenKind};

/// The tokens of a text and where they are.
fn tokens(text: &str) -> impl Iterator<Item = (TokenKind, Range<usize>)> {
    let mut at = 0;
    squawk_lexer::tokenize(text).map(move |token| {
        let begin = at;
        at += token.len as usize;
        (token.kind, begin..at)
    })
}

/// The words each statement begins with, in upper case with one blank between, enough to know its kind.
pub(crate) fn beginnings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = 0;
    for (kind, span) in tokens(text) {
        match kind {
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. } => {}
            TokenKind::Semi => words = 0,
            _ if words >= 12 => {}
            _ => {
                if words == 0 {
                    found.push(String::new());
                }
                words += 1;
                if let Some(statement) = found.last_mut() {
                    if !statement.is_empty() {
                        statement.push(' ');
                    }
                    statement.push_str(&text.get(span).unwrap_or_default().to_ascii_uppercase());
                }
            }
        }
    }
    found
}

/// Stretches of a text that are neither quoted nor comment.
pub(crate) fn code(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (kind, span) in tokens(text) {
        match kind {
            TokenKind::LineComment
            | TokenKind::BlockComment { .. }
            | TokenKind::QuotedIdent { .. }
            | TokenKind::Literal {
                kind:
                    LiteralKind::Str { .. }
                    | LiteralKind::EscStr { .. }
                    | LiteralKind::DollarQuotedString { .. }
                    | LiteralKind::UnicodeEscStr { .. },
            } => {}
            _ => match found.last_mut().filter(|last| last.end == span.start) {
                Some(last) => last.end = span.end,
                None => found.push(span),
            },
        }
    }
    found
}

/// Dollar-quoted texts.
pub(crate) fn bodies(text: &str) -> Vec<Range<usize>> {
    let is_body = |kind: &TokenKind| {
        matches!(kind, TokenKind::Literal { kind: LiteralKind::DollarQuotedString { .. } })
    };
    tokens(text).filter(|(kind, _)| is_body(kind)).map(|(_, span)| span).collect()
}

/// The first semicolon before which there are as many words `END` as `BEGIN`.
pub(crate) fn semicolon_outside_blocks(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (kind, span) in tokens(text) {
        match (kind, text.get(span.clone()).unwrap_or_default()) {
            (TokenKind::Semi, _) if depth == 0 => return Some(span.start),
            (TokenKind::Ident, word) if word.eq_ignore_ascii_case("begin") => depth += 1,
            (TokenKind::Ident, word) if word.eq_ignore_ascii_case("end") => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The names of placeholders like `${name}`, each once, in order.
pub(crate) fn placeholders(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("${") {
        rest = behind;
        let is_name = |c: char| c.is_alphanumeric() || "_-.:@".contains(c);
        let end = behind.find(|c| !is_name(c)).unwrap_or(behind.len());
        let (name, behind) = behind.split_at(end);
        if !name.is_empty() && behind.starts_with('}') && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_and_code() {
        let text = "-- x;\ncreate  unique index concurrently i on t (a);; DO $$ a; $$; select '//', b // c";
        let found = beginnings(text);
        assert_eq!(found.len(), 3);
        assert!(found[0].starts_with("CREATE UNIQUE INDEX CONCURRENTLY I"), "{}", found[0]);
        assert!(code(text).iter().any(|c| text[c.clone()].contains("b // c")));
        assert!(!code(text).iter().any(|c| text[c.clone()].contains("a;")));
        assert_eq!(bodies(text).len(), 1);
        assert_eq!(placeholders("${a} ${b.c} $${a} ${ no } ${open"), ["a", "b.c"]);
    }
}
