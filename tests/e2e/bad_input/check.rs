//! Migrations that `check` is given and that are no good: each is said in words, nothing panics, nothing hangs.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use altimeter_tests::server::Server;
use altimeter_tests::tool::{Output, run_altimeter, run_altimeter_with_input};
use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::refused;

/// A review of text on standard input, with no database.
fn check(sql: &str) -> Result<Value> {
    check_with(sql, &[])
}

fn check_with(sql: &str, options: &[&str]) -> Result<Value> {
    let arguments = [&["check", "-", "--format", "json"], options].concat();
    reviewed(&run_altimeter_with_input(&arguments, &[], sql)?)
}

/// The JSON of a review, whatever it found.
fn reviewed(output: &Output) -> Result<Value> {
    ensure!(!output.stderr.contains("panicked"), "a panic: {}", output.stderr);
    ensure!(matches!(output.code, Some(0 | 1)), "exit code {:?}: {}", output.code, output.stderr);
    serde_json::from_str(&output.stdout).context("standard output is not JSON")
}

fn statements(review: &Value) -> Result<&Vec<Value>> {
    review["statements"].as_array().context("`statements` is a list")
}

/// Everything that is said of one statement.
fn said(review: &Value, statement: usize) -> Result<String> {
    Ok(statements(review)?.get(statement).context("the statement is not there")?["findings"].to_string())
}

fn file(name: &str, bytes: &[u8]) -> Result<PathBuf> {
    let place = std::env::temp_dir().join(format!("altimeter-check-{}", std::process::id()));
    std::fs::create_dir_all(&place)?;
    let path = place.join(name);
    std::fs::write(&path, bytes)?;
    Ok(path)
}

#[test]
fn files_that_are_no_text() -> Result<()> {
    let latin = file("latin.sql", b"-- gr\xfc\xdfe\nALTER TABLE t ADD COLUMN x int;\n")?;
    let output = run_altimeter(&["check", &latin.display().to_string()], &[])?;
    refused(&output, 2, &["latin.sql", "UTF-8", "line 1"])?;
    let missing = run_altimeter(&["check", "/nowhere/V1__x.sql"], &[])?;
    refused(&missing, 2, &["/nowhere/V1__x.sql"])?;
    std::fs::remove_file(latin)?;
    Ok(())
}

#[test]
fn odd_characters_at_the_edges() -> Result<()> {
    let review =
        check("\u{feff}ALTER TABLE t ADD COLUMN x int;\rALTER TABLE t ADD COLUMN y int;\r\n\r\n\u{feff}")?;
    ensure!(statements(&review)?.len() >= 2, "statements are missing: {review}");
    ensure!(statements(&review)?[0]["sql"] == "ALTER TABLE t ADD COLUMN x int", "{review}");
    for sql in ["", "\n", ";;;", "-- nothing\n", "/* nothing"] {
        ensure!(statements(&check(sql)?)?.is_empty() || sql == "/* nothing", "`{sql}` holds statements");
    }
    let zero = run_altimeter_with_input(&["check", "-"], &[], "ALTER TABLE t ADD COLUMN x\0 int;")?;
    refused(&zero, 2, &["zero byte"])
}

#[test]
fn quotes_that_do_not_end() -> Result<()> {
    for sql in [
        "SELECT 'open",
        "SELECT \"open",
        "DO $$ BEGIN",
        "SELECT E'open\\'",
        "SELECT $a$ $b$",
        "SELECT 1 /* open",
    ] {
        let review = check(&format!("ALTER TABLE t ADD COLUMN x int;\n{sql};\nDROP TABLE t;\n"))?;
        let last = statements(&review)?.len().checked_sub(1).context("no statement")?;
        ensure!(last >= 1, "`{sql}`: it is passed over: {review}");
        ensure!(said(&review, last)?.contains("not SQL"), "`{sql}`: {review}");
    }
    Ok(())
}

#[test]
fn the_sql_of_another_database() -> Result<()> {
    for sql in [
        "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB",
        "ALTER TABLE `t` ADD COLUMN x int",
        "ALTER TABLE t MODIFY COLUMN x bigint",
        "ALTER TABLE t CHANGE a b bigint",
    ] {
        ensure!(said(&check(sql)?, 0)?.contains("MySQL"), "`{sql}` is not said to be MySQL's");
    }
    Ok(())
}

#[test]
fn a_statement_for_a_newer_server() -> Result<()> {
    for (sql, needs) in [
        ("ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID", 18),
        ("MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE", 15),
        ("ALTER TABLE p DETACH PARTITION q CONCURRENTLY", 14),
    ] {
        let review = check_with(sql, &["--server-version", "13"])?;
        ensure!(said(&review, 0)?.contains(&needs.to_string()), "`{sql}` on 13: {review}");
    }
    Ok(())
}

#[test]
fn an_object_that_does_not_exist() -> Result<()> {
    let sql =
        "ALTER TABLE nowhere ADD COLUMN x int; DROP INDEX nowhere_idx; ALTER TABLE t DROP COLUMN nowhere";
    let review = check(sql)?;
    ensure!(review["unknowns"].to_string().contains("nowhere"), "nothing is said to be unknown: {review}");
    let database = Server::shared(15)?.database("nowhere")?;
    database.session()?.script("CREATE TABLE t (id int)")?;
    let there = check_with(sql, &["--db", &database.url])?;
    for statement in 0..3 {
        ensure!(said(&there, statement)?.contains("nowhere"), "statement {statement}: {there}");
    }
    Ok(())
}

#[test]
fn a_cycle_of_views() -> Result<()> {
    let sql = "CREATE VIEW a AS SELECT 1 AS x; CREATE VIEW b AS SELECT x FROM a; CREATE OR REPLACE VIEW a AS SELECT x FROM b;
               SELECT x FROM a; ALTER VIEW a RENAME TO c; CREATE TABLE p (k int) PARTITION BY RANGE (k);
               ALTER TABLE p ATTACH PARTITION p DEFAULT; ALTER TABLE p INHERIT p; DROP VIEW a, b CASCADE; DROP TABLE p CASCADE";
    ensure!(statements(&check(sql)?)?.len() == 10, "statements are missing");
    // A server does not refuse the cycle when it is made, only when it is read.
    let database = Server::shared(15)?.database("cycle")?;
    database.session()?.script(
        "CREATE VIEW a AS SELECT 1 AS x; CREATE VIEW b AS SELECT x FROM a; CREATE OR REPLACE VIEW a AS SELECT x FROM b;
         CREATE TABLE r (id int PRIMARY KEY, up int REFERENCES r)",
    )?;
    let review = check_with(
        "DROP VIEW a CASCADE; ALTER VIEW b RENAME TO d; ALTER TABLE r ALTER id TYPE bigint; DROP TABLE r",
        &["--db", &database.url],
    )?;
    ensure!(statements(&review)?.len() == 4, "statements are missing");
    Ok(())
}

#[test]
fn text_that_nests_a_thousand_deep() -> Result<()> {
    for (open, close) in
        [("(", ")"), ("CASE WHEN true THEN ", " END"), ("ARRAY[", "]"), ("NOT ", ""), ("f(", ")"), ("- ", "")]
    {
        for depth in [100, 1_000, 100_000] {
            let value = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let sql = format!("ALTER TABLE t ADD COLUMN x int DEFAULT {value}; DROP TABLE t");
            let review = check(&sql).with_context(|| format!("{depth} times `{open}`"))?;
            ensure!(statements(&review)?.len() == 2, "{depth} times `{open}`: the second statement is lost");
        }
    }
    let blocks = format!("DO $$ {} NULL; {} $$", "BEGIN ".repeat(1_000), "END; ".repeat(1_000));
    let selects = format!("SELECT * FROM {}t{}", "(SELECT * FROM ".repeat(1_000), ") s".repeat(1_000));
    let comments = format!("{} x {} SELECT 1", "/*".repeat(1_000), "*/".repeat(1_000));
    for sql in [blocks, selects, comments] {
        ensure!(statements(&check(&sql)?)?.len() == 1, "another number of statements");
    }
    Ok(())
}

#[test]
fn a_dump_of_fifty_megabytes() -> Result<()> {
    let mut sql =
        String::from("SET statement_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\n");
    for table in 0..20 {
        write!(sql, "CREATE TABLE public.t{table} (\n    id bigint NOT NULL,\n    word text\n);\n")?;
        writeln!(sql, "COPY public.t{table} (id, word) FROM stdin;")?;
        for row in 0..40_000 {
            writeln!(sql, "{row}\tsome words that are there to make the row a little longer; 'and' a quote")?;
        }
        sql.push_str("\\.\n\n");
    }
    while sql.len() < 50 << 20 {
        writeln!(sql, "INSERT INTO public.t1 VALUES (1, 'one'), (2, '{}');", "two ".repeat(4_000))?;
    }
    for table in 0..20 {
        writeln!(sql, "ALTER TABLE ONLY public.t{table} ADD CONSTRAINT t{table}_pkey PRIMARY KEY (id);")?;
    }
    let path = file("dump.sql", sql.as_bytes())?;
    let output = run_altimeter(&["check", &path.display().to_string(), "--format", "json"], &[])?;
    let review = reviewed(&output)?;
    std::fs::remove_file(path)?;
    ensure!(statements(&review)?.len() > 60, "statements are missing");
    ensure!(output.took < Duration::from_secs(60), "it took {:.1?}", output.took);
    Ok(())
}
