//! Statements of others without what they say about anybody: literals and comments are taken out.

use squawk_lexer::{TokenKind, tokenize};

/// The statement with every literal as `?`, comments dropped and white space as one space.
///
/// The server does this in `pg_stat_statements` for most statements only (a password in CREATE ROLE stays), and not
/// at all in `pg_stat_activity`. A statement the server has cut off may end within a literal: it goes as a whole.
pub(super) fn without_literals(statement: &str) -> String {
    let mut out = String::with_capacity(statement.len());
    let mut rest = statement;
    let mut space = false;
    let mut after_literal = false;
    for token in tokenize(statement) {
        let Some((text, after)) = rest.split_at_checked(token.len as usize) else { break };
        rest = after;
        let shown = match token.kind {
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. } => {
                space = true;
                continue;
            }
            TokenKind::Eof => break,
            TokenKind::Literal { .. } => "?",
            TokenKind::QuotedIdent { terminated: false, .. } | TokenKind::Unknown => "?",
            _ => text,
        };
        let is_literal = shown == "?";
        // A literal may go on in the next line's quotes: still one literal.
        if is_literal && after_literal {
            continue;
        }
        if space && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(shown);
        (space, after_literal) = (false, is_literal);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_literals;

    #[test]
    fn literals_of_every_kind_and_comments_go() {
        for (statement, expected) in [
            ("SELECT * FROM users WHERE id = 42", "SELECT * FROM users WHERE id = ?"),
            ("select 'it''s', E'a\\'b', N'x', B'01', X'ff', 1.5e3, $1", "select ?, ?, ?, ?, ?, ?, $1"),
            ("select $$secret$$, $a$ it's $a$", "select ?, ?"),
            ("CREATE ROLE x PASSWORD 'secret'", "CREATE ROLE x PASSWORD ?"),
            ("/* who */ select 1 -- secret\n , \"Col'umn\"", "select ? , \"Col'umn\""),
            ("select /* a /* nested */ b */ 2", "select ?"),
            ("select 'a'\n  'b'", "select ?"),
            ("select U&'\\0061bc' , 0x1F, 1_000", "select ? , ?, ?"),
            ("select -5", "select -?"),
            ("", ""),
        ] {
            assert_eq!(without_literals(statement), expected, "{statement}");
        }
    }

    #[test]
    fn a_statement_cut_off_within_a_literal_shows_none_of_it() {
        for statement in
            ["select 'secr", "select E'secr\\", "select $$secr", "select /* secr", "select \"secr"]
        {
            let shown = without_literals(statement);
            assert!(!shown.contains("secr"), "{statement} became {shown}");
        }
    }

    #[test]
    fn nothing_that_can_be_sent_breaks_it() {
        for statement in ["\u{0}", "é'é", "$é$é", "'\u{1b}[2J", "1é", "\\", "`", "😀 '😀"] {
            without_literals(statement);
        }
        assert!(!without_literals("select 1secret").contains("secret"));
    }
}
