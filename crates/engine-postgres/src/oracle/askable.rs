//! Which statements of somebody's may be shown to the server's parser.
//!
//! The server parses a utility statement and looks no further: names are looked up, and relations locked, when it is
//! run. A query, and the few utility statements that carry one (EXPLAIN, DECLARE, CALL, CREATE TABLE AS, CREATE
//! MATERIALIZED VIEW), are analysed at once, which locks what they name (server source, `transformStmt`; measured by
//! `tests/e2e/oracle.rs`). So only statements on this list are asked about, told by their first words, which is all
//! there is of a statement that our own parser does not read.

use squawk_lexer::{TokenKind, tokenize};

/// Longer statements are not sent: a dump's data is no question of syntax.
const LONGEST: usize = 1 << 20;

/// Commands about the schema, whatever follows.
const COMMANDS: &[&str] = &[
    "ALTER", "ANALYZE", "CLUSTER", "COMMENT", "CREATE", "DROP", "GRANT", "IMPORT", "REASSIGN", "REFRESH",
    "REINDEX", "REVOKE", "SECURITY", "TRUNCATE", "VACUUM",
];

/// Words between `CREATE` and the kind of object.
const BEFORE_KIND: &[&str] = &["OR", "REPLACE", "TEMP", "TEMPORARY", "LOCAL", "GLOBAL", "UNLOGGED"];

/// Objects whose statements may hold a password, which a server writes into its log with what it refuses.
const SECRETS: &[&str] = &["ROLE", "USER", "GROUP", "SUBSCRIPTION", "SERVER", "SYSTEM"];

/// Words a query begins with.
const QUERIES: &[&str] = &["SELECT", "WITH", "VALUES", "TABLE", "EXECUTE"];

/// A statement that may be shown to the server's parser. There is no other way to send text that is not our own.
#[derive(Debug)]
pub(crate) struct SchemaStatement<'a>(&'a str);

impl<'a> SchemaStatement<'a> {
    /// The statement, if it is of a kind that the server only parses; else why not.
    pub(crate) fn new(sql: &'a str) -> Result<Self, &'static str> {
        if sql.len() > LONGEST {
            return Err("it is too long to be worth sending");
        }
        if sql.contains('\0') {
            return Err("it has a NUL character, which cannot be sent");
        }
        let words = words(sql);
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        if !COMMANDS.contains(&word(0)) {
            return Err("the server looks up and locks the relations of such a statement when it parses it");
        }
        let kind = words.iter().skip(1).find(|w| !BEFORE_KIND.contains(&w.as_str()));
        let kind = kind.map_or("", String::as_str);
        if matches!(word(0), "CREATE" | "ALTER") && SECRETS.contains(&kind) {
            return Err("it may hold a password, and the server writes what it refuses into its log");
        }
        let holds_query = word(0) == "CREATE"
            && (kind == "MATERIALIZED"
                || kind == "TABLE" && (0..words.len()).any(|at| begins_query(&words, at)));
        if holds_query {
            return Err("the server looks up and locks the relations of its query when it parses it");
        }
        Ok(Self(sql))
    }

    /// Its text.
    pub(crate) fn text(&self) -> &'a str {
        self.0
    }
}

/// Whether `AS`, and brackets perhaps, and a query begin there.
fn begins_query(words: &[String], at: usize) -> bool {
    words.get(at).is_some_and(|w| w == "AS")
        && words.iter().skip(at + 1).find(|w| *w != "(").is_some_and(|w| QUERIES.contains(&w.as_str()))
}

/// The statement's words in upper case and its opening brackets; whatever else there is stands for itself, unnamed. That
/// there is one statement and no second is the server's to say: the extended protocol takes no second one.
fn words(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut at = 0;
    for token in tokenize(sql) {
        let text = sql.get(at..at + token.len as usize).unwrap_or_default();
        at += token.len as usize;
        match token.kind {
            TokenKind::Ident => words.push(text.to_ascii_uppercase()),
            TokenKind::OpenParen => words.push("(".to_owned()),
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. } => {}
            // A word that is not bare stands for none.
            _ => words.push(String::new()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_statements_that_are_not_analysed_are_asked_about() {
        for sql in [
            "create index on t (a)",
            "/* a */ ALTER TABLE t ADD b int -- c",
            "CREATE TABLE t (a int GENERATED ALWAYS AS (b + 1) STORED)",
            "CREATE TEMP TABLE t (a int GENERATED ALWAYS AS IDENTITY)",
            "CREATE OR REPLACE VIEW v AS SELECT * FROM t",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
            "REFRESH MATERIALIZED VIEW v",
            "TRUNCATE t",
            "ALTER TABLE t ADD COLUMN \"select\" int NOT SQL AT ALL",
        ] {
            assert!(SchemaStatement::new(sql).is_ok(), "{sql}");
        }
        for sql in [
            "",
            "-- CREATE INDEX",
            "SELECT 1",
            "WITH a AS (SELECT 1) DELETE FROM t",
            "(SELECT 1)",
            "INSERT INTO t VALUES (1)",
            "UPDATE t SET a = 1",
            "DELETE FROM t",
            "MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE",
            "TABLE t",
            "VALUES (1)",
            "EXPLAIN CREATE TABLE t AS SELECT 1",
            "CREATE TABLE t AS SELECT * FROM u",
            "CREATE TEMP TABLE t (a) WITH (fillfactor = 10) AS ((TABLE u)) WITH NO DATA",
            "create unlogged table if not exists t as execute p",
            "CREATE MATERIALIZED VIEW v AS SELECT 1",
            "CALL p()",
            "DO $$ BEGIN END $$",
            "DECLARE c CURSOR FOR SELECT 1",
            "COPY t FROM stdin",
            "LOCK TABLE t",
            "BEGIN",
            "COMMIT",
            "ROLLBACK",
            "SET ROLE x",
            "PREPARE p AS SELECT 1",
            "EXECUTE p",
            "ALTER ROLE x PASSWORD 'secret'",
            "CREATE USER MAPPING FOR x SERVER s OPTIONS (password 'secret')",
            "\"CREATE\" TABLE t ()",
            "CREATE TABLE t (a text DEFAULT '\0')",
        ] {
            assert!(SchemaStatement::new(sql).is_err(), "{sql}");
        }
        assert!(SchemaStatement::new(&format!("ALTER TABLE t {}", "a".repeat(LONGEST))).is_err());
    }
}
