//! Where statements begin and end in a text, found by the lexer alone, so that a mistake in one statement says
//! nothing about the next and a large text need not be parsed in one go.

use altimeter_catalog::{Piece, PieceKind};
use squawk_lexer::{Token, TokenKind};

/// Takes a text apart at the semicolons that end a statement: not those in quotes, comments, brackets or bodies.
pub(crate) fn split(sql: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut lines = Lines { counted_to: 0, line: 1 };
    let (mut at, mut brackets) = (0_usize, 0_usize);
    let mut begin: Option<usize> = None;
    let mut end = 0_usize;
    for token in squawk_lexer::tokenize(sql) {
        let Token { kind, len } = token;
        let here = at;
        at += len as usize;
        match kind {
            TokenKind::Whitespace
            | TokenKind::LineComment
            | TokenKind::BlockComment { .. }
            | TokenKind::Eof => {}
            TokenKind::Semi if brackets == 0 => {
                if let Some(begin) = begin.take() {
                    pieces.push(Piece { kind: PieceKind::Sql, span: begin..end, line: lines.of(sql, begin) });
                }
            }
            kind => {
                begin.get_or_insert(here);
                end = at;
                match kind {
                    TokenKind::OpenParen => brackets += 1,
                    TokenKind::CloseParen => brackets = brackets.saturating_sub(1),
                    _ => {}
                }
            }
        }
    }
    if let Some(begin) = begin {
        pieces.push(Piece { kind: PieceKind::Sql, span: begin..end, line: lines.of(sql, begin) });
    }
    pieces
}

/// Counts lines once from the text's beginning to its end.
struct Lines {
    counted_to: usize,
    line: u32,
}

impl Lines {
    /// The line of a place, which must not be before the one asked for last.
    fn of(&mut self, sql: &str, at: usize) -> u32 {
        let between = sql.as_bytes().get(self.counted_to..at).unwrap_or_default();
        let lines = between.iter().filter(|b| **b == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.counted_to = at;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<(&str, u32)> {
        split(sql).into_iter().map(|p| (&sql[p.span], p.line)).collect()
    }

    #[test]
    fn statements_end_at_their_own_semicolon() {
        let sql = "-- first; not here\nSELECT ';';\n\nDO $$ a; b $$ ; /* ; */\nCREATE RULE r AS ON INSERT TO t DO (a; b);x";
        assert_eq!(
            texts(sql),
            [
                ("SELECT ';'", 2),
                ("DO $$ a; b $$", 4),
                ("CREATE RULE r AS ON INSERT TO t DO (a; b)", 5),
                ("x", 5)
            ]
        );
    }
}
