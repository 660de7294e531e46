//! What a batch can do, what it cannot, and how it ends.

use std::time::{Duration, Instant};

use altimeter_catalog::{InspectError, InspectErrorKind};
use altimeter_engine_postgres::{Connection, Limits, Query, Target};
use altimeter_tests::server::Server;
use altimeter_tests::session::{block_on, wait_until};
use anyhow::{Context as _, Result, ensure};

use super::environment;

const ONE: Query = Query { name: "one", sql: "SELECT 1" };

fn connect(url: &str) -> Result<Connection, InspectError> {
    block_on(async { Connection::open(&Target::resolve(Some(url), &environment(&[]))?).await })
}

#[test]
fn a_batch_cannot_write_nor_be_made_to() -> Result<()> {
    for major in [13, 18] {
        let server = Server::shared(major)?;
        let database = server.database("read_only")?;
        let session = database.session()?;
        session.script("CREATE TABLE t (id int); CREATE SEQUENCE s")?;
        let mut connection = connect(&database.url)?;
        for sql in [
            "INSERT INTO public.t VALUES (1) RETURNING id",
            "SELECT pg_catalog.nextval('public.s')",
            "CREATE TABLE public.u (id int)",
            "SET TRANSACTION READ WRITE",
            "SELECT pg_catalog.set_config('transaction_read_only', 'off', true)",
            "SELECT 1; SELECT 2",
        ] {
            let query = Query { name: "attempt", sql };
            let error = block_on(async {
                let batch = connection.batch(Limits::default()).await?;
                // Dropped without finish: the next batch begins all the same.
                Ok::<_, InspectError>(batch.rows(&query).await.err())
            })?;
            let error = error.with_context(|| format!("{major}: {sql} was let through"))?;
            ensure!(error.kind == InspectErrorKind::Query, "{sql}: {error}");
        }
        ensure!(session.value::<i64>("SELECT count(*) FROM t")? == 0, "nothing was written");
    }
    Ok(())
}

#[test]
fn a_batch_sees_one_snapshot() -> Result<()> {
    let server = Server::shared(18)?;
    let database = server.database("snapshot")?;
    let session = database.session()?;
    session.script("CREATE TABLE t (id int)")?;
    let mut connection = connect(&database.url)?;
    let count = Query { name: "count", sql: "SELECT pg_catalog.count(*) FROM public.t" };
    let counted = block_on(async {
        let batch = connection.batch(Limits::default()).await?;
        // The write comes before the batch's first own query: beginning it has already taken the snapshot.
        session.script("INSERT INTO t VALUES (1)")?;
        let before: i64 = batch.rows(&count).await?[0].get(0);
        batch.finish().await?;
        let batch = connection.batch(Limits::default()).await?;
        let after: i64 = batch.rows(&count).await?[0].get(0);
        batch.finish().await?;
        anyhow::Ok((before, after))
    })?;
    ensure!(counted == (0, 1), "{counted:?}");
    Ok(())
}

#[test]
fn a_query_that_takes_too_long_is_given_up() -> Result<()> {
    let server = Server::shared(18)?;
    let mut connection = connect(&server.url("postgres"))?;
    let limits = Limits { statement: Duration::from_millis(200), ..Limits::default() };
    let slow = Query { name: "slow", sql: "SELECT 1 FROM pg_catalog.pg_sleep(60)" };
    let begin = Instant::now();
    let (error, next) = block_on(async {
        let batch = connection.batch(limits).await?;
        let error = batch.rows(&slow).await.err();
        let batch = connection.batch(limits).await?;
        Ok::<_, InspectError>((error, batch.rows(&ONE).await?.len()))
    })?;
    let error = error.context("it was not given up")?;
    ensure!(error.kind == InspectErrorKind::Query && error.hint.contains("statement timeout"), "{error}");
    ensure!(begin.elapsed() < Duration::from_secs(10) && next == 1, "{:?}", begin.elapsed());
    Ok(())
}

#[test]
fn a_connection_lost_midway_says_so() -> Result<()> {
    for major in [13, 18] {
        let server = Server::shared(major)?;
        let database = server.database("lost")?;
        let mut connection = connect(&database.url)?;
        let watcher = server.session()?;
        let ours = format!("datname = '{}' AND application_name = 'altimeter'", database.name);
        let error = block_on(async {
            let batch = connection.batch(Limits::default()).await?;
            batch.rows(&ONE).await?;
            watcher
                .script(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}"))?;
            wait_until("the backend is gone", Duration::from_secs(20), || {
                watcher.value(&format!("SELECT count(*) = 0 FROM pg_stat_activity WHERE {ours}"))
            })?;
            anyhow::Ok(batch.rows(&ONE).await.err())
        })?;
        let error = error.context("the query was answered by nobody")?;
        ensure!(error.kind == InspectErrorKind::Lost && error.message.contains(&database.name), "{error}");
        let cause = error.source.as_ref().map(ToString::to_string).unwrap_or_default();
        ensure!(cause.contains("administrator command"), "the server's reason is told: {cause}");
        let again =
            block_on(async { connection.batch(Limits::default()).await.err().map(|error| error.kind) });
        ensure!(again == Some(InspectErrorKind::Lost), "{again:?}");
    }
    Ok(())
}
