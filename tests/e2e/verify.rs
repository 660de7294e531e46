//! `altimeter verify`: a saved plan held against the database, statement by statement to its end and back, by a role
//! that may not see everything, after somebody else's change, and with a file somebody has written into.

use std::path::PathBuf;

use altimeter_tests::database::Database;
use altimeter_tests::proof::Plan;
use altimeter_tests::server::Server;
use altimeter_tests::shop;
use altimeter_tests::tool::{Output, run_altimeter};
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// A plan saved to a file, as users save it.
struct Saved {
    file: PathBuf,
    plan: Value,
}

impl Saved {
    fn make(request: &str, database: &Database, name: &str) -> Result<Self> {
        let plan = run_altimeter(
            &["plan", request, "--db", &database.url, "--format", "json", "--sample", "0"],
            &[],
        )?
        .json()?;
        let saved =
            Self { file: std::env::temp_dir().join(format!("{name}-{}.json", std::process::id())), plan };
        saved.write(&saved.plan)?;
        Ok(saved)
    }

    fn write(&self, plan: &Value) -> Result<()> {
        Ok(std::fs::write(&self.file, plan.to_string())?)
    }

    fn verify(&self, url: &str, more: &[&str]) -> Result<Output> {
        let file = self.file.to_str().context("a path that is not UTF-8")?;
        run_altimeter(&[&["verify", file, "--db", url, "--format", "json"], more].concat(), &[])
    }
}

impl Drop for Saved {
    fn drop(&mut self) {
        std::fs::remove_file(&self.file).ok();
    }
}

fn told(output: &Output) -> Result<Value> {
    serde_json::from_str(&output.stdout).with_context(|| format!("{:?}: {}", output.code, output.stderr))
}

fn to_the_end_and_back(major: u32) -> Result<()> {
    let database = shop::load(Server::shared(major)?, 1_000)?;
    there_and_back(&database, "rename users.user_name to username", &format!("verify-{major}"))
}

/// After every statement, there and back, the database is recognised as what the plan says it is.
fn there_and_back(database: &Database, request: &str, name: &str) -> Result<()> {
    let major = database.major();
    let saved = Saved::make(request, database, name)?;
    let plan = Plan::parse(&saved.plan)?;
    let session = database.session()?;
    let fits = |what: &str| -> Result<()> {
        let output = saved.verify(&database.url, &[])?;
        let told = told(&output)?;
        ensure!(told["standing"]["fits"] == true, "{major} {what}: {}", told["standing"]);
        ensure!(output.code == Some(0), "{major} {what}: {}", output.stdout);
        Ok(())
    };
    fits("at the beginning")?;
    for step in &plan.steps {
        let before = saved.verify(&database.url, &["--step", &step.id, "--before"])?;
        ensure!(before.code == Some(0), "before {}: {}", step.id, before.stdout);
        for statement in &step.up {
            session.script(&statement.sql)?;
            fits(&statement.sql)?;
        }
        let after = saved.verify(&database.url, &["--step", &step.id, "--after"])?;
        ensure!(after.code == Some(0), "after {}: {}", step.id, after.stdout);
    }
    if plan.steps.iter().any(|s| s.point_of_no_return) {
        return Ok(());
    }
    for statement in plan.steps.iter().rev().flat_map(|s| &s.down) {
        session.script(&statement.sql)?;
        fits(&statement.sql)?;
    }
    let stands = told(&saved.verify(&database.url, &[])?)?["standing"]["steps_done"].clone();
    ensure!(stands == 0, "{stands} steps are done after all were taken back");
    Ok(())
}

#[test]
fn the_place_in_the_plan_is_known_after_every_statement_on_13() -> Result<()> {
    to_the_end_and_back(13)
}

#[test]
fn the_place_in_the_plan_is_known_after_every_statement_on_18() -> Result<()> {
    to_the_end_and_back(18)
}

/// What the server prints of views that the plan makes is not what it printed before; publications change hands.
#[test]
fn the_place_is_known_where_views_are_made_again_and_publications_change() -> Result<()> {
    for major in [13, 18] {
        for request in
            ["ALTER TABLE t ALTER COLUMN n TYPE numeric", "partition t by hash of id into 3 partitions"]
        {
            let database = Server::shared(major)?.database("verified")?;
            database.session()?.script(
                "CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT g, g FROM generate_series(1, 300) g;
                 CREATE VIEW v AS SELECT id, n FROM t WHERE n > 5; CREATE VIEW w AS SELECT n / 2 AS half FROM v;
                 CREATE PUBLICATION p FOR TABLE t; ANALYZE",
            )?;
            there_and_back(&database, request, &format!("verify-made-{major}"))
                .with_context(|| format!("{major}: {request}"))?;
        }
    }
    Ok(())
}

#[test]
fn a_changed_query_and_publication_are_said() -> Result<()> {
    let database = shop::load(Server::shared(18)?, 1_000)?;
    let session = database.session()?;
    session.script(
        "CREATE VIEW named AS SELECT id, user_name FROM users; CREATE PUBLICATION p FOR TABLE users",
    )?;
    let saved = Saved::make("rename users.user_name to username", &database, "verify-query")?;
    session.script(
        "CREATE OR REPLACE VIEW named AS SELECT id, user_name FROM users WHERE id > 7;
         ALTER PUBLICATION p SET TABLE users WHERE (id > 7)",
    )?;
    let told = told(&saved.verify(&database.url, &[])?)?;
    let changed = told["standing"]["changed"].to_string();
    for words in
        ["public.named: query was SELECT", "WHERE (id > 7)", "publication p was named, is named where id"]
    {
        ensure!(changed.contains(words), "no `{words}` in {changed}");
    }
    Ok(())
}

#[test]
fn what_others_changed_is_said_and_nothing_is_asked_of_steps() -> Result<()> {
    let database = shop::load(Server::shared(18)?, 1_000)?;
    let saved = Saved::make("rename users.user_name to username", &database, "verify-changed")?;
    database.session()?.script(
        "ALTER TABLE users ALTER COLUMN user_name TYPE varchar(99); CREATE INDEX extra ON users (bio)",
    )?;
    let output = saved.verify(&database.url, &[])?;
    let told = told(&output)?;
    ensure!(output.code == Some(1), "{:?}", output.code);
    let changed = told["standing"]["changed"].to_string();
    for words in ["column user_name was", "is character varying(99)", "index extra is new"] {
        ensure!(changed.contains(words), "no `{words}` in {changed}");
    }
    ensure!(told["steps"] == serde_json::json!([]), "checks were asked: {}", told["steps"]);
    Ok(())
}

#[test]
fn a_plan_that_was_written_into_is_refused_and_its_sql_is_not_sent() -> Result<()> {
    let database = shop::load(Server::shared(18)?, 1_000)?;
    let saved = Saved::make("rename users.user_name to username", &database, "verify-forged")?;
    let check = "/phases/0/steps/0/before/0";
    let forge = |pointer: &str, value: Value| -> Result<Output> {
        let mut plan = saved.plan.clone();
        *plan.pointer_mut(pointer).context("no such place")? = value;
        saved.write(&plan)?;
        saved.verify(&database.url, &[])
    };
    let forged = forge(&format!("{check}/sql"), "SELECT pg_terminate_backend(1) IS NULL AS ok".into())?;
    ensure!(
        forged.code == Some(2) && forged.stderr.contains("was changed after it was saved"),
        "{}",
        forged.stderr
    );
    let forged = forge(&format!("{check}/check/table/name"), "users; DROP TABLE users".into())?;
    ensure!(forged.code == Some(2), "{}", forged.stderr);
    let forged = forge("/schema/before/public.users/column user_name", "text".into())?;
    ensure!(forged.code == Some(2) && forged.stderr.contains("catalog_fingerprint"), "{}", forged.stderr);
    let forged = forge("/format", "altimeter-plan/9".into())?;
    ensure!(forged.code == Some(2) && forged.stderr.contains("altimeter-plan/9"), "{}", forged.stderr);
    ensure!(database.session()?.simple_value("SELECT count(*) FROM users")? == "1000", "rows are gone");
    Ok(())
}

#[test]
fn what_cannot_be_told_is_unknown_and_never_holds() -> Result<()> {
    let server = Server::shared(15)?;
    let database = shop::load(server, 1_000)?;
    let saved = Saved::make("rename users.user_name to username", &database, "verify-unknown")?;
    let plan = Plan::parse(&saved.plan)?;
    let session = database.session()?;
    for statement in plan.steps.iter().take(3).flat_map(|s| &s.up) {
        session.script(&statement.sql)?;
    }
    // A role that sees neither others' sessions nor the rows.
    session.script("CREATE ROLE verify_blind LOGIN PASSWORD 'blind'")?;
    let url = server.url_as("verify_blind", "blind", &database.name);
    let output = saved.verify(&url, &["--step", "migrate-1", "--after"])?;
    let told = told(&output)?;
    ensure!(output.code == Some(0) && told["outcome"] == "unknown", "{}", output.stdout);
    let of = |kind: &str| {
        let steps = told["steps"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|s| s["checks"].as_array().into_iter().flatten());
        let triggers = told["triggers"].as_array().into_iter().flatten().map(|t| &t["check"]);
        steps.chain(triggers).find(|c| c["check"]["kind"] == kind).map(|c| c["answer"].clone())
    };
    ensure!(of("in_step") == Some("unknown".into()), "{:?}", of("in_step"));
    ensure!(of("standby_lag_below") == Some("unknown".into()), "{:?}", of("standby_lag_below"));
    ensure!(of("lock_waits_at_most") == Some("holds".into()), "{:?}", of("lock_waits_at_most"));
    // A lock that nobody can read beside.
    let holder = database.session()?;
    holder.script("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE")?;
    let output = saved.verify(&database.url, &["--step", "migrate-1", "--after"])?;
    ensure!(output.stdout.contains("lock"), "{}", output.stdout);
    holder.script("ROLLBACK")?;
    session.script("DROP OWNED BY verify_blind; DROP ROLE verify_blind")?;
    Ok(())
}
