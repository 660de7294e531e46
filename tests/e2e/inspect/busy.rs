//! While others work: activity, rates, locks, and many tables.

use std::time::{Duration, Instant};

use altimeter_catalog::{Catalog, Name, Table};
use altimeter_tests::database::Database;
use altimeter_tests::server::Server;
use altimeter_tests::session::{Session, wait_until};
use anyhow::{Context as _, Result, ensure};

use super::{MAJORS, ensure_unknown, inspect, inspect_twice, table, zoo};

fn waits(database: &Database) -> Result<bool> {
    database.session()?.value(
        "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
         WHERE NOT l.granted AND a.datname = current_database())",
    )
}

#[test]
fn a_locked_table_stops_nothing() -> Result<()> {
    for major in MAJORS {
        let database = zoo(Server::shared(major)?)?;
        let free = inspect(&database.url)?;
        let locking = database.session()?;
        locking.script(
            "BEGIN; LOCK TABLE zoo.animals IN ACCESS EXCLUSIVE MODE; LOCK TABLE zoo.visits IN SHARE MODE",
        )?;
        let waiting = database.url.clone();
        let waiter = std::thread::spawn(move || {
            // Waits for what the other session holds, and with ACCESS EXCLUSIVE itself.
            Session::connect(&waiting)?
                .script("SET lock_timeout = '60s'; ALTER TABLE zoo.visits ADD COLUMN extra integer")
        });
        wait_until("somebody waits", Duration::from_secs(20), || waits(&database))?;
        let began = Instant::now();
        let catalog = inspect(&database.url)?;
        ensure!(began.elapsed() < Duration::from_secs(5), "took {:?}", began.elapsed());
        let animals = table(&catalog, "animals")?;
        ensure!(animals.size.rows == Some(2000.0), "rows of the last ANALYZE: {:?}", animals.size);
        ensure!(animals.size.heap_bytes.is_some_and(|b| b > 100_000), "{:?}", animals.size);
        ensure!(animals.indexes.iter().all(|i| i.printed.is_none()), "nothing was opened");
        // Time has passed since the last VACUUM.
        let schema = |catalog: &Catalog| {
            Ok::<_, anyhow::Error>(Table { activity: None, ..table(catalog, "keepers")?.clone() })
        };
        ensure!(schema(&free)? == schema(&catalog)?, "others are complete");
        ensure_unknown(&catalog, "expressions of zoo.animals, zoo.visits", "inspect again")?;
        let wait = catalog.activity.lock_waits.first().context("a wait")?;
        ensure!(wait.mode == "ACCESS EXCLUSIVE", "{wait:?}");
        ensure!(wait.relation == Some(Name::new("zoo", "visits")), "{wait:?}");
        ensure!(wait.blocked_by == [locking.backend()?], "{wait:?}");
        locking.script("ROLLBACK")?;
        waiter.join().ok().context("the waiting thread")??;
    }
    Ok(())
}

#[test]
fn a_lock_that_comes_in_between_is_waited_for_briefly() -> Result<()> {
    let database = zoo(Server::shared(18)?)?;
    let locking = database.session()?;
    // An index locked by itself is not seen by asking for locks of tables.
    locking.script("BEGIN; REINDEX INDEX zoo.animals_sum")?;
    let began = Instant::now();
    let catalog = inspect(&database.url)?;
    ensure!(began.elapsed() < Duration::from_secs(5), "took {:?}", began.elapsed());
    ensure!(table(&catalog, "animals")?.size.rows == Some(2000.0), "{:?}", table(&catalog, "animals")?.size);
    locking.script("ROLLBACK")
}

#[test]
fn what_others_do_is_seen_without_their_literals() -> Result<()> {
    for major in MAJORS {
        let database = zoo(Server::shared(major)?)?;
        let setup = database.session()?;
        setup.script("CREATE SCHEMA ext; CREATE EXTENSION pg_stat_statements SCHEMA ext")?;
        setup.script("SELECT count(*) FROM zoo.keepers WHERE email = 'canary@example.org'")?;
        let idle = database.session()?;
        idle.script("BEGIN; UPDATE zoo.keepers SET hired = '1999-12-31' WHERE email = 'canary@example.org'")?;
        let prepared = database.session()?;
        let identifier = format!("canary_{}", database.name);
        prepared.script(&format!("BEGIN; DELETE FROM zoo.gifts; PREPARE TRANSACTION '{identifier}'"))?;
        let catalog = inspect(&database.url)?;
        let text = format!("{:?}", catalog.activity);
        ensure!(!text.contains("canary@") && !text.contains("1999-12-31"), "{text}");
        let pid = idle.backend()?;
        let session =
            catalog.activity.sessions.iter().find(|s| s.pid == pid).context("the open transaction")?;
        ensure!(session.state.as_deref() == Some("idle in transaction"), "{session:?}");
        ensure!(
            session.kind == "client backend" && session.transaction_s.is_some_and(|s| s >= 0.0),
            "{session:?}"
        );
        let held = (Name::new("zoo", "keepers"), "ROW EXCLUSIVE".to_owned());
        ensure!(session.holds.contains(&held), "{session:?}");
        ensure!(catalog.activity.sessions.len() == 1, "not this one: {:?}", catalog.activity.sessions);
        let transaction = catalog.activity.prepared.first().context("the prepared transaction")?;
        ensure!(transaction.identifier == identifier, "{transaction:?}");
        ensure!(transaction.holds.iter().any(|(name, _)| name.name == "gifts"), "{transaction:?}");
        ensure!(catalog.activity.connections.is_some_and(|n| n >= 3), "{:?}", catalog.activity.connections);
        let statements = catalog.activity.statements.as_ref().context("statements")?;
        let expected = "SELECT count(*) FROM zoo.keepers WHERE email = $1";
        ensure!(statements.iter().any(|s| s.statement == expected && s.calls == 1), "{statements:#?}");
        // The second look finds the first one's queries among the statements that ran.
        let again = inspect(&database.url)?.activity.statements.clone().context("statements")?;
        let ours = again.iter().find(|s| s.statement.contains("pg_catalog."));
        ensure!(ours.is_none(), "our own are left out: {ours:?}");
        setup.script(&format!("ROLLBACK PREPARED '{identifier}'"))?;
    }
    Ok(())
}

#[test]
fn without_the_extension_statements_are_unknown() -> Result<()> {
    let database = Server::shared(18)?.database("bare")?;
    let catalog = inspect(&database.url)?;
    ensure!(catalog.activity.statements.is_none(), "{:?}", catalog.activity.statements);
    ensure_unknown(&catalog, "statements the application runs", "CREATE EXTENSION pg_stat_statements")
}

#[test]
fn two_samples_give_rates() -> Result<()> {
    for major in MAJORS {
        let database = Server::shared(major)?.database("rates")?;
        database.session()?.script("CREATE TABLE written (a integer); CREATE TABLE still (a integer)")?;
        let url = database.url.clone();
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let writer = std::thread::spawn(move || -> Result<()> {
            let session = Session::connect(&url)?;
            while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
                session.execute("INSERT INTO written SELECT generate_series(1, 10)", &[])?;
            }
            Ok(())
        });
        let catalog = inspect_twice(&database.url, Duration::from_secs(3));
        stop.send(()).ok();
        writer.join().ok().context("the writing thread")??;
        let catalog = catalog?;
        let rates = |name: &str| catalog.table(&Name::new("public", name)).and_then(|t| t.rates.clone());
        let written = rates("written").context("rates")?;
        ensure!(written.rows_written > 10.0, "{written:?}");
        ensure!(rates("still").context("rates")?.rows_written == 0.0, "{:?}", rates("still"));
        ensure!(catalog.server.sampled_seconds >= 3.0, "{}", catalog.server.sampled_seconds);
        ensure!(catalog.server.wal.bytes_per_second.is_some_and(|b| b > 0.0), "{:?}", catalog.server.wal);
        ensure!(catalog.server.read_ms < 3000.0, "the pause is not counted: {}", catalog.server.read_ms);
    }
    Ok(())
}

#[test]
fn tables_may_come_and_go_meanwhile() -> Result<()> {
    for major in MAJORS {
        let database = Server::shared(major)?.database("churn")?;
        let url = database.url.clone();
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let changing = std::thread::spawn(move || -> Result<()> {
            let session = Session::connect(&url)?;
            while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
                session.script(
                    "CREATE TABLE a (id serial PRIMARY KEY, b text CHECK (b <> ''), c int GENERATED ALWAYS AS (1) STORED); \
                     CREATE INDEX ON a (lower(b)) WHERE b > 'x'; CREATE VIEW v AS SELECT b FROM a",
                )?;
                session.script("ALTER TABLE a ALTER COLUMN id TYPE bigint; DROP TABLE a CASCADE")?;
            }
            Ok(())
        });
        let outcomes: Vec<Result<Catalog>> = (0..20).map(|_| inspect(&database.url)).collect();
        stop.send(()).ok();
        changing.join().ok().context("the changing thread")??;
        for catalog in outcomes {
            let catalog = catalog?;
            ensure!(
                catalog.tables.iter().all(|t| t.columns.len() == 3),
                "all of a table or none: {:?}",
                catalog.tables
            );
        }
    }
    Ok(())
}

#[test]
fn sequences_beyond_what_may_be_locked_are_unknown() -> Result<()> {
    let database = Server::shared(13)?.database("sequences")?;
    database.session()?.script(
        "DO $$ BEGIN FOR n IN 1..600 LOOP EXECUTE format('CREATE SEQUENCE s%s', n); END LOOP; END $$; \
         CREATE SEQUENCE small AS smallint; SELECT nextval('small')",
    )?;
    let catalog = inspect(&database.url)?;
    ensure!(catalog.sequences.len() == 601, "{}", catalog.sequences.len());
    let small = catalog.sequences.iter().find(|s| s.name.name == "small").context("small")?;
    ensure!(small.used.is_some(), "the one that fills up first is read: {small:?}");
    ensure_unknown(&catalog, "and 96 more", "")
}

#[test]
fn a_role_that_sees_nothing_sees_who_holds_locks() -> Result<()> {
    for major in MAJORS {
        let server = Server::shared(major)?;
        let database = zoo(server)?;
        let idle = database.session()?;
        idle.script("BEGIN; UPDATE zoo.keepers SET hired = '1999-12-31'")?;
        let catalog = inspect(&server.role(&database.name, "nobody", &[])?)?;
        let pid = idle.backend()?;
        let session =
            catalog.activity.sessions.iter().find(|s| s.pid == pid).context("the open transaction")?;
        ensure!(
            session.transaction_s.is_none() && session.statement.is_none(),
            "unknown, not zero: {session:?}"
        );
        ensure!(
            session.holds.contains(&(Name::new("zoo", "keepers"), "ROW EXCLUSIVE".to_owned())),
            "{session:?}"
        );
    }
    Ok(())
}

#[test]
fn ten_thousand_tables_take_no_more_queries() -> Result<()> {
    let database = Server::shared(18)?.database("many")?;
    let queries = |catalog: &Catalog| catalog.server.queries;
    let few = inspect(&database.url)?;
    let session = database.session()?;
    for batch in 0..20 {
        session.script(&format!(
            "DO $$ BEGIN FOR n IN 1..500 LOOP EXECUTE format('CREATE TABLE t_{batch}_%s \
             (id integer PRIMARY KEY, a text DEFAULT ''x'', b integer CHECK (b > 0))', n); END LOOP; END $$"
        ))?;
    }
    let began = Instant::now();
    let many = inspect(&database.url)?;
    ensure!(many.tables.len() == 10_000, "{}", many.tables.len());
    ensure!(many.tables.iter().all(|t| t.columns.len() == 3 && t.indexes.len() == 1), "complete");
    ensure!(queries(&few) == queries(&many), "{} and {}", queries(&few), queries(&many));
    // The benchmark measures; this notices what grows with the square of the tables.
    ensure!(began.elapsed() < Duration::from_secs(90), "took {:?}", began.elapsed());
    Ok(())
}
