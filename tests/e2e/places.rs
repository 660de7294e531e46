//! Where the tool may find itself: on a standby, behind a pooler, with few privileges. It gives the same plan
//! everywhere, and says what it could not see.

use altimeter_tests::pooler::Pooler;
use altimeter_tests::server::{Options, Server};
use altimeter_tests::shop;
use altimeter_tests::standby::standby_of;
use altimeter_tests::tool::run_altimeter;
use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::plans::statements;

const REQUEST: &str = "rename the column 'user_name' to 'username' on the users table";

fn plan_at(url: &str) -> Result<Value> {
    run_altimeter(&["plan", REQUEST, "--db", url, "--format", "json"], &[])?.json()
}

fn unknowns(plan: &Value) -> Result<Vec<String>> {
    let list = plan["unknowns"].as_array().context("`unknowns` is a list")?;
    Ok(list
        .iter()
        .map(|unknown| unknown.as_str().map_or_else(|| unknown.to_string(), str::to_owned))
        .collect())
}

#[test]
fn a_standby_gives_the_plan_of_its_primary() -> Result<()> {
    for major in [13, 18] {
        let primary = Server::start(major, &Options::default())?;
        let database = shop::load(&primary, 200_000)?;
        let standby = standby_of(&primary)?;
        primary.wait_for_standbys()?;
        let there = plan_at(&database.url)?;
        let here = plan_at(&standby.url(&database.name))?;
        ensure!(here["catalog_fingerprint"] == there["catalog_fingerprint"], "{major}: another schema");
        ensure!(statements(&here)? == statements(&there)?, "{major}: other statements");
        numbers_agree(&here, &there, &format!("{major}"))?;
        let known_there = unknowns(&there)?;
        let only_here: Vec<String> =
            unknowns(&here)?.into_iter().filter(|unknown| !known_there.contains(unknown)).collect();
        ensure!(!only_here.is_empty(), "{major}: the standby says nothing of what it cannot know");
    }
    Ok(())
}

/// Sizes are the same on both; times may differ by what each saw of its own load.
fn numbers_agree(here: &Value, there: &Value, place: &str) -> Result<()> {
    for name in ["disk_peak_bytes", "wal_bytes", "total_duration_ms"] {
        let likely = |plan: &Value| {
            plan["capacity"][name]["likely"]
                .as_f64()
                .with_context(|| format!("{place}: capacity.{name}.likely"))
        };
        let (mine, theirs) = (likely(here)?, likely(there)?);
        let factor = if name.ends_with("bytes") { 1.05 } else { 1.5 };
        ensure!(
            mine <= theirs * factor + 1.0 && theirs <= mine * factor + 1.0,
            "{place}: {name} is {mine} on the standby and {theirs} on the primary"
        );
    }
    Ok(())
}

#[test]
fn a_pooler_in_transaction_mode_changes_nothing() -> Result<()> {
    let server = Server::shared(15)?;
    let database = shop::load(server, 50_000)?;
    let pooler = Pooler::start(server, &[])?;
    let direct = plan_at(&database.url)?;
    let pooled = plan_at(&pooler.url("postgres", &database.name))?;
    ensure!(statements(&pooled)? == statements(&direct)?, "other statements through the pooler");
    ensure!(
        pooled["catalog_fingerprint"] == direct["catalog_fingerprint"],
        "another schema through the pooler"
    );
    Ok(())
}

#[test]
fn few_privileges_give_a_plan_that_says_what_it_could_not_see() -> Result<()> {
    for major in [13, 18] {
        let server = Server::shared(major)?;
        let database = shop::load(server, 50_000)?;
        let everything = plan_at(&database.url)?;
        let roles = [("monitor", &["GRANT pg_monitor TO {role}"][..]), ("nobody", &[][..])];
        for (stem, grants) in roles {
            let plan = plan_at(&server.role(&database.name, stem, grants)?)?;
            ensure!(statements(&plan)? == statements(&everything)?, "{major}, {stem}: other statements");
            let said = unknowns(&plan)?;
            ensure!(
                said.len() > unknowns(&everything)?.len(),
                "{major}, {stem}: nothing is said to be unknown"
            );
            ensure!(
                said.iter().any(|unknown| unknown.contains("GRANT")),
                "{major}, {stem}: no GRANT is named that would show it: {said:#?}"
            );
        }
    }
    Ok(())
}
