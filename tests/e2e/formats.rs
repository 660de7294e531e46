//! The formats of `check` as pipelines run them: what is on standard output, and the exit code.

use altimeter_tests::cache;
use altimeter_tests::folder::Folder;
use altimeter_tests::tool::{Output, run_altimeter, run_altimeter_with_input};
use anyhow::{Result, ensure};

const SQL: &str = "CREATE INDEX users_name_idx ON users (user_name);\n";

fn snapshot() -> String {
    cache::workspace().join("fixtures/snapshots/shop-50m.json").to_string_lossy().into_owned()
}

fn check(format: &str, sql: &str) -> Result<Output> {
    run_altimeter_with_input(&["check", "-", "--snapshot", &snapshot(), "--format", format], &[], sql)
}

#[test]
fn every_format_is_alone_on_standard_output_and_says_the_same_by_its_exit_code() -> Result<()> {
    for format in ["text", "json", "markdown", "sarif", "github", "gitlab"] {
        let bad = check(format, SQL)?;
        ensure!(bad.code == Some(1), "{format} ended with {:?}: {}", bad.code, bad.stderr);
        ensure!(bad.stdout.contains("non-concurrent-index"), "{format}: {}", bad.stdout);
        ensure!(bad.stderr.contains("--fail-on"), "{format} does not say why it is 1: {}", bad.stderr);
        let good = check(format, "SET lock_timeout = '2s';\n")?;
        ensure!(good.code == Some(0), "{format} ended with {:?}: {}", good.code, good.stderr);
        if matches!(format, "json" | "sarif" | "gitlab") {
            serde_json::from_str::<serde_json::Value>(&bad.stdout)?;
            serde_json::from_str::<serde_json::Value>(&good.stdout)?;
        }
    }
    let commands = check("github", SQL)?.stdout;
    let is_command = |l: &str| ["::error ", "::warning ", "::notice "].iter().any(|c| l.starts_with(c));
    ensure!(commands.lines().all(is_command), "{commands}");
    ensure!(check("github", "SET lock_timeout = '2s';\n")?.stdout.is_empty());
    Ok(())
}

#[test]
fn what_the_server_has_no_room_for_is_said_and_is_exit_code_1() -> Result<()> {
    let sql =
        "SET lock_timeout = '2s';\nCREATE INDEX CONCURRENTLY users_seen ON users (last_seen, user_name);\n";
    let snapshot = snapshot();
    let ask = |more: &[&str]| {
        let arguments = [&["check", "-", "--snapshot", &snapshot, "--fail-on", "critical"], more].concat();
        run_altimeter_with_input(&arguments, &[], sql)
    };
    let plain = ask(&["--format", "json"])?.json()?;
    ensure!(plain["limits"].is_null(), "{plain}");
    let roomy = ask(&["--capacity", "--disk-free", "900GB", "--format", "json"])?.json()?;
    let rooms: Vec<_> =
        roomy["limits"].as_array().into_iter().flatten().map(|l| l["room"].as_str()).collect();
    let wanted = ["disk", "log", "lag", "connections", "slots", "archive", "transactions"];
    ensure!(rooms == wanted.map(Some), "{roomy}");
    ensure!(roomy["limits"][0]["verdict"] == "fits", "{roomy}");
    let full = ask(&["--disk-free", "200MB"])?;
    ensure!(full.code == Some(1) && full.stderr.contains("--capacity"), "{:?} {}", full.code, full.stderr);
    ensure!(full.stdout.contains("a full disk stops"), "{}", full.stdout);
    Ok(())
}

#[test]
fn a_wrong_format_names_the_right_ones() -> Result<()> {
    let plan = run_altimeter(
        &["plan", "drop users.user_name", "--snapshot", &snapshot(), "--format", "sarif"],
        &[],
    )?;
    ensure!(plan.code == Some(2) && plan.stderr.contains("text, json, markdown"), "{}", plan.stderr);
    let check = check("xml", SQL)?;
    ensure!(check.code == Some(2) && check.stderr.contains("gitlab"), "{}", check.stderr);
    Ok(())
}

fn with_settings(configuration: &str) -> Result<Folder> {
    Folder::with(&[("altimeter.toml", configuration), ("V1.sql", SQL)])
}

#[test]
fn the_configuration_says_format_and_limit_and_a_flag_beats_it() -> Result<()> {
    let text = format!("snapshot = {:?}\nformat = \"github\"\nfail_on = \"critical\"\n", snapshot());
    let folder = with_settings(&text)?;
    let out = folder.run(&["check", "V1.sql", "--fail-on", "low"])?;
    ensure!(out.code == Some(1) && out.stdout.starts_with("::"), "{} {}", out.stdout, out.stderr);
    let out = folder.run(&["check", "V1.sql", "--format", "json", "--fail-on", "low"])?;
    ensure!(out.code == Some(1) && out.stdout.starts_with('{'), "{}", out.stdout);
    let out = folder.run(&["inspect"])?;
    ensure!(out.code == Some(0) && out.stderr.contains("shown as text"), "{}", out.stderr);
    for (wrong, said) in [("format = \"xml\"", "sarif"), ("fail_on = \"bad\"", "critical")] {
        let out = with_settings(wrong)?.run(&["rules"])?;
        ensure!(out.code == Some(2) && out.stderr.contains(said), "{}", out.stderr);
    }
    Ok(())
}

#[test]
fn a_rule_is_found_by_its_name_and_a_wrong_name_is_put_right() -> Result<()> {
    let list = run_altimeter(&["rules"], &[])?;
    ensure!(list.code == Some(0) && list.stdout.contains("non-concurrent-index"), "{}", list.stdout);
    let page = run_altimeter(&["rules", "non-concurrent-index"], &[])?;
    ensure!(page.stdout.contains("CREATE INDEX CONCURRENTLY"), "{}", page.stdout);
    let wrong = run_altimeter(&["rules", "non-concurent-index"], &[])?;
    ensure!(wrong.code == Some(2) && wrong.stderr.contains("non-concurrent-index"), "{}", wrong.stderr);
    Ok(())
}
