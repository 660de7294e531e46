//! That what can be sent is what the module says: plain SELECTs and SHOWs, every file of them listed.

use std::collections::BTreeSet;
use std::path::Path;

use squawk_syntax::ast::AstNode as _;
use squawk_syntax::{SourceFile, SyntaxKind};

use super::ALL;

/// What would make a statement that begins with SELECT more than reading.
const NOT_READING: &[SyntaxKind] = &[
    SyntaxKind::INSERT,
    SyntaxKind::UPDATE,
    SyntaxKind::DELETE,
    SyntaxKind::MERGE,
    SyntaxKind::SELECT_INTO,
    SyntaxKind::INTO_CLAUSE,
    SyntaxKind::LOCKING_CLAUSE,
];

/// Functions that do something, by their beginnings. `set_config` is allowed for the transaction only.
const DOING: &[&str] = &[
    "nextval",
    "setval",
    "lo_",
    "dblink",
    "pg_terminate",
    "pg_cancel",
    "pg_reload",
    "pg_rotate",
    "pg_switch",
    "pg_create",
    "pg_drop",
    "pg_advisory",
    "pg_try_advisory",
    "pg_stat_reset",
    "pg_stat_statements_reset",
    "pg_logical",
    "pg_promote",
    "pg_wal_replay_",
    "pg_read_",
    "pg_ls_",
    "pg_export",
    "pg_notify",
    "pg_sleep",
    "set_config",
];

/// Why a text is not one plain SELECT or SHOW; none if it is.
pub(crate) fn why_not_plain(sql: &str) -> Option<String> {
    let parse = SourceFile::parse(sql);
    if let Some(error) = parse.errors().first() {
        return Some(format!("it does not parse: {}", error.message()));
    }
    let file = parse.tree();
    let statements: Vec<_> = file.syntax().children().collect();
    let [statement] = statements.as_slice() else { return Some(format!("{} statements", statements.len())) };
    if !matches!(statement.kind(), SyntaxKind::SELECT | SyntaxKind::COMPOUND_SELECT | SyntaxKind::SHOW) {
        return Some(format!("it is {:?}", statement.kind()));
    }
    let found = statement.descendants().find(|node| NOT_READING.contains(&node.kind()));
    found.map(|node| format!("it contains {:?}", node.kind()))
}

/// The functions that do something a text calls.
pub(crate) fn doing(sql: &str) -> Vec<String> {
    let parse = SourceFile::parse(sql);
    let file = parse.tree();
    let calls = file.syntax().descendants().filter(|node| node.kind() == SyntaxKind::CALL_EXPR);
    let names = calls.filter_map(|call| {
        let text = call.text().to_string();
        let name = text.split('(').next()?.rsplit('.').next()?.trim().to_lowercase();
        if name == "set_config" && text.ends_with(", true)") {
            return None;
        }
        DOING.iter().any(|beginning| name.starts_with(beginning)).then_some(name)
    });
    names.collect()
}

#[test]
fn every_query_is_one_plain_select_or_show() {
    for query in ALL {
        assert_eq!(why_not_plain(query.sql), None, "{}", query.name);
        assert_eq!(doing(query.sql), [""; 0], "{}", query.name);
    }
}

#[test]
fn what_is_not_plain_is_noticed() {
    for sql in [
        "",
        "SELECT 1; SELECT 2",
        "SELECT 1 INTO t",
        "SELECT * FROM t FOR UPDATE",
        "SELECT * FROM (SELECT * FROM t FOR KEY SHARE) x",
        "WITH gone AS (DELETE FROM t RETURNING 1) SELECT * FROM gone",
        "WITH a AS (WITH b AS (INSERT INTO t VALUES (1) RETURNING 1) SELECT * FROM b) SELECT * FROM a",
        "SELECT FROM WHERE",
        "UPDATE t SET a = 1",
        "EXPLAIN ANALYZE SELECT 1",
        "CREATE TABLE t AS SELECT 1",
        "COPY t TO '/tmp/x'",
        "DO $$ BEGIN END $$",
        "SET lock_timeout = 1",
        "BEGIN",
    ] {
        assert!(why_not_plain(sql).is_some(), "{sql}");
    }
    for sql in
        ["SELECT 1", "SHOW ALL", "SELECT 1 UNION SELECT 2", "-- a\nWITH a AS (SELECT 1) SELECT * FROM a;"]
    {
        assert_eq!(why_not_plain(sql), None, "{sql}");
    }
    assert_eq!(
        doing("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_stat_activity"),
        ["pg_terminate_backend"]
    );
    assert_eq!(doing("SELECT pg_catalog.coalesce(1, 2), nextval('s')"), ["nextval"]);
    assert_eq!(doing("SELECT pg_catalog.set_config('a', 'b', false)"), ["set_config"]);
    assert_eq!(doing("SELECT pg_catalog.set_config('a', 'b', true)"), [""; 0]);
}

#[test]
fn every_file_is_listed_under_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/queries");
    let files: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let listed: BTreeSet<String> = ALL.iter().map(|query| query.name.to_owned()).collect();
    assert_eq!(listed, files);
    assert_eq!(ALL.len(), listed.len(), "a name is listed twice");
}
