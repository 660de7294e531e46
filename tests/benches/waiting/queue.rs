//! The lock queue: an application that runs 200 statements a second on a table, a transaction on it that stays open, and a
//! change that has to wait for that transaction.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use altimeter_tests::database::Database;
use altimeter_tests::server::{Options, Server};
use altimeter_tests::tool::checked;
use anyhow::{Context, Result, anyhow};
use serde_json::Value;

use crate::foretold::Foretold;

pub(crate) const ABOUT: &str = "### The lock queue

An application runs 200 statements a second on a table, from 80 connections. A transaction has read the table and stays
open for 20 s. While it is open `altimeter check --db` is asked about `ALTER TABLE orders ADD COLUMN note text`, which is
then run: with no `lock_timeout`, and with one of 2 s. The longest wait is that of any of the application's statements.
";

const CONNECTIONS: u64 = 80;
const PER_SECOND: u64 = 200;
const OPEN_FOR: Duration = Duration::from_secs(20);
const CHANGE: &str = "ALTER TABLE orders ADD COLUMN note text";

pub(crate) fn on(major: u32) -> Result<Vec<Foretold>> {
    let server = Server::start(major, &Options::default())?;
    let database = server.database("queue")?;
    database.session()?.script(
        "CREATE TABLE orders (id bigint PRIMARY KEY, state text NOT NULL);
         INSERT INTO orders SELECT i, 'new' FROM generate_series(1, 100000) i;
         ANALYZE orders;",
    )?;
    let mut all = Vec::new();
    for (name, before) in [("without lock_timeout", ""), ("lock_timeout 2 s", "SET lock_timeout = '2s'")] {
        let seen = seen(&database, before).with_context(|| format!("PostgreSQL {major}, {name}"))?;
        let run = format!("PostgreSQL {major}, {name}");
        let estimate = &seen.estimate;
        all.push(Foretold::new(&run, ("longest wait, s", "blocked_ms", 1000.0), estimate, seen.longest_s)?);
        all.push(Foretold::new(run, ("sessions waiting", "queries_queued", 1.0), estimate, seen.waiting)?);
    }
    Ok(all)
}

struct Seen {
    estimate: Value,
    longest_s: f64,
    waiting: f64,
}

fn seen(database: &Database, before: &str) -> Result<Seen> {
    let over = &AtomicBool::new(false);
    thread::scope(|scope| {
        let application: Vec<_> =
            (0..CONNECTIONS).map(|n| scope.spawn(move || works(database, n, over))).collect();
        let watcher = scope.spawn(|| watches(database, over));
        let change = scope.spawn(|| changes(database, before));
        let changed = change.join().map_err(|_| anyhow!("the change panicked"))?;
        over.store(true, Ordering::Relaxed);
        let mut longest_s = 0.0_f64;
        for one in application {
            longest_s = longest_s.max(one.join().map_err(|_| anyhow!("the application panicked"))??);
        }
        let waiting = watcher.join().map_err(|_| anyhow!("the watcher panicked"))??;
        Ok(Seen { estimate: changed?, longest_s, waiting })
    })
}

/// Reads and writes at its share of the rate until it is over, and gives the longest time a statement took, in s.
fn works(database: &Database, first: u64, over: &AtomicBool) -> Result<f64> {
    let session = database.session()?;
    let every = Duration::from_secs(1) * CONNECTIONS as u32 / PER_SECOND as u32;
    let mut longest = Duration::ZERO;
    let mut id = first as i64 * 1000;
    while !over.load(Ordering::Relaxed) {
        id = (id + 7) % 100_000 + 1;
        let begun = Instant::now();
        match id % 4 {
            0 => session.execute("UPDATE orders SET state = 'seen' WHERE id = $1", &[&id])?,
            _ => session.execute("SELECT state FROM orders WHERE id = $1", &[&id])?,
        };
        longest = longest.max(begun.elapsed());
        thread::sleep(every.saturating_sub(begun.elapsed()));
    }
    Ok(longest.as_secs_f64())
}

/// The most sessions that were seen waiting for a lock at a time.
fn watches(database: &Database, over: &AtomicBool) -> Result<f64> {
    let session = database.session()?;
    let mut most = 0_i64;
    while !over.load(Ordering::Relaxed) {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query NOT LIKE 'ALTER%'";
        most = most.max(session.value(waiting)?);
        thread::sleep(Duration::from_millis(100));
    }
    Ok(most as f64)
}

/// Asks and runs the change beside a transaction that is open, and puts all back.
fn changes(database: &Database, before: &str) -> Result<Value> {
    let (reader, changer) = (database.session()?, database.session()?);
    // The application has been running for a while.
    thread::sleep(Duration::from_secs(3));
    reader.script("BEGIN; SELECT FROM orders LIMIT 1")?;
    let opened = Instant::now();
    let mut statement = checked(&database.url, &format!("{before};\n{CHANGE};\n"), &["--sample", "2"])?;
    let changed = thread::scope(|scope| {
        let change = scope.spawn(|| changer.script(before).and_then(|()| changer.script(CHANGE)));
        match before.is_empty() {
            true => thread::sleep(OPEN_FOR.saturating_sub(opened.elapsed())),
            false => thread::sleep(Duration::from_secs(4)),
        }
        reader.script("COMMIT")?;
        change.join().map_err(|_| anyhow!("the change panicked"))
    })?;
    match before.is_empty() {
        true => changed?,
        // It gave up, as it was told to.
        false => drop(changed),
    }
    changer.script("ALTER TABLE orders DROP COLUMN IF EXISTS note")?;
    Ok(statement["estimate"].take())
}
