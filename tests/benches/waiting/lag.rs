//! How far a streaming standby falls behind while a statement runs on its primary.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use altimeter_tests::database::Database;
use altimeter_tests::server::{Options, Server};
use altimeter_tests::session::Session;
use altimeter_tests::standby::standby_of;
use altimeter_tests::tool::{checked, run_altimeter};
use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use crate::foretold::Foretold;

pub(crate) const ABOUT: &str = "### Lag

A streaming standby on the same machine, a table of a million rows. What the standby shows is as old as the lag: at
every moment the time since the primary's log was as long as what has been replayed. The longest such time while the
statement runs and until all of it is replayed.
";

pub(crate) fn on(major: u32) -> Result<Vec<Foretold>> {
    let settings = vec![("fsync".to_owned(), "on".to_owned())];
    let primary = Server::start(major, &Options { settings, ..Options::default() })?;
    let database = primary.database("lag")?;
    let session = database.session()?;
    session.script(
        "CREATE TABLE events (id bigint PRIMARY KEY, account integer NOT NULL, kind text NOT NULL, amount numeric);
         INSERT INTO events SELECT i, i % 977 * 7919 % 50000, 'kind ' || i % 20, i % 1000 FROM generate_series(1, 1000000) i;
         CREATE INDEX ON events (account);",
    )?;
    session.script("VACUUM ANALYZE events")?;
    let standby = standby_of(&primary)?;
    let mut all = Vec::new();
    let statements = [
        ("rewrite", "ALTER TABLE events ALTER COLUMN account TYPE bigint"),
        ("index", "CREATE INDEX CONCURRENTLY events_kind ON events (kind, amount)"),
        ("update of all rows", "UPDATE events SET amount = amount + 1"),
    ];
    for (name, sql) in statements {
        let estimate = checked(&database.url, sql, &[])?["estimate"].take();
        let lag = behind(&database, &standby, || database.session()?.script(sql))?;
        all.push(foretold(major, name, &estimate, lag)?);
    }
    for (step, estimate, sql) in backfill(&database)? {
        let lag = behind(&database, &standby, || database.session()?.script(&sql))?;
        if step {
            all.push(foretold(major, "backfill in batches", &estimate, lag)?);
        }
    }
    Ok(all)
}

fn foretold(major: u32, name: &str, estimate: &Value, lag_s: f64) -> Result<Foretold> {
    Foretold::new(
        format!("PostgreSQL {major}, {name}"),
        ("lag, s", "replica_lag_ms", 1000.0),
        estimate,
        lag_s,
    )
}

/// The statements of a plan up to and with its backfill, each with its estimate; true for the backfill.
fn backfill(database: &Database) -> Result<Vec<(bool, Value, String)>> {
    let request = "rename the column kind of events to sort";
    let plan = run_altimeter(&["plan", request, "--format", "json", "--db", &database.url], &[])?.json()?;
    let mut all = Vec::new();
    for step in plan["phases"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|p| p["steps"].as_array().into_iter().flatten())
    {
        let is_backfill = step["kind"] == "backfill";
        for statement in step["up"].as_array().into_iter().flatten() {
            let sql = statement["sql"].as_str().context("sql")?.to_owned();
            let moves_rows = is_backfill && sql.contains("COMMIT");
            all.push((moves_rows, statement["effect"]["estimate"].clone(), sql));
        }
        if is_backfill {
            return Ok(all);
        }
    }
    bail!("the plan has no backfill: {plan}")
}

/// The longest the standby was behind while `work` ran and until all was replayed, in s.
fn behind(database: &Database, standby: &Server, work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let begun = Instant::now();
    let over = AtomicBool::new(false);
    let written: Mutex<Vec<(f64, i64)>> = Mutex::default();
    let (primary, replica) = (database.session()?, Session::connect(&standby.url(&database.name))?);
    let flushed = || primary.value::<i64>("SELECT (pg_current_wal_flush_lsn() - '0/0')::int8");
    let replayed = || replica.value::<i64>("SELECT (pg_last_wal_replay_lsn() - '0/0')::int8");
    thread::scope(|scope| {
        let follower = scope.spawn(|| -> Result<f64> {
            let mut longest = 0.0_f64;
            loop {
                let (all_written, replayed) = (over.load(Ordering::Relaxed), replayed()?);
                let now = begun.elapsed().as_secs_f64();
                let written = written.lock().map_err(|_| anyhow!("poisoned"))?;
                // The oldest moment at which there was more than what is replayed now.
                let missing = written.iter().find(|(_, log)| *log > replayed);
                longest = longest.max(missing.map_or(0.0, |(at, _)| now - at));
                if all_written && missing.is_none() {
                    return Ok(longest);
                }
                drop(written);
                thread::sleep(Duration::from_millis(10));
            }
        });
        let writer = scope.spawn(|| -> Result<()> {
            loop {
                let done = over.load(Ordering::Relaxed);
                let log = flushed()?;
                let at = begun.elapsed().as_secs_f64();
                written.lock().map_err(|_| anyhow!("poisoned"))?.push((at, log));
                if done {
                    return Ok(());
                }
                thread::sleep(Duration::from_millis(10));
            }
        });
        let worked = work();
        over.store(true, Ordering::Relaxed);
        writer.join().map_err(|_| anyhow!("the writer panicked"))??;
        let longest = follower.join().map_err(|_| anyhow!("the follower panicked"))??;
        worked.map(|()| longest)
    })
}
