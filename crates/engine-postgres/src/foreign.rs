//! SQL of other databases, recognised so that a syntax error can say what the text looks like.

use squawk_lexer::{LiteralKind, TokenKind};

/// What in a statement belongs to another database, and what PostgreSQL has instead.
pub(crate) fn foreign_dialect(sql: &str) -> Option<&'static str> {
    let code = Code::of(sql);
    if code.backtick {
        return Some("this looks like MySQL: it quotes names with backticks, PostgreSQL with double quotes");
    }
    if code.hash {
        return Some("this looks like MySQL: # begins a comment there, in PostgreSQL -- does");
    }
    SIGNS.iter().find(|(sign, _)| code.text.contains(sign)).map(|(_, what)| *what)
}

/// The tokens of a statement outside quotes and comments.
struct Code {
    /// With one blank between them, words in upper case, a quote for quoted text.
    text: String,
    backtick: bool,
    /// A line begins with `#`.
    hash: bool,
}

/// What gives a dialect away comes early; the rest may be megabytes of rows.
const ENOUGH: usize = 4_000;

impl Code {
    fn of(sql: &str) -> Self {
        let mut code = Self { text: " ".to_owned(), backtick: false, hash: false };
        let mut at = 0;
        for token in squawk_lexer::tokenize(sql).take(ENOUGH) {
            let here = at;
            at += token.len as usize;
            let text = sql.get(here..at).unwrap_or_default();
            match token.kind {
                TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. } => continue,
                TokenKind::Backtick => code.backtick = true,
                TokenKind::Pound => {
                    let before = sql.get(..here).unwrap_or_default().trim_end_matches([' ', '\t']);
                    code.hash |= before.is_empty() || before.ends_with('\n');
                }
                _ => {}
            }
            match token.kind {
                TokenKind::Ident => code.text.push_str(&text.to_ascii_uppercase()),
                TokenKind::Literal { kind: LiteralKind::Int { .. } } => code.text.push_str(text),
                TokenKind::Literal { .. } | TokenKind::QuotedIdent { .. } => code.text.push('\''),
                _ => code.text.push_str(text),
            }
            code.text.push(' ');
        }
        code
    }
}

/// Token sequences that PostgreSQL's grammar has no place for, the telling ones first.
const SIGNS: &[(&str, &str)] = &[
    (" ENGINE = ", "this looks like MySQL: PostgreSQL has no ENGINE of a table"),
    (" AUTO_INCREMENT ", "this looks like MySQL: PostgreSQL has GENERATED … AS IDENTITY for AUTO_INCREMENT"),
    (
        " ON DUPLICATE KEY UPDATE ",
        "this looks like MySQL: PostgreSQL has INSERT … ON CONFLICT for ON DUPLICATE KEY",
    ),
    (
        " ON UPDATE CURRENT_TIMESTAMP ",
        "this looks like MySQL: PostgreSQL needs a trigger for ON UPDATE CURRENT_TIMESTAMP",
    ),
    (
        " INSERT IGNORE ",
        "this looks like MySQL: PostgreSQL has INSERT … ON CONFLICT DO NOTHING for INSERT IGNORE",
    ),
    (" REPLACE INTO ", "this looks like MySQL: PostgreSQL has INSERT … ON CONFLICT for REPLACE"),
    (" MODIFY ", "this looks like MySQL: PostgreSQL has ALTER COLUMN … TYPE for MODIFY"),
    (" CHANGE ", "this looks like MySQL: PostgreSQL has RENAME COLUMN and ALTER COLUMN for CHANGE"),
    (" DEFAULT CHARSET ", "this looks like MySQL: a PostgreSQL table has no character set of its own"),
    (" CHARACTER SET UTF8", "this looks like MySQL: a PostgreSQL table has no character set of its own"),
    (" UNSIGNED ", "this looks like MySQL: PostgreSQL has no unsigned integers"),
    (" ALGORITHM = ", "this looks like MySQL: PostgreSQL has no ALGORITHM of an ALTER TABLE"),
    (" LOCK = NONE ", "this looks like MySQL: PostgreSQL has no LOCK of an ALTER TABLE"),
    (
        " LOCK TABLES ",
        "this looks like MySQL: PostgreSQL has LOCK TABLE, which lasts until the transaction ends",
    ),
    (" UNLOCK TABLES ", "this looks like MySQL: PostgreSQL's locks end with the transaction"),
    (" ADD FULLTEXT ", "this looks like MySQL: PostgreSQL has GIN indexes for full text"),
    (" ADD UNIQUE KEY ", "this looks like MySQL: PostgreSQL has ADD CONSTRAINT … UNIQUE"),
    (" ADD UNIQUE INDEX ", "this looks like MySQL: PostgreSQL has CREATE UNIQUE INDEX"),
    (" DROP FOREIGN KEY ", "this looks like MySQL: PostgreSQL has DROP CONSTRAINT for it"),
    (" UNIQUE KEY ' (", "this looks like MySQL: PostgreSQL has CONSTRAINT … UNIQUE"),
    (" LONGTEXT ", "this looks like MySQL: PostgreSQL has text for LONGTEXT"),
    (" MEDIUMTEXT ", "this looks like MySQL: PostgreSQL has text for MEDIUMTEXT"),
    (" TINYINT ( ", "this looks like MySQL: PostgreSQL has boolean and smallint for TINYINT"),
    (" DATABASES ", "this looks like MySQL"),
    (" AUTOINCREMENT ", "this looks like SQLite: PostgreSQL has GENERATED … AS IDENTITY for AUTOINCREMENT"),
    (" PRAGMA ", "this looks like SQLite"),
    (" IDENTITY ( 1 ", "this looks like SQL Server: PostgreSQL has GENERATED … AS IDENTITY"),
    (" NVARCHAR ( ", "this looks like SQL Server: PostgreSQL has varchar and text for NVARCHAR"),
    (" [ DBO ] ", "this looks like SQL Server: it quotes names with brackets, PostgreSQL with double quotes"),
    (" GO ", "this looks like SQL Server: GO separates batches in its clients"),
    (" VARCHAR2 ( ", "this looks like Oracle: PostgreSQL has varchar and text for VARCHAR2"),
];

/// MySQL's `ADD INDEX name (column)` and `ADD KEY name (column)`, which PostgreSQL does read: as a column called `index`
/// or `key` whose type is called like the index.
pub(crate) fn misread(alter_table: &str) -> Option<&'static str> {
    let code = Code::of(alter_table);
    let behind = [" ADD INDEX ", " ADD KEY "].iter().find_map(|sign| Some(code.text.split_once(sign)?.1))?;
    let mut words = behind.split(' ');
    let type_name = words.next()?;
    let columns = words.next()? == "(" && words.take_while(|w| *w != ")").all(|w| w == "," || is_name(w));
    (is_name(type_name) && !type_name.starts_with("GEO") && columns).then_some(
        "this looks like MySQL: PostgreSQL reads it as a new column of that name; it has CREATE INDEX for indexes",
    )
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mysql_is_recognised_outside_quotes_only() {
        let mysql = [
            "CREATE TABLE `users` (id int)",
            "CREATE TABLE t (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id)) ENGINE=InnoDB",
            "# a comment\nSELECT 1",
            "ALTER TABLE t MODIFY COLUMN a bigint",
            "INSERT IGNORE INTO t VALUES (1)",
        ];
        for sql in mysql {
            assert!(foreign_dialect(sql).is_some_and(|w| w.contains("MySQL")), "{sql}");
        }
        let others = [
            "SELECT '`', 'ENGINE=InnoDB'",
            "SELECT a # b FROM t -- `x`",
            "ALTER TABEL t ADD COLUMN c int",
            "DO $$ # $$",
        ];
        for sql in others {
            assert_eq!(foreign_dialect(sql), None, "{sql}");
        }
        assert!(misread("ALTER TABLE t ADD INDEX by_a (a, b)").is_some());
        assert_eq!(misread("ALTER TABLE t ADD key varchar(20), ADD index numeric(10, 2)"), None);
    }
}
