//! Every fact of the lock table, shown on servers: what a statement locks, whom it stops, what it writes anew; and
//! that the engine says the same.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use altimeter_catalog::{Catalog, Engine, InspectOptions, Inspector, LockMode, Name, TransactionUse};
use altimeter_engine_postgres::{Environment, PostgresEngine, PostgresInspector, Target};
use altimeter_tests::cache;
use altimeter_tests::database::Database;
use altimeter_tests::server::Server;
use altimeter_tests::session::{Session, wait_until};
use anyhow::{Context, Result, bail, ensure};

const MODES: [LockMode; 8] = [
    LockMode::AccessShare,
    LockMode::RowShare,
    LockMode::RowExclusive,
    LockMode::ShareUpdateExclusive,
    LockMode::Share,
    LockMode::ShareRowExclusive,
    LockMode::Exclusive,
    LockMode::AccessExclusive,
];

/// One file: what is claimed, how it is set up, and the statement.
struct Claim {
    name: String,
    lock: String,
    rewrites: bool,
    setup: String,
    statement: String,
}

impl Claim {
    fn read(file: &Path) -> Result<Claim> {
        let text = std::fs::read_to_string(file)?;
        let field = |name: &str| {
            let line = text.lines().find_map(|l| l.strip_prefix(&format!("-- {name}: ")));
            line.map(str::to_owned).with_context(|| format!("{} lacks `{name}`", file.display()))
        };
        let (_, body) = text.split_once("-- setup\n").context("there is no setup")?;
        let (setup, statement) = body.split_once("-- statement\n").context("there is no statement")?;
        Ok(Claim {
            name: file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            lock: field("lock on t")?,
            rewrites: field("rewrites t")? == "yes",
            setup: setup.to_owned(),
            statement: statement.trim().trim_end_matches(';').to_owned(),
        })
    }

    /// The claimed lock on a version: `SHARE`, `none`, or `none, ACCESS SHARE from 18`.
    fn lock_on(&self, major: u32) -> Result<Option<LockMode>> {
        let mut parts = self.lock.split(", ");
        let mut wanted = parts.next().unwrap_or_default();
        for later in parts {
            let (mode, since) = later.split_once(" from ").context("a later claim says `MODE from MAJOR`")?;
            if major >= since.parse()? {
                wanted = mode;
            }
        }
        if wanted == "none" {
            return Ok(None);
        }
        let mode = MODES.into_iter().find(|m| m.to_string() == wanted);
        Ok(Some(mode.with_context(|| format!("{wanted} is no lock mode"))?))
    }
}

/// The strongest lock that a server process holds on the table.
fn held(session: &Session, pid: i32) -> Result<Option<LockMode>> {
    let sql = "SELECT l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
               WHERE c.relname = 't' AND c.relnamespace = 'public'::regnamespace AND l.pid = $1 AND l.granted";
    let held: Vec<String> = session.rows(sql, &[&pid])?.iter().map(|row| row.get(0)).collect();
    let named = |mode: &LockMode| format!("{}Lock", mode.to_string().replace(' ', "")).to_lowercase();
    Ok(MODES.into_iter().rev().find(|m| held.iter().any(|h| h.to_lowercase() == named(m))))
}

/// Whether a statement of somebody else has to wait.
fn waits(database: &Database, sql: &str) -> Result<bool> {
    let probe = database.session()?;
    probe.script("SET lock_timeout = '150ms'; BEGIN")?;
    match probe.execute(sql, &[]) {
        Ok(_) => Ok(false),
        Err(error) if error.code().is_some_and(|c| c.code() == "55P03") => Ok(true),
        Err(error) => Err(error.into()),
    }
}

fn probe(database: &Database, mode: Option<LockMode>) -> Result<()> {
    let (reads, writes) =
        (mode.is_some_and(LockMode::blocks_reads), mode.is_some_and(LockMode::blocks_writes));
    ensure!(waits(database, "SELECT id FROM t LIMIT 1")? == reads, "a reader waits: claimed {reads}");
    ensure!(
        waits(database, "INSERT INTO t (id) VALUES (900001)")? == writes,
        "a writer waits: claimed {writes}"
    );
    Ok(())
}

fn catalog_of(database: &Database) -> Result<Catalog> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let url = format!("{}?sslmode=disable", database.url);
    let inspector = PostgresInspector::new(Target::resolve(Some(&url), &Environment::default())?);
    Ok(runtime.block_on(inspector.inspect(InspectOptions { sample: None }, &|_| {}))?)
}

fn check(claim: &Claim, database: &Database) -> Result<()> {
    let session = database.session()?;
    session.script("DROP TABLE IF EXISTS t; DROP FUNCTION IF EXISTS f()")?;
    session.script(&claim.setup)?;
    let wanted = claim.lock_on(database.major())?;

    let catalog = catalog_of(database)?;
    let script = PostgresEngine.parse(&catalog, &claim.statement);
    let [statement] = script.statements.as_slice() else { bail!("a claim is one statement") };
    let effect = PostgresEngine.effect(&catalog, statement);
    ensure!(effect.not_analysed.is_none() && effect.fails.is_none(), "the engine: {effect:?}");
    let engine_says = effect.lock_on(&Name::new("public", "t"));
    ensure!(engine_says == wanted, "claimed {wanted:?}, the engine says {engine_says:?}");
    ensure!(effect.rewrites.is_empty() != claim.rewrites, "the engine's rewrites: {:?}", effect.rewrites);

    let file = "SELECT pg_relation_filenode('t')::bigint";
    let before: i64 = session.value(file)?;
    if effect.transaction == TransactionUse::Forbidden {
        concurrently(claim, database, wanted)?;
    } else {
        session.script("BEGIN")?;
        session.execute(&claim.statement, &[])?;
        let seen = held(&session, session.backend()?)?;
        ensure!(seen == wanted, "claimed {wanted:?}, the server took {seen:?}");
        probe(database, wanted)?;
        session.script("COMMIT")?;
    }
    let rewritten = session.value::<i64>(file)? != before;
    ensure!(rewritten == claim.rewrites, "rewritten: {rewritten}");
    Ok(())
}

/// A statement that refuses a transaction is looked at while it waits for a writer that was there before it.
fn concurrently(claim: &Claim, database: &Database, wanted: Option<LockMode>) -> Result<()> {
    let writer = database.session()?;
    writer.script("BEGIN; UPDATE t SET a = a WHERE id = 1")?;
    let runner = database.session()?;
    let pid = runner.backend()?;
    let watcher = database.session()?;
    thread::scope(|scope| {
        let run = scope.spawn(|| runner.execute(&claim.statement, &[]));
        let waiting = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $1";
        let seen = wait_until("the statement waits", Duration::from_secs(20), || {
            Ok(watcher.rows(waiting, &[&pid])?.first().and_then(|r| r.get::<_, Option<bool>>(0))
                == Some(true))
        })
        .and_then(|()| held(&watcher, pid))
        .and_then(|seen| {
            ensure!(seen == wanted, "claimed {wanted:?}, the server took {seen:?}");
            probe(database, wanted)
        });
        writer.script("ROLLBACK")?;
        let ran = run.join().map_err(|_| anyhow::anyhow!("the thread of the statement died"))?;
        seen?;
        ran?;
        Ok(())
    })
}

/// What does not hold on one server.
fn all_on(server: &Server, claims: &[Claim]) -> Result<Vec<String>> {
    let database = server.database("claims")?;
    let failed =
        claims.iter().filter_map(|c| check(c, &database).err().map(|e| format!("{}: {e:#}", c.name)));
    Ok(failed.collect())
}

#[test]
fn every_claim_holds_on_servers() -> Result<()> {
    let folder = cache::workspace().join("tests/claims/postgres");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|f| Ok(f?.path())).collect::<Result<_>>()?;
    files.sort();
    let claims: Vec<Claim> = files.iter().map(|f| Claim::read(f)).collect::<Result<_>>()?;
    let claims = claims.as_slice();
    let mut failed = Vec::new();
    thread::scope(|scope| {
        let on_each =
            [13, 15, 18].map(|major| (major, scope.spawn(move || all_on(Server::shared(major)?, claims))));
        for (major, run) in on_each {
            let run = run.join().map_err(|_| anyhow::anyhow!("the thread for {major} died"))?;
            failed.extend(run?.into_iter().map(|f| format!("PostgreSQL {major}: {f}")));
        }
        Ok::<_, anyhow::Error>(())
    })?;
    ensure!(failed.is_empty(), "claims that do not hold:\n{}", failed.join("\n"));
    Ok(())
}
