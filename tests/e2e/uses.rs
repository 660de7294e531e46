//! Who still uses what a plan takes away: statements the server counted, resolved; objects; the application's source;
//! and the check that the uses have ended.

use altimeter_tests::database::Database;
use altimeter_tests::server::Server;
use altimeter_tests::shop;
use altimeter_tests::tool::run_altimeter;
use anyhow::{Context, Result, ensure};
use serde_json::Value;

fn plan(database: &Database, more: &[&str]) -> Result<Value> {
    let fixed = [
        "plan",
        "rename users.user_name to username",
        "--db",
        &database.url,
        "--sample",
        "0",
        "--format",
        "json",
    ];
    run_altimeter(&[&fixed, more].concat(), &[])?.json()
}

/// The check that the uses have ended, as any client would ask it.
fn ended(database: &Database, plan: &Value) -> Result<bool> {
    let steps = plan["phases"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|p| p["steps"].as_array().into_iter().flatten());
    let mut checks = steps.flat_map(|s| s["before"].as_array().into_iter().flatten());
    let check =
        checks.find(|c| c["check"]["kind"] == "uses_ended").context("no step waits for the uses to end")?;
    database.session()?.value(check["sql"].as_str().context("no SQL")?)
}

fn uses_are_found_and_seen_to_end(major: u32) -> Result<()> {
    let database = shop::load(Server::shared(major)?, 1_000)?;
    let session = database.session()?;
    session.script("CREATE SCHEMA IF NOT EXISTS elsewhere; CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA elsewhere; CREATE VIEW names AS SELECT user_name FROM users")?;
    let old =
        ["SELECT id FROM users WHERE user_name = 'a'", "UPDATE users SET bio = 'b' WHERE user_name = 'a'"];
    let other =
        ["SELECT id FROM users WHERE email = 'a'", "SELECT email AS user_name FROM users WHERE id = 7"];
    for statement in old.iter().chain(&other) {
        session.script(statement)?;
    }
    let made =
        plan(&database, &["--app", concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/applications/django")])?;
    let uses = &made["uses"];
    let named: Vec<&str> = uses["statements"]
        .as_array()
        .context("statements are not counted")?
        .iter()
        .filter(|s| s["how"] == "named")
        .filter_map(|s| s["statement"].as_str())
        .collect();
    for wanted in ["SELECT id FROM users WHERE user_name =", "UPDATE users SET bio ="] {
        ensure!(named.iter().any(|s| s.starts_with(wanted)), "{major}: no {wanted} in {named:?}");
    }
    for not_wanted in ["WHERE email", "AS user_name"] {
        ensure!(!named.iter().any(|s| s.contains(not_wanted)), "{major}: {not_wanted} in {named:?}");
    }
    ensure!(uses["since"].is_string() == (major >= 14), "{major}: since {}", uses["since"]);
    ensure!(uses["objects"].to_string().contains("view public.names"), "{}", uses["objects"]);
    let source = uses["application"].to_string();
    ensure!(source.contains("shop/models.py") && source.contains("Django model"), "{source}");
    ensure!(ended(&database, &made)?, "{major}: nothing ran since");
    session.script(other[0])?;
    ensure!(ended(&database, &made)?, "{major}: another statement ran");
    session.script(old[1])?;
    ensure!(!ended(&database, &made)?, "{major}: an old statement ran, and it is not seen");
    Ok(())
}

#[test]
fn uses_are_found_and_seen_to_end_on_13() -> Result<()> {
    uses_are_found_and_seen_to_end(13)
}

#[test]
fn uses_are_found_and_seen_to_end_on_18() -> Result<()> {
    uses_are_found_and_seen_to_end(18)
}
