//! Which of several servers is taken, and what a pooler changes.

use altimeter_catalog::InspectErrorKind;
use altimeter_engine_postgres::{Connection, Limits, Query, Target};
use altimeter_tests::pooler::Pooler;
use altimeter_tests::server::{Options, PASSWORD, Server};
use altimeter_tests::session::block_on;
use altimeter_tests::standby::standby_of;
use anyhow::{Context as _, Result, ensure};

use super::{environment, open_url, refused};

#[test]
fn among_several_hosts_a_standby_is_preferred() -> Result<()> {
    for major in [13, 18] {
        let primary = Server::start(major, &Options::default())?;
        let standby = standby_of(&primary)?;
        let (one, two) = (primary.port, standby.port);
        let url = |hosts: String, wanted: &str| {
            format!("postgresql://postgres:{PASSWORD}@{hosts}/postgres?target_session_attrs={wanted}")
        };
        let both = || format!("127.0.0.1:{one},127.0.0.1:{two}");
        let turned = || format!("127.0.0.1:{two},127.0.0.1:{one}");
        let dead = || format!("nowhere.invalid:{two},127.0.0.1:1,127.0.0.1:{one}");
        for (hosts, wanted, taken) in [
            (both(), "", two),
            (turned(), "", two),
            (both(), "prefer-standby", two),
            (both(), "any", one),
            (turned(), "any", two),
            (turned(), "primary", one),
            (turned(), "read-write", one),
            (both(), "standby", two),
            (both(), "read-only", two),
            (dead(), "", one),
        ] {
            let opened =
                open_url(&url(hosts.clone(), wanted)).with_context(|| format!("{hosts} {wanted}"))?;
            let expected = format!("postgres@127.0.0.1:{taken}/postgres");
            ensure!(
                opened.described == expected && opened.in_recovery == (taken == two),
                "{wanted}: {opened:?}"
            );
        }
        for (host, wanted) in [(one, "standby"), (one, "read-only"), (two, "primary"), (two, "read-write")] {
            let error = refused(&url(format!("127.0.0.1:{host}"), wanted))?;
            ensure!(
                error.kind == InspectErrorKind::Unreachable && error.message.contains("is wanted"),
                "{error}"
            );
        }
    }
    Ok(())
}

#[test]
fn a_wrong_password_ends_the_search() -> Result<()> {
    let server = Server::shared(18)?;
    let port = server.port;
    let error = refused(&format!("postgresql://postgres:hunter2@127.0.0.1:{port},127.0.0.1:1/postgres"))?;
    ensure!(
        error.kind == InspectErrorKind::Refused && error.message.contains("refused the password"),
        "{error}"
    );
    Ok(())
}

const STATE: Query = Query {
    name: "state",
    sql: "SELECT pg_catalog.pg_backend_pid(), \
          (SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_statements), \
          pg_catalog.current_setting('statement_timeout'), pg_catalog.current_setting('transaction_read_only')",
};

#[test]
fn a_pooler_in_transaction_mode_is_noticed_and_left_as_it_was() -> Result<()> {
    let server = Server::shared(18)?;
    let database = server.database("pooled")?;
    let pooler = Pooler::start(server, &[])?;
    let url = pooler.url("postgres", &database.name);
    block_on(async {
        let target = Target::resolve(Some(&url), &environment(&[]))?;
        let mut one = Connection::open(&target).await?;
        let mut two = Connection::open(&target).await?;
        let limits = Limits { statement: std::time::Duration::from_secs(7), ..Limits::default() };
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..4 {
            // Two at a time, so that each has a server connection of its own, and they change places.
            let (first, second) = (one.batch(limits).await?, two.batch(limits).await?);
            for batch in [&first, &second] {
                let row = &batch.rows(&STATE).await?[0];
                seen.insert(row.get::<_, i32>(0));
                ensure!(row.get::<_, i64>(1) == 0, "a named prepared statement was left behind");
                ensure!(
                    row.get::<_, &str>(2) == "7s" && row.get::<_, &str>(3) == "on",
                    "the limits of the batch"
                );
            }
            first.finish().await?;
            second.finish().await?;
        }
        ensure!(seen.len() == 2, "two server connections took turns: {seen:?}");
        ensure!(one.is_pooled() == Some(true), "the pooler is noticed");
        Ok(())
    })?;
    let left = block_on(pooled_settings(&url))?;
    ensure!(
        left.iter().all(|value| value == "0" || value == "off"),
        "the pooler's connections keep settings: {left:?}"
    );
    ensure!(open_url(&database.url)?.pooled == Some(false), "the server itself is no pooler");
    Ok(())
}

/// What the pooler's server connections have after our batches, asked by a client that sets nothing.
async fn pooled_settings(url: &str) -> Result<Vec<String>> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let sql = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'), \
               current_setting('idle_in_transaction_session_timeout'), current_setting('transaction_read_only')";
    let mut values = Vec::new();
    for _ in 0..2 {
        for row in client.query_typed(sql, &[]).await? {
            values.extend((0..row.len()).map(|column| row.get::<_, String>(column)));
        }
    }
    Ok(values)
}

#[test]
fn a_pooler_refuses_in_its_own_words() -> Result<()> {
    let pooler = Pooler::start(Server::shared(18)?, &[])?;
    let wrong = refused(&format!("postgresql://postgres:hunter2@127.0.0.1:{}/postgres", pooler.port))?;
    ensure!(wrong.message.contains("refused the password"), "{wrong}");
    let options = refused(&format!("{}?options=-cgeqo%3Doff", pooler.url("postgres", "postgres")))?;
    ensure!(options.hint.contains("ignore_startup_parameters"), "{options}: {}", options.hint);
    Ok(())
}
