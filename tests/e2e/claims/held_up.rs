//! A statement that refuses a transaction block, held up on its way by sessions that hold locks on every relation:
//! each is let go when the statement has come to wait for it, so that no lock it takes goes by unseen.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use altimeter_catalog::{LockMode, Name};
use altimeter_tests::database::Database;
use altimeter_tests::session::{Session, wait_until};
use anyhow::{Context, Result, bail};

use super::facts::{Facts, mode_of};
use super::file::Claim;
use super::probe::Probe;
use super::relations::{Counters, Relation, Relations};
use super::server::Seen;

/// What is held on the relations while the statement runs.
#[derive(Clone, Copy)]
pub(super) enum Obstacles {
    /// ACCESS EXCLUSIVE on each, which shows the first lock on each, however weak.
    Strong,
    /// On each table, by three sessions, what conflicts with strong, with middling and with weak DDL; this shows how
    /// far a statement's locks rise.
    Weak,
}

/// Sessions that hold a relation, by the number of their server process.
type Holders = BTreeMap<i32, Session>;

impl Obstacles {
    fn put(self, database: &Database, relations: &Relations) -> Result<Holders> {
        let mut holders = Holders::new();
        for relation in relations.0.values() {
            for sql in self.statements(relation) {
                let session = database.session()?;
                session.script("BEGIN")?;
                session.script(&sql)?;
                holders.insert(session.backend()?, session);
            }
        }
        Ok(holders)
    }

    fn statements(self, relation: &Relation) -> Vec<String> {
        let name = &relation.name;
        match self {
            // A new name is the one thing that every kind of relation can be given, at the highest lock.
            Obstacles::Strong => vec![format!("ALTER TABLE {name} RENAME TO held_{}", relation.oid)],
            Obstacles::Weak => match relation.kind {
                'r' | 'p' => vec![
                    format!("LOCK TABLE ONLY {name} IN SHARE UPDATE EXCLUSIVE MODE"),
                    format!("LOCK TABLE ONLY {name} IN ROW EXCLUSIVE MODE"),
                    format!("SELECT FROM ONLY {name} LIMIT 0"),
                ],
                'm' | 'S' => vec![format!("SELECT FROM {name} LIMIT 0")],
                // The weakest that can be held on an index alone: SHARE UPDATE EXCLUSIVE.
                'i' | 'I' => vec![format!("ALTER INDEX {name} RENAME TO held_{}", relation.oid)],
                _ => Vec::new(),
            },
        }
    }
}

/// Runs the claim's statement past the obstacles. What it locks, and whom it stops on its way, is checked and noted;
/// afterwards so is what became of the relations.
pub(super) fn run(
    claim: &Claim,
    database: &Database,
    obstacles: Obstacles,
    probes: &[Probe],
    seen: &mut Seen,
) -> Result<()> {
    let (facts, wrong) = (&mut seen.facts, &mut seen.wrong);
    let (watcher, prober) = (database.session()?, database.session()?);
    let before = Relations::of(&watcher)?;
    let runner = database.session()?;
    for sql in claim.session_statements() {
        runner.script(&sql)?;
    }
    let pid = runner.backend()?;
    // The set-up is no part of what the statement reads; its sessions are gone, so all they did is counted.
    watcher.script("SELECT pg_stat_reset()")?;
    let mut holders = obstacles.put(database, &before)?;
    let outcome = thread::scope(|scope| {
        let thread = scope.spawn(|| runner.execute(claim.statement.trim().trim_end_matches(';'), &[]));
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut walk = || -> Result<()> {
            while !thread.is_finished() {
                if Instant::now() > deadline {
                    bail!("the statement does not come to its end");
                }
                // In this order: what it waits for now it still waits for when its locks are read.
                let blockers: Vec<i32> = watcher.value(&format!("SELECT pg_blocking_pids({pid})"))?;
                let locks = locks_of(&watcher, &before, pid)?;
                locks.iter().for_each(|(name, mode)| facts.take(name, *mode));
                // One that was let go may take a moment to be gone.
                if !blockers.iter().any(|blocker| holders.contains_key(blocker)) {
                    thread::sleep(Duration::from_millis(2));
                    continue;
                }
                if matches!(obstacles, Obstacles::Weak) {
                    for probe in probes {
                        probe.waits(&prober, &before, &locks, wrong)?;
                    }
                }
                blockers.iter().for_each(|blocker| drop(holders.remove(blocker)));
            }
            Ok(())
        };
        let walked = walk();
        holders.clear();
        let outcome = thread.join().map_err(|_| anyhow::anyhow!("the thread of the statement died"))?;
        walked.map(|()| outcome)
    })?;
    if let Err(error) = outcome {
        facts.fails = Some(error.code().context("the statement got no answer")?.code().to_owned());
        return Ok(());
    }
    if matches!(obstacles, Obstacles::Strong) {
        let after = Relations::of(&watcher)?;
        before.compare(&after, facts);
        for name in before.exclusively_at_the_end(&after) {
            facts.take(&name, LockMode::AccessExclusive);
        }
        counted(runner, &watcher)?;
        facts.scanned = before.scanned(&watcher, Counters::Database)?;
    }
    Ok(())
}

/// The strongest mode that a server process holds, or waits for, on each relation.
pub(crate) fn locks_of(
    session: &Session,
    relations: &Relations,
    pid: i32,
) -> Result<BTreeMap<Name, LockMode>> {
    let sql = "SELECT relation, mode FROM pg_locks
               WHERE locktype = 'relation' AND pid = $1
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let mut facts = Facts::default();
    for row in session.rows(sql, &[&pid])? {
        let mode: String = row.get(1);
        let mode = mode_of(&mode).with_context(|| format!("{mode} is no lock mode"))?;
        if let Some(relation) = relations.0.get(&row.get(0)) {
            facts.take(&relation.name, mode);
        }
    }
    Ok(facts.locks)
}

/// Waits until the counters of a session that has done its work are in. The last thing it does is read a catalog that
/// nobody else reads; once that is counted, all before it is.
fn counted(session: Session, watcher: &Session) -> Result<()> {
    session.script("SELECT FROM pg_foreign_server")?;
    drop(session);
    wait_until("the counters are in", Duration::from_secs(10), || {
        watcher.script("SELECT pg_stat_clear_snapshot()")?;
        watcher.value("SELECT pg_stat_get_numscans('pg_foreign_server'::regclass) > 0")
    })
}
