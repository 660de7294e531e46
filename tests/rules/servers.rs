//! Every example on the oldest and the newest server: the SQL runs, or is refused where the page says so; what a
//! finding recommends runs too; and the findings are the same on the catalog read from the server.

use altimeter_analysis::rules::ALL;
use altimeter_analysis::{Case, CaseKind, Page};
use altimeter_catalog::{Catalog, Engine, InspectOptions, Inspector, PieceKind};
use altimeter_engine_postgres::{Environment, PostgresEngine, PostgresInspector, Target};
use altimeter_tests::database::Database;
use altimeter_tests::server::Server;
use anyhow::{Context, Result, ensure};

use crate::facts::believe;
use crate::offline::{fault, review, versions};

fn catalog_of(database: &Database) -> Result<Catalog> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let url = format!("{}?sslmode=disable", database.url);
    let inspector = PostgresInspector::new(Target::resolve(Some(&url), &Environment::default())?);
    Ok(runtime.block_on(inspector.inspect(InspectOptions::default(), &|_| {}))?)
}

/// Runs a script statement by statement, as a plain client does.
fn run(database: &Database, sql: &str) -> Result<()> {
    let session = database.session()?;
    for piece in PostgresEngine.read(sql).pieces().iter().filter(|p| p.kind == PieceKind::Sql) {
        session.script(&sql[piece.span.clone()])?;
    }
    Ok(())
}

/// Makes the database as the set-up has it, whatever was there.
fn set_up(database: &Database, page: &Page) -> Result<()> {
    run(database, RESET).context("reset")?;
    run(database, &page.setup).context("set-up")
}

const RESET: &str = "DO $$ DECLARE it text; BEGIN
    FOR it IN SELECT pubname FROM pg_publication LOOP EXECUTE format('DROP PUBLICATION %I', it); END LOOP;
    FOR it IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)' LOOP
      EXECUTE format('DROP SCHEMA %I CASCADE', it);
    END LOOP;
    CREATE SCHEMA public;
  END $$";

fn try_case(database: &Database, catalog: &Catalog, rule: &str, page: &Page, case: &Case) -> Result<()> {
    if let Some(fault) = fault(rule, case, catalog) {
        anyhow::bail!("{fault}");
    }
    set_up(database, page)?;
    match (case.refused, run(database, &case.sql)) {
        (true, Ok(())) => anyhow::bail!("the server did not refuse it"),
        (false, Err(error)) => return Err(error),
        _ => {}
    }
    if case.kind == CaseKind::Bad {
        for finding in review(catalog, &case.sql).iter().filter(|f| f.rule == rule) {
            set_up(database, page)?;
            run(database, &finding.instead).with_context(|| format!("instead:\n{}", finding.instead))?;
        }
    }
    Ok(())
}

/// What does not hold on one server.
fn all_on(major: u32) -> Result<Vec<String>> {
    // One rule only: RULE=non-concurrent-index cargo test …
    let only = std::env::var("RULE").ok();
    let database = Server::shared(major)?.database("rules")?;
    let mut faults = Vec::new();
    for rule in ALL.iter().filter(|r| only.as_deref().is_none_or(|o| o == r.name())) {
        let page = rule.page();
        let read = set_up(&database, &page).and_then(|()| catalog_of(&database)).and_then(|mut catalog| {
            believe(&mut catalog, &page.setup)?;
            Ok(catalog)
        });
        for case in page.cases.iter().filter(|c| versions(c).any(|v| v == major)) {
            let tried = match &read {
                Ok(catalog) => try_case(&database, catalog, rule.name(), &page, case),
                Err(error) => Err(anyhow::anyhow!("{error:#}")),
            };
            if let Err(error) = tried {
                faults.push(format!("{major}: {} · {}: {error:#}", rule.name(), case.heading));
            }
        }
    }
    Ok(faults)
}

#[test]
fn every_example_runs_as_it_says() -> Result<()> {
    let mut faults = Vec::new();
    std::thread::scope(|scope| {
        let runs = [13, 18].map(|major| scope.spawn(move || all_on(major)));
        for run in runs {
            faults.extend(run.join().map_err(|_| anyhow::anyhow!("a server's thread died"))??);
        }
        Ok::<_, anyhow::Error>(())
    })?;
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}
