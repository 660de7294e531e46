//! Runs single statements and checks of a plan as a plain client would, and compares the locks a statement holds
//! with those the plan announces.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio_postgres::error::SqlState;

use super::plan::{Check, Statement, Step};
use crate::session::{Session, wait_until};

/// How often a statement that got no lock in time is tried again.
const ATTEMPTS: u32 = 20;
/// The pause before the next attempt, for those who queued behind the last one.
const PAUSE: Duration = Duration::from_millis(100);

/// How long one statement of a plan may take: a million rows need a minute or two on a small machine.
const LONGEST: Duration = Duration::from_secs(300);

/// The connection that runs the plan, one that looks at its locks, and what was found wrong so far.
pub(super) struct Runner {
    session: Session,
    observer: Session,
    backend: i32,
    /// Cancel each backfill once on its way and start it again: the contract says that this is safe.
    pub(super) interrupt: bool,
    pub(super) faults: Vec<String>,
}

impl Runner {
    pub(super) fn connect(url: &str) -> Result<Runner> {
        let session = Session::connect(url)?;
        // A backfill that chases the rows written meanwhile would never end.
        session.script(&format!("SET statement_timeout = {}", LONGEST.as_millis()))?;
        let backend = session.backend()?;
        Ok(Runner {
            session,
            observer: Session::connect(url)?,
            backend,
            interrupt: false,
            faults: Vec::new(),
        })
    }

    /// Runs the statements of one direction of a step.
    ///
    /// # Errors
    /// When a statement fails for good: what comes after it cannot be judged.
    pub(super) fn run(&mut self, step: &Step, direction: &str, statements: &[Statement]) -> Result<()> {
        for statement in statements {
            if self.interrupt && step.kind == "backfill" && direction == "up" && !statement.own_transaction {
                self.run_and_cancel(statement)
                    .with_context(|| format!("{}, to be cancelled: {}", step.id, statement.sql))?;
            }
            self.run_one(&step.id, statement)
                .with_context(|| format!("{direction} of {}: {}", step.id, statement.sql))?;
        }
        Ok(())
    }

    /// Asks checks; those that do not hold are faults. For a `wait` step they have a minute to become true:
    /// that is what it waits for.
    pub(super) fn check(&mut self, step: &Step, when: &str, checks: &[Check]) -> Result<()> {
        for check in checks {
            let ask = || -> Result<bool> {
                let rows = self.observer.rows(&check.sql, &[])?;
                Ok(rows.len() == 1 && rows[0].try_get::<_, Option<bool>>(0)? == Some(true))
            };
            let held = if step.kind == "wait" {
                wait_until(&check.says, Duration::from_secs(60), ask).is_ok()
            } else {
                ask().with_context(|| format!("check {when} {}: {}", step.id, check.says))?
            };
            if !held {
                self.faults
                    .push(format!("{when} {}: does not hold: {} ({})", step.id, check.says, check.sql));
            }
        }
        Ok(())
    }

    /// Asks the query that shows how far a step is.
    ///
    /// # Errors
    /// When it fails.
    pub(super) fn answerable(&self, step: &Step, progress: &str) -> Result<()> {
        self.observer.rows(progress, &[]).map(|_| ()).with_context(|| format!("progress of {}", step.id))
    }

    fn run_one(&mut self, step: &str, statement: &Statement) -> Result<()> {
        let existing = self.existing_relations()?;
        self.session.script(&format!("SET lock_timeout = {}", statement.lock_timeout_ms))?;
        for attempt in 1.. {
            let outcome = if statement.own_transaction {
                self.in_transaction(step, statement, &existing)
            } else {
                self.alone(statement)
            };
            match outcome {
                Ok(()) => break,
                Err(error) if attempt < ATTEMPTS && got_no_lock(&error) => std::thread::sleep(PAUSE),
                Err(error) => return Err(error).context(format!("attempt {attempt}")),
            }
        }
        Ok(())
    }

    fn alone(&self, statement: &Statement) -> Result<()> {
        self.session.execute(&statement.sql, &[])?;
        Ok(())
    }

    /// Runs a statement and cancels it when it has run for a third of a second. One that is faster just ends.
    fn run_and_cancel(&self, statement: &Statement) -> Result<()> {
        let ended = AtomicBool::new(false);
        let cancel = || -> Result<()> {
            let sql = format!(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = {} AND state = 'active' \
                 AND query_start < clock_timestamp() - interval '300 ms'",
                self.backend
            );
            wait_until("a statement could be cancelled", Duration::from_secs(600), || {
                Ok(ended.load(Ordering::Relaxed) || !self.observer.rows(&sql, &[])?.is_empty())
            })
        };
        self.session.script(&format!("SET lock_timeout = {}", statement.lock_timeout_ms))?;
        let (outcome, cancelled) = std::thread::scope(|scope| {
            let canceller = scope.spawn(cancel);
            let outcome = self.session.execute(&statement.sql, &[]);
            ended.store(true, Ordering::Relaxed);
            (outcome, canceller.join())
        });
        cancelled.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        match outcome {
            Err(error) if error.code() != Some(&SqlState::QUERY_CANCELED) => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn in_transaction(
        &mut self,
        step: &str,
        statement: &Statement,
        existing: &BTreeMap<u32, String>,
    ) -> Result<()> {
        self.session.script("BEGIN")?;
        if let Err(error) = self.session.execute(&statement.sql, &[]) {
            self.session.script("ROLLBACK")?;
            return Err(error.into());
        }
        let held = self.held_locks(existing);
        self.session.script("COMMIT")?;
        if let Some(announced) = &statement.locks {
            self.compare_locks(step, &statement.sql, announced, &held?);
        }
        Ok(())
    }

    fn compare_locks(
        &mut self,
        step: &str,
        sql: &str,
        announced: &BTreeMap<String, String>,
        held: &BTreeMap<String, String>,
    ) {
        let announced: BTreeMap<String, &String> =
            announced.iter().map(|(name, mode)| (name.replace('"', ""), mode)).collect();
        let names: BTreeSet<&String> = announced.keys().chain(held.keys()).collect();
        for name in names {
            let said = announced.get(name).map_or("nothing", |mode| mode.as_str());
            let taken = held.get(name).map_or("nothing", String::as_str);
            if said != taken {
                self.faults.push(format!(
                    "{step}: on {name} the plan announces {said}, the server took {taken}: {sql}"
                ));
            }
        }
    }

    /// The strongest lock the plan's connection holds on each relation that was there before.
    fn held_locks(&self, existing: &BTreeMap<u32, String>) -> Result<BTreeMap<String, String>> {
        let sql = "SELECT relation, mode FROM pg_locks WHERE pid = $1 AND locktype = 'relation' AND granted \
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let mut strongest: BTreeMap<String, usize> = BTreeMap::new();
        for row in self.observer.rows(sql, &[&self.backend])? {
            let (relation, mode): (u32, String) = (row.try_get(0)?, row.try_get(1)?);
            let Some(name) = existing.get(&relation) else { continue };
            let strength = MODES.iter().position(|known| known.0 == mode).context("an unknown lock mode")?;
            let held = strongest.entry(name.clone()).or_default();
            *held = strength.max(*held);
        }
        Ok(strongest.into_iter().map(|(name, strength)| (name, MODES[strength].1.to_owned())).collect())
    }

    /// The relations of the user, by oid.
    fn existing_relations(&self) -> Result<BTreeMap<u32, String>> {
        let sql = "SELECT c.oid, n.nspname || '.' || c.relname FROM pg_class c \
                   JOIN pg_namespace n ON n.oid = c.relnamespace \
                   WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'";
        self.observer.rows(sql, &[])?.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }
}

/// Lock modes as `pg_locks` writes them and as the manual does, weakest first.
const MODES: [(&str, &str); 8] = [
    ("AccessShareLock", "ACCESS SHARE"),
    ("RowShareLock", "ROW SHARE"),
    ("RowExclusiveLock", "ROW EXCLUSIVE"),
    ("ShareUpdateExclusiveLock", "SHARE UPDATE EXCLUSIVE"),
    ("ShareLock", "SHARE"),
    ("ShareRowExclusiveLock", "SHARE ROW EXCLUSIVE"),
    ("ExclusiveLock", "EXCLUSIVE"),
    ("AccessExclusiveLock", "ACCESS EXCLUSIVE"),
];

fn got_no_lock(error: &anyhow::Error) -> bool {
    let said = error.downcast_ref::<tokio_postgres::Error>().and_then(tokio_postgres::Error::code);
    said == Some(&SqlState::LOCK_NOT_AVAILABLE)
}
