//! Proves a plan by running it on a real server, under load of the old and the new application: to the end, or
//! up to any step and back.

mod plan;
mod runner;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::choice;
use crate::database::Database;
use crate::dump::Dump;
use crate::server::Server;
use crate::workload::{Application, Workload};
pub use plan::{Check, Plan, Statement, Step};
use runner::Runner;

/// What a plan is proved on.
pub struct Trial<'a> {
    /// The server.
    pub server: &'a Server,
    /// A database with the schema and rows the plan was made for. Every run gets a copy of it.
    pub original: &'a Database,
    /// The plan.
    pub plan: &'a Plan,
    /// The versions of the application: each `deploy` step goes from one to the next; deploy steps beyond the
    /// last version change nothing.
    pub applications: &'a [Application],
    /// The plain statement the plan stands for. It runs on a copy without rows.
    pub direct: &'a str,
    /// Whether the order of columns may differ from the plain statement's.
    pub any_order: bool,
}

/// One way to run a plan.
enum Run {
    Complete,
    /// So many steps, each there and back.
    ThereAndBack(usize),
    AbortAfter(usize),
}

/// What one run showed.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Which run it was.
    pub run: String,
    /// Everything that was not as it has to be; empty when the plan is proved.
    pub faults: Vec<String>,
    /// Statements of the applications that ran meanwhile.
    pub statements: u64,
    /// The longest any of them took.
    pub longest: Duration,
}

impl Verdict {
    #[expect(clippy::print_stderr, reason = "what a proof took is read with `--nocapture`")]
    fn summary(&self, took: Duration) {
        let (run, statements, longest, faults) =
            (&self.run, self.statements, self.longest, self.faults.len());
        eprintln!(
            "{run}: {statements} statements, the slowest {longest:.1?}, {faults} faults, in {took:.1?}"
        );
    }

    /// An error that lists the faults, if there are any.
    ///
    /// # Errors
    /// When there are faults.
    pub fn into_result(self) -> Result<()> {
        if self.faults.is_empty() {
            return Ok(());
        }
        bail!("{}: {} faults\n  {}", self.run, self.faults.len(), self.faults.join("\n  "))
    }
}

/// Rows of the tables that plans are proved on; the machine decides how many it has time for.
///
/// # Errors
/// When `ALTIMETER_ROWS` is no number.
pub fn rows() -> Result<i64> {
    choice("ALTIMETER_ROWS").map_or(Ok(20_000), |rows| rows.parse().context("ALTIMETER_ROWS is no number"))
}

/// Lets one measured run at a time have the machine.
pub fn alone() -> MutexGuard<'static, ()> {
    static MACHINE: Mutex<()> = Mutex::new(());
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Trial<'_> {
    /// Runs the plan to the end; then once more, taking each step back and again as soon as it is done, and from the
    /// end back home. Where a step's way back leads to what was there before the step, the way back from every step
    /// leads home. With `ALTIMETER_EVERY_ROAD` set, the plan is run from the start and back from each step instead,
    /// which takes as many runs as there are steps.
    ///
    /// # Errors
    /// When a run could not be carried through, or showed faults: those of all runs together.
    pub fn prove(&self) -> Result<()> {
        let backs: Vec<usize> = (0..self.plan.steps.len()).filter(|n| self.has_way_back(*n)).collect();
        let mut runs = vec![Run::Complete];
        if choice("ALTIMETER_EVERY_ROAD").is_some() {
            runs.extend(backs.iter().map(|last| Run::AbortAfter(*last)));
        } else {
            let whole = self.plan.steps.iter().take_while(|step| !step.point_of_no_return).count();
            runs.extend((whole > 0).then_some(Run::ThereAndBack(whole)));
            // What was lost at a point of no return cannot be had again, so behind it one run has to do.
            runs.extend(backs.last().filter(|last| **last >= whole).map(|last| Run::AbortAfter(*last)));
        }
        let mut failed = Vec::new();
        for run in runs {
            let begin = Instant::now();
            let verdict = match run {
                Run::Complete => self.complete(),
                Run::ThereAndBack(steps) => self.there_and_back(steps),
                Run::AbortAfter(last) => self.abort_after(last),
            };
            if let Ok(verdict) = &verdict {
                verdict.summary(begin.elapsed());
            }
            if let Err(error) = verdict.and_then(Verdict::into_result) {
                failed.push(format!("{error:#}"));
            }
        }
        if failed.is_empty() { Ok(()) } else { bail!("{}", failed.join("\n")) }
    }

    /// From a step that says it has no way back nobody goes back.
    fn has_way_back(&self, step: usize) -> bool {
        self.plan.steps.get(step).is_some_and(|s| !(s.point_of_no_return && s.down.is_empty()))
    }

    /// Runs every step, each backfill cancelled once on its way and started again, and compares the schema with what the plain statement makes.
    ///
    /// # Errors
    /// When the databases cannot be made, or the plan could not be carried through.
    pub fn complete(&self) -> Result<Verdict> {
        let run = format!("PostgreSQL {}, to the end", self.server.major);
        let database = self.original.copy(self.server, "proof")?;
        let mut faults = Vec::new();
        let record = self.under_load(&database, &mut faults, |road| {
            road.runner.interrupt = true;
            road.up_to(self.plan.steps.len() - 1)
        })?;
        let wanted = self.direct_schema()?;
        let there = Dump::of(&database)?;
        let differences =
            if self.any_order { there.differences_in_any_order(&wanted) } else { there.differences(&wanted) };
        faults.extend(differences.into_iter().map(after("UP")));
        Ok(self.verdict(run, faults, record))
    }

    /// Runs the steps up to the one at `last`, then the way back from there, and compares the schema with the
    /// one before.
    ///
    /// # Errors
    /// As [`Trial::complete`].
    pub fn abort_after(&self, last: usize) -> Result<Verdict> {
        let id = &self.plan.steps[last].id;
        let run = format!("PostgreSQL {}, stopped after {id} and back", self.server.major);
        let database = self.original.copy(self.server, "proof")?;
        let mut faults = Vec::new();
        let record = self.under_load(&database, &mut faults, |road| {
            road.up_to(last)?;
            road.back_from(last)
        })?;
        let (there, wanted) = (Dump::of(&database)?, Dump::of(self.original)?);
        faults.extend(self.compare_return(last, &there, &wanted, "DOWN"));
        Ok(self.verdict(run, faults, record))
    }

    /// Runs the first steps, each of them taken back and run again before the next, then goes home from the last. After
    /// each way back the schema is compared with the one before the step.
    ///
    /// # Errors
    /// As [`Trial::complete`].
    pub fn there_and_back(&self, steps: usize) -> Result<Verdict> {
        let run = format!("PostgreSQL {}, {steps} steps, each there and back", self.server.major);
        let database = self.original.copy(self.server, "proof")?;
        let mut faults = Vec::new();
        let mut returned = Vec::new();
        let record = self.under_load(&database, &mut faults, |road| {
            for (n, step) in self.plan.steps[..steps].iter().enumerate() {
                let before = Dump::of(&database)?;
                road.step(n)?;
                road.back_over(n)?;
                let there = Dump::of(&database)?;
                returned.extend(self.compare_return(n, &there, &before, &format!("{} and back", step.id)));
                road.step(n)?;
            }
            road.back_from(steps - 1)
        })?;
        faults.extend(returned);
        let (there, wanted) = (Dump::of(&database)?, Dump::of(self.original)?);
        faults.extend(self.compare_return(steps - 1, &there, &wanted, "DOWN"));
        Ok(self.verdict(run, faults, record))
    }

    /// How the schema after the way back from the step at `last` differs from the one it must lead to.
    fn compare_return(&self, last: usize, there: &Dump, wanted: &Dump, way: &str) -> Vec<String> {
        let differences = if self.returns_from(last) {
            there.differences(wanted)
        } else {
            there.differences_in_any_order(wanted)
        };
        differences.into_iter().map(after(way)).collect()
    }

    /// Whether `down` from the step at `last` must bring everything back.
    fn returns_from(&self, last: usize) -> bool {
        self.plan.steps[..=last].iter().all(|step| !step.point_of_no_return)
    }

    fn under_load(
        &self,
        database: &Database,
        faults: &mut Vec<String>,
        drive: impl FnOnce(&mut Road<'_>) -> Result<()>,
    ) -> Result<crate::workload::Record> {
        let load = Workload::start(&database.url, self.applications, &[0])?;
        let mut road = Road {
            trial: self,
            load: &load,
            runner: Runner::connect(&database.url)?,
            version: 0,
            compare: true,
        };
        let driven = drive(&mut road);
        faults.append(&mut road.runner.faults);
        if let Err(error) = driven {
            faults.push(format!("could not be carried through: {error:#}"));
        }
        if road.compare {
            faults.extend(differences(&load));
        }
        Ok(load.stop())
    }

    fn direct_schema(&self) -> Result<Dump> {
        let copy = self.original.copy(self.server, "direct")?;
        let session = copy.session()?;
        // Some changes are refused on a table with rows; the schema they make is the same without.
        session.script(
            "DO $$ BEGIN EXECUTE (SELECT 'TRUNCATE ' || string_agg(oid::regclass::text, ', ') || ' CASCADE' \
             FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace); END $$",
        )?;
        session.script(self.direct)?;
        drop(session);
        Dump::of(&copy)
    }

    fn verdict(&self, run: String, mut faults: Vec<String>, record: crate::workload::Record) -> Verdict {
        faults.extend(record.faults);
        let allowed = Duration::from_millis(self.plan.longest_lock_timeout_ms() + 1000);
        if record.longest > allowed {
            faults.push(format!(
                "a statement took {:.1?}, allowed were {allowed:.1?}: {}",
                record.longest, record.longest_was
            ));
        }
        Verdict { run, faults, statements: record.statements.iter().sum(), longest: record.longest }
    }
}

/// Rows that are not what was written last; rows that cannot be read are no better.
fn differences(load: &Workload) -> Vec<String> {
    load.verify().unwrap_or_else(|error| vec![format!("the rows cannot be read: {error:#}")])
}

fn after(direction: &str) -> impl Fn(String) -> String {
    move |difference| format!("schema after {direction}: {difference}")
}

/// A run on its way: which version of the application is deployed, and the load that follows.
struct Road<'a> {
    trial: &'a Trial<'a>,
    load: &'a Workload,
    runner: Runner,
    version: usize,
    /// Whether every row must hold what was written: not after a way back past the point of no return.
    compare: bool,
}

impl Road<'_> {
    fn up_to(&mut self, last: usize) -> Result<()> {
        (0..=last).try_for_each(|n| self.step(n))
    }

    fn step(&mut self, n: usize) -> Result<()> {
        let step = &self.trial.plan.steps[n];
        // Until the next step the old instances of a rolling deploy were still there.
        self.load.switch(&[self.version])?;
        self.runner.check(step, "before", &step.before)?;
        self.runner.run(step, "up", &step.up)?;
        if step.kind == "deploy" {
            self.deploy((self.version + 1).min(self.trial.applications.len() - 1))?;
        }
        self.runner.check(step, "after", &step.after)?;
        if let Some(progress) = &step.progress {
            // Whoever watches the step asks this; it has to be answerable.
            self.runner.answerable(step, progress)?;
        }
        self.load.settle()
    }

    fn back_from(&mut self, last: usize) -> Result<()> {
        self.compare = self.trial.returns_from(last);
        (0..=last).rev().try_for_each(|n| self.back_over(n))
    }

    fn back_over(&mut self, n: usize) -> Result<()> {
        let steps = &self.trial.plan.steps;
        let step = &steps[n];
        if step.kind == "deploy" {
            let deploys = steps[..n].iter().filter(|step| step.kind == "deploy").count();
            let previous = deploys.min(self.trial.applications.len() - 1);
            self.deploy(previous)?;
            self.load.switch(&[previous])?;
        }
        self.runner.run(step, "down", &step.down)?;
        self.load.settle()
    }

    /// A rolling deploy of another version: both run, and both read what the other writes.
    fn deploy(&mut self, version: usize) -> Result<()> {
        if version != self.version {
            self.load.switch(&[self.version, version])?;
            self.runner.faults.extend(differences(self.load));
            self.version = version;
        }
        Ok(())
    }
}
