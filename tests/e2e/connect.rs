//! The read-only connection: every source of parameters, TLS mode, kind of server and way to fail, on real servers.

mod hosts;
mod refusals;
mod session;
mod sources;
mod tls;

use altimeter_catalog::InspectError;
use altimeter_engine_postgres::{Connection, Environment, Limits, Query, Target};
use altimeter_tests::session::block_on;
use anyhow::{Result, ensure};

/// What a connection that could be opened turned out to be.
#[derive(Debug)]
struct Opened {
    described: String,
    encrypted: bool,
    pooled: Option<bool>,
    in_recovery: bool,
    user: String,
    database: String,
}

const WHO: Query = Query {
    name: "who",
    sql: "SELECT pg_catalog.pg_is_in_recovery(), CURRENT_USER::text, pg_catalog.current_database()::text",
};

/// Resolves, connects and asks one batch, as an inspection does.
fn open(url: Option<&str>, environment: &Environment) -> Result<Opened, InspectError> {
    block_on(async {
        let target = Target::resolve(url, environment)?;
        let mut connection = Connection::open(&target).await?;
        let batch = connection.batch(Limits::default()).await?;
        let rows = batch.rows(&WHO).await?;
        batch.finish().await?;
        let opened = Opened {
            described: connection.describe().to_owned(),
            encrypted: connection.is_encrypted(),
            pooled: connection.is_pooled(),
            in_recovery: rows[0].get(0),
            user: rows[0].get(1),
            database: rows[0].get(2),
        };
        connection.close().await;
        Ok(opened)
    })
}

/// The same with an empty environment.
fn open_url(url: &str) -> Result<Opened, InspectError> {
    open(Some(url), &environment(&[]))
}

/// The same, where it must fail; the error shows no password.
fn refused(url: &str) -> Result<InspectError> {
    match open_url(url) {
        Ok(opened) => anyhow::bail!("{} should have been refused", opened.described),
        Err(error) => {
            let shown = format!("{error} {error:?} {}", error.hint);
            ensure!(!shown.contains("hunter2"), "a password is shown: {shown}");
            ensure!(!error.hint.is_empty(), "it does not say what to do next: {shown}");
            Ok(error)
        }
    }
}

fn environment(variables: &[(&str, &str)]) -> Environment {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Environment { variables, home: None, user: Some("nobody".to_owned()) }
}
