//! `inspect` of PostgreSQL on real servers: every kind of object, a standby, a pooler, roles that may see little,
//! locked tables, many tables, and a busy database.

mod busy;
mod definitions;
mod elsewhere;
mod facts;

use std::time::Duration;

use altimeter_catalog::{Catalog, InspectOptions, Inspector as _, Name, Table};
use altimeter_engine_postgres::{Environment, PostgresInspector, Target};
use altimeter_tests::database::Database;
use altimeter_tests::server::Server;
use anyhow::{Context as _, Result, ensure};

/// The versions between which everything is asked: the oldest and the newest supported.
const MAJORS: [u32; 2] = [13, 18];

/// Inspects once, without a second sample.
fn inspect(url: &str) -> Result<Catalog> {
    inspect_with(url, InspectOptions::default())
}

/// Inspects with a pause between two samples.
fn inspect_twice(url: &str, pause: Duration) -> Result<Catalog> {
    inspect_with(url, InspectOptions { sample: Some(pause), probe: false })
}

fn inspect_with(url: &str, options: InspectOptions) -> Result<Catalog> {
    inspect_at(&format!("{url}?sslmode=disable"), options)
}

/// Inspects at a URL that has parameters of its own.
fn inspect_url(url: &str) -> Result<Catalog> {
    inspect_at(url, InspectOptions::default())
}

fn inspect_at(url: &str, options: InspectOptions) -> Result<Catalog> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let inspector = PostgresInspector::new(Target::resolve(Some(url), &Environment::default())?);
    let mut catalog = runtime.block_on(inspector.inspect(options, &|_| ()))?;
    // Transactions of other tests make every table older.
    catalog.tables.change_all(|table| table.size.frozen_age = None);
    Ok(catalog)
}

/// A database with everything `fixtures/schemas/zoo.sql` has, and what came with later versions.
fn zoo(server: &Server) -> Result<Database> {
    let database = server.database("zoo")?;
    let session = database.session()?;
    session.script(include_str!("../../fixtures/schemas/zoo.sql"))?;
    for (since, sql) in [
        (14, include_str!("../../fixtures/schemas/zoo_14.sql")),
        (15, include_str!("../../fixtures/schemas/zoo_15.sql")),
        (18, include_str!("../../fixtures/schemas/zoo_18.sql")),
    ] {
        if server.major >= since {
            session.script(sql)?;
        }
    }
    Ok(database)
}

/// A table of the schema `zoo`.
fn table<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a Table> {
    catalog.table(&Name::new("zoo", name)).with_context(|| format!("the table zoo.{name} is missing"))
}

/// The unknown whose subject has those words in it.
fn ensure_unknown(catalog: &Catalog, what: &str, remedy: &str) -> Result<()> {
    let found = catalog.unknowns.iter().any(|u| u.what.contains(what) && u.remedy.contains(remedy));
    ensure!(found, "no unknown about \"{what}\" with \"{remedy}\" among {:#?}", catalog.unknowns);
    Ok(())
}
