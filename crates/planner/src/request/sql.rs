//! Requests written as DDL.

use altimeter_catalog::{Change, Statement};

use super::RequestError;
use super::resolve::Names;

/// What a text is when it is read as SQL.
pub(super) enum Sql {
    /// It does not begin like SQL.
    No,
    /// It begins like SQL but is none; the error says where.
    Broken {
        /// Why it is no SQL.
        error: RequestError,
        /// It has what English has not: a statement's first two words, a semicolon, a list in parentheses.
        looks_like_sql: bool,
    },
    /// It is SQL, but not something that can be planned.
    Refused(RequestError),
    /// It is SQL that changes a schema.
    Changes(Vec<Change>),
}

/// Words SQL statements begin with. Some begin English requests too; whether it parses decides.
const FIRST_WORDS: &[&str] = &[
    "alter", "create", "drop", "comment", "select", "insert", "update", "delete", "truncate", "grant",
    "revoke", "analyze", "vacuum", "reindex", "cluster", "begin", "start", "commit", "rollback", "do",
    "call", "copy", "with", "refresh", "lock", "explain", "set", "reset", "merge", "security", "import",
    "prepare", "execute", "values",
];

/// Second words that make a text a statement however it goes on.
const SECOND_WORDS: &[&str] = &[
    "table",
    "unique",
    "index",
    "into",
    "from",
    "schema",
    "view",
    "materialized",
    "sequence",
    "type",
    "database",
    "trigger",
    "function",
    "or",
    "extension",
    "role",
    "policy",
    "domain",
    "foreign",
];

/// Reads a text as SQL.
pub(super) fn read_sql(names: Names<'_>, text: &str) -> Sql {
    let bare = without_comments(text);
    let mut words = bare.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty());
    let mut is_one = |of: &[&str]| words.next().is_some_and(|w| of.iter().any(|o| o.eq_ignore_ascii_case(w)));
    if !is_one(FIRST_WORDS) {
        return Sql::No;
    }
    let second = is_one(SECOND_WORDS);
    let statements = names.engine.parse(names.catalog, text).statements;
    if let Some((statement, why)) = statements.iter().find_map(|s| Some((s, s.syntax_error.as_ref()?))) {
        // English quotes names too, but does not begin with ALTER TABLE.
        let alters = bare.get(..5).is_some_and(|w| w.eq_ignore_ascii_case("alter"));
        let looks_like_sql = second && (alters || !bare.contains(['\'', '`', '“']))
            || bare.trim_end().ends_with(';')
            || bare.contains('(');
        return Sql::Broken { error: about(statement, &format!("it is not SQL: {why}")), looks_like_sql };
    }
    if let Some((statement, why)) = statements.iter().find_map(|s| Some((s, s.not_analysed.as_ref()?))) {
        return Sql::Refused(refused(names, statement, why));
    }
    if let Some((statement, why)) = statements.iter().find_map(|s| Some((s, s.too_new.as_ref()?))) {
        return Sql::Refused(about(statement, why));
    }
    let mut changes: Vec<Change> = statements.iter().filter_map(asked).collect();
    let about_rows = |c: &Change| c.parts().iter().all(|c| matches!(c, Change::Rows(_)));
    if changes.iter().all(about_rows) {
        let refusal = statements.iter().find_map(|s| match written_rows(names, s) {
            Ok(()) => None,
            Err(why) => Some((s, why)),
        });
        match refusal {
            Some((statement, why)) => return Sql::Refused(refused(names, statement, &why)),
            None if changes.is_empty() => {}
            None => return Sql::Changes(changes),
        }
        changes.clear();
    }
    match (changes.is_empty(), statements.first()) {
        (true, None) => Sql::No,
        (true, Some(first)) => Sql::Refused(refused(names, first, "it does not change the schema")),
        _ => Sql::Changes(changes),
    }
}

/// What a statement asks for: a change that there are words for, else the statement itself. None if it is about the
/// session only, which a plan has its own of.
fn asked(statement: &Statement) -> Option<Change> {
    match statement.changes.as_slice() {
        [one] if super::ALL.iter().any(|r| r.says(one).is_some()) => Some(one.clone()),
        changes if changes.iter().all(|c| matches!(c, Change::Session(_))) => None,
        changes => Some(Change::Written { sql: statement.sql.clone(), changes: changes.to_vec() }),
    }
}

/// Whether a statement about rows alone changes those of one table, which a plan does in batches.
fn written_rows(names: Names<'_>, statement: &Statement) -> Result<(), String> {
    let rows = |c: &&Change| matches!(c, Change::Rows(_));
    if !statement.changes.iter().any(|c| rows(&c)) {
        return Ok(());
    }
    let writes = |c: &Change| matches!(c, Change::Rows(rows) if !rows.writes.is_empty());
    if !statement.changes.iter().any(writes) {
        return Err("it does not change the schema, and no rows either".to_owned());
    }
    names.engine.rows_statement(names.catalog, &statement.sql).map(|_| ()).map_err(|why| {
        format!("it does not change the schema, and its rows cannot be changed in batches: {why}")
    })
}

fn refused(names: Names<'_>, statement: &Statement, why: &str) -> RequestError {
    RequestError { instead: super::unread::what_can_be_asked(names.catalog), ..about(statement, why) }
}

fn about(statement: &Statement, why: &str) -> RequestError {
    let sql: String = crate::text::one_line(&statement.sql);
    let short: String = sql.chars().take(100).collect();
    let more = if short.len() < sql.len() { "…" } else { "" };
    RequestError {
        message: format!(
            "no plan can be made for line {}, {}{more}: {why}",
            statement.line,
            short.escape_debug()
        ),
        instead: "correct the statement, or ask in English".to_owned(),
    }
}

/// The text behind its leading blanks and comments.
fn without_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let behind = if rest.starts_with("--") {
            rest.split_once('\n').map_or("", |(_, behind)| behind)
        } else if rest.starts_with("/*") {
            rest.split_once("*/").map_or("", |(_, behind)| behind)
        } else {
            return rest;
        };
        rest = behind.trim_start();
    }
}
