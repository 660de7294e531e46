//! What people allow, in the SQL and in `altimeter.toml`, as the command line takes it.

use altimeter_tests::cache::workspace;
use altimeter_tests::folder::Folder;
use anyhow::{Context, Result, ensure};
use serde_json::Value;

const INDEX: &str = "CREATE INDEX users_name_idx ON users (user_name, id);\n";

/// What `check` says of one file in a project with that configuration, and its exit code.
fn check(path: &str, sql: &str, configuration: &str) -> Result<(Option<i32>, Vec<Value>)> {
    let snapshot = workspace().join("fixtures/snapshots/shop-50m.json");
    let folder = Folder::with(&[(path, sql), ("altimeter.toml", configuration)])?;
    let snapshot = snapshot.to_string_lossy();
    let made = folder.run(&["check", path, "--snapshot", &snapshot, "--format", "json"])?;
    let json: Value = serde_json::from_str(&made.stdout).with_context(|| made.stderr.clone())?;
    let statements = json["statements"].as_array().cloned().unwrap_or_default();
    let of = |s: &Value| s["findings"].as_array().cloned().unwrap_or_default();
    let findings = statements.iter().flat_map(of).filter(|f| f["rule"] != "missing-lock-timeout");
    Ok((made.code, findings.collect()))
}

fn with_timeout(sql: &str) -> String {
    format!("SET lock_timeout = '2s';\n{sql}")
}

#[test]
fn a_comment_with_a_reason_allows_and_stays_visible() -> Result<()> {
    let (code, findings) = check("V1.sql", &with_timeout(INDEX), "")?;
    ensure!(code == Some(1) && findings[0]["severity"] == "critical", "{findings:?}");
    for sql in [
        format!("-- altimeter: allow non-concurrent-index (nobody writes at night)\n{INDEX}"),
        format!("{} -- altimeter: allow non-concurrent-index (nobody writes at night)\n", INDEX.trim()),
        format!("{INDEX}-- altimeter: allow-file non-concurrent-index (nobody writes at night)\n"),
    ] {
        let (code, findings) = check("V1.sql", &with_timeout(&sql), "")?;
        ensure!(code == Some(0) && findings.len() == 1, "{sql}: {findings:?}");
        ensure!(findings[0]["suppressed"]["reason"] == "nobody writes at night", "{sql}: {findings:?}");
    }
    Ok(())
}

#[test]
fn a_comment_speaks_of_its_statement_only_and_needs_a_reason() -> Result<()> {
    let before = "-- altimeter: allow non-concurrent-index (night)\nSELECT 1;\n";
    let (code, _) = check("V1.sql", &with_timeout(&format!("{before}{INDEX}")), "")?;
    ensure!(code == Some(1), "a comment about another statement allowed it");
    let bare = format!("-- altimeter: allow non-concurrent-index\n{INDEX}");
    let (code, findings) = check("V1.sql", &with_timeout(&bare), "")?;
    let rules: Vec<&Value> = findings.iter().map(|f| &f["rule"]).collect();
    ensure!(code == Some(1) && rules == ["non-concurrent-index", "bare-suppression"], "{rules:?}");
    Ok(())
}

#[test]
fn the_configuration_allows_by_rule_and_path() -> Result<()> {
    let off = "[rules.non-concurrent-index]\nlevel = \"off\"\nreason = \"read-only\"\npaths = [\"old/**\"]\n";
    let (code, findings) = check("old/a/V1.sql", &with_timeout(INDEX), off)?;
    ensure!(code == Some(0) && findings[0]["suppressed"]["reason"] == "read-only", "{findings:?}");
    ensure!(check("new/V1.sql", &with_timeout(INDEX), off)?.0 == Some(1), "another folder is allowed too");
    let low = "[rules.non-concurrent-index]\nlevel = \"low\"\nreason = \"small shop\"\n";
    let (code, findings) = check("V1.sql", &with_timeout(INDEX), low)?;
    ensure!(code == Some(0) && findings[0]["severity"] == "low", "{findings:?}");
    ensure!(findings[0]["message"].as_str().is_some_and(|m| m.contains("small shop")), "{findings:?}");
    Ok(())
}

#[test]
fn a_wrong_configuration_is_refused() -> Result<()> {
    for (wrong, said) in [
        ("[rules.non-concurent-index]\nlevel = \"off\"\nreason = \"x\"\n", "non-concurrent-index"),
        ("[rules.table-rewrite]\nlevel = \"off\"\n", "reason"),
        ("[rules]\ntable-rewrite = \"off\"\n", "level and reason"),
    ] {
        let out = Folder::with(&[("altimeter.toml", wrong)])?.run(&["rules"])?;
        ensure!(out.code == Some(2) && out.stderr.contains(said), "{wrong}: {}", out.stderr);
    }
    Ok(())
}
