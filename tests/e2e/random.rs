//! Random schemas and random changes: a change is planned or refused with its reason, never planned wrongly; what the
//! simulation says of the way there and back is what servers do.
//!
//! `ALTIMETER_SEEDS` gives other seeds than those of every run, as a range: `1000..5000`.

mod schema;

use std::ops::Range;

use altimeter_analysis::review::{Passage, Reviewer, Sending};
use altimeter_catalog::{Catalog, Engine as _, Server as DatabaseServer};
use altimeter_engine_postgres::PostgresEngine;
use altimeter_planner::{PlanError, PlanOptions, Road, plan_request, read_request};
use altimeter_tests::choice;
use altimeter_tests::dump::Dump;
use altimeter_tests::proof::Plan;
use altimeter_tests::server::Server;
use altimeter_tests::tool::run_altimeter;
use anyhow::{Context, Result, ensure};

use crate::odd_tables::run;
use schema::{Case, case};

/// The exit code of a refusal.
const REFUSED: i32 = 5;
/// A plan that does not pass its own proof says this.
const DEFECT: &str = "defect of Altimeter";

fn seeds(usual: Range<u64>) -> Result<Range<u64>> {
    let Some(asked) = choice("ALTIMETER_SEEDS") else { return Ok(usual) };
    let (from, to) = asked.split_once("..").context("ALTIMETER_SEEDS is no range")?;
    Ok(from.parse()?..to.parse()?)
}

/// The schema the setup makes, by the simulation alone.
fn simulated(major: u32, setup: &str) -> Catalog {
    let server = DatabaseServer {
        version: major.to_string(),
        version_num: major * 10_000,
        search_path: vec!["public".to_owned()],
        user: "postgres".to_owned(),
        ..DatabaseServer::default()
    };
    let empty =
        Catalog { server: server.into(), schemas: vec!["public".to_owned()].into(), ..Catalog::default() };
    let mut reviewer = Reviewer::new(&PostgresEngine, empty, true);
    let text = PostgresEngine.read(setup);
    reviewer.passage(&Passage { text: text.as_ref(), offset: 0, lines_before: 0, sending: Sending::Each });
    reviewer.catalog().clone()
}

/// Whether the change is planned on the simulated schema, which proves the way there and back; the reason if not.
fn planned_offline(major: u32, case: &Case) -> Result<(), String> {
    let catalog = simulated(major, &case.setup);
    let request = read_request(&PostgresEngine, &catalog, &case.change).map_err(|e| e.to_string())?;
    let prefer = case.options.last().map(|_| Road::View);
    let options = PlanOptions { prefer, ..PlanOptions::default() };
    match plan_request(&PostgresEngine, &catalog, &request, options) {
        Ok(_) => Ok(()),
        Err(error @ PlanError::Refused { .. }) => Err(error.to_string()),
        Err(error) => Err(format!("{DEFECT}: {error}")),
    }
}

#[test]
fn random_changes_are_planned_or_refused() -> Result<()> {
    let (mut wrong, mut planned, mut all) = (Vec::new(), 0, 0);
    for seed in seeds(0..300)? {
        let case = case(seed);
        all += 1;
        match planned_offline(if seed % 2 == 0 { 13 } else { 18 }, &case) {
            Ok(()) => planned += 1,
            Err(why) if why.contains(DEFECT) => wrong.push(format!("seed {seed}: {}: {why}", case.change)),
            Err(_) => {}
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    ensure!(planned * 2 > all, "only {planned} of {all} are planned");
    Ok(())
}

/// Each step there, back and there again, then all the way back.
fn on_server(server: &Server, seed: u64, case: &Case) -> Result<()> {
    let original = server.database("random")?;
    original.session()?.script(&format!("{}; ANALYZE", case.setup)).context("the setup")?;
    let plain = original.copy(server, "plain")?;
    let refused_by_server = plain.session()?.script(&case.change).err();
    // That the rows do not allow it is found by the checks of a plan, not by planning.
    let by_rows = |error: &anyhow::Error| {
        let said = format!("{error:#}");
        ["could not create unique index", "violates", "contains null values"].iter().any(|w| said.contains(w))
    };
    if refused_by_server.as_ref().is_some_and(by_rows) {
        return Ok(());
    }
    let fixed = ["plan", &case.change, "--db", &original.url, "--sample", "0", "--format", "json"];
    let output = run_altimeter(&[&fixed, case.options].concat(), &[])?;
    let offline = planned_offline(server.major, case);
    if output.code == Some(REFUSED) {
        ensure!(!output.stderr.contains(DEFECT), "{}", output.stderr);
        ensure!(offline.is_err(), "refused here only: {}", output.stderr);
        return Ok(());
    }
    let plan = Plan::parse(&output.json()?)?;
    ensure!(refused_by_server.is_none(), "planned, but the server refuses it: {refused_by_server:?}");
    ensure!(offline.is_ok(), "refused offline only: {offline:?}");
    let database = original.copy(server, "led")?;
    let session = database.session()?;
    let before = Dump::of(&database)?;
    for step in &plan.steps {
        let there = Dump::of(&database)?;
        run(&session, &step.up, step)?;
        if !step.point_of_no_return {
            run(&session, &step.down, step)?;
            let differences = Dump::of(&database)?.differences(&there);
            ensure!(differences.is_empty(), "seed {seed}: {} and back: {differences:#?}", step.id);
            run(&session, &step.up, step)?;
        }
    }
    let differences = Dump::of(&database)?.differences_in_any_order(&Dump::of(&plain)?);
    ensure!(differences.is_empty(), "after UP: {differences:#?}");
    if plan.steps.iter().all(|s| !s.point_of_no_return) {
        for step in plan.steps.iter().rev() {
            run(&session, &step.down, step)?;
        }
        let differences = Dump::of(&database)?.differences(&before);
        ensure!(differences.is_empty(), "after DOWN: {differences:#?}");
    }
    Ok(())
}

#[test]
fn random_changes_go_there_and_back_on_servers() -> Result<()> {
    let mut wrong = Vec::new();
    for seed in seeds(0..24)? {
        let major = if seed % 2 == 0 { 13 } else { 18 };
        let case = case(seed);
        if let Err(error) = on_server(Server::shared(major)?, seed, &case) {
            wrong.push(format!("seed {seed}, {major}: {}: {error:#}\n{}", case.change, case.setup));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    Ok(())
}
