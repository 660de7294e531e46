//! An application under load: writers and readers on connections of their own, whose statements are data and
//! change while they run, as in a rolling deploy.
//!
//! Every writer owns the rows whose key leaves its number as remainder, so that what it wrote last is what has
//! to be there: it reads each row it wrote back through every version of the application that is live, and all
//! rows are compared with what was written when the load is paused.

mod ledger;
mod worker;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::session::{Session, wait_until};
use ledger::Ledger;
use worker::Worker;

/// The statements of one version of an application. Each handles one value of a row, by the row's key.
#[derive(Debug, Clone)]
pub struct Application {
    /// What it is called in findings: `old`, `new`.
    pub name: &'static str,
    /// `$1` the value, `$2` a text no other row has; returns the new key.
    pub insert: String,
    /// `$1` the key, `$2` the value.
    pub update: String,
    /// `$1` the key; returns the value.
    pub select: String,
    /// `$1` a value; finds rows by it.
    pub find: String,
    /// Returns key and value of all rows.
    pub select_all: String,
}

impl Application {
    /// The same statements on another table, in place of `users`.
    #[must_use]
    pub fn naming(mut self, table: &str) -> Self {
        let statements =
            [&mut self.insert, &mut self.update, &mut self.select, &mut self.find, &mut self.select_all];
        for statement in statements {
            *statement = statement.replace(" users", &format!(" {table}"));
        }
        self
    }
}

/// How many connections write.
pub const WRITERS: usize = 3;
/// How many connections read.
pub const READERS: usize = 3;

/// What all workers share.
struct Shared {
    url: String,
    applications: Vec<Application>,
    /// Which applications are live. A worker holds it for reading during a statement; holding it for writing
    /// therefore means that no statement runs.
    live: RwLock<Vec<usize>>,
    stopped: AtomicBool,
    record: Mutex<Record>,
    ledger: Ledger,
}

/// What was seen of all statements so far.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// How many statements ran, for each application.
    pub statements: Vec<u64>,
    /// The longest any of them took.
    pub longest: Duration,
    /// That statement, and when it began after the start of the load.
    pub longest_was: String,
    /// Statements that failed and rows that were not what they had to be, at most a dozen.
    pub faults: Vec<String>,
    /// When the load began.
    begun: Option<Instant>,
}

impl Record {
    fn fault(&mut self, fault: String) {
        if self.faults.len() < 12 {
            self.faults.push(fault);
        }
    }
}

/// A running load. It stops when this is dropped.
pub struct Workload {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

impl Workload {
    /// Sums up all rows once, then starts the load with the applications `live` (their places in `applications`).
    ///
    /// # Errors
    /// When the database cannot be reached or its rows not be read.
    pub fn start(url: &str, applications: &[Application], live: &[usize]) -> Result<Workload> {
        let Some(first) = live.first().and_then(|&place| applications.get(place)) else {
            bail!("a load needs an application that is live")
        };
        let ledger = Ledger::read(&Session::connect(url)?, &first.select_all)?;
        Workload::start_on(url, applications, live, ledger)
    }

    /// Starts a load that only makes the server busy, on a table whose keys go from 1 to `largest`: its rows
    /// are not read at first, and cannot be verified.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn unverified(url: &str, application: &Application, largest: i64) -> Result<Workload> {
        Workload::start_on(url, std::slice::from_ref(application), &[0], Ledger::unread(largest))
    }

    fn start_on(url: &str, applications: &[Application], live: &[usize], ledger: Ledger) -> Result<Workload> {
        let record = Record {
            statements: vec![0; applications.len()],
            begun: Some(Instant::now()),
            ..Record::default()
        };
        let shared = Arc::new(Shared {
            url: url.to_owned(),
            applications: applications.to_vec(),
            live: RwLock::new(live.to_vec()),
            stopped: AtomicBool::new(false),
            record: Mutex::new(record),
            ledger,
        });
        let mut workers = Vec::new();
        for number in 0..WRITERS + READERS {
            let mut worker = Worker::connect(Arc::clone(&shared), number)?;
            workers.push(std::thread::spawn(move || worker.run()));
        }
        let load = Workload { shared, workers };
        load.settle()?;
        Ok(load)
    }

    /// Lets exactly these applications run from now on, and waits until each has worked for a while.
    ///
    /// # Errors
    /// When nothing happens for a minute: the load is stuck.
    pub fn switch(&self, live: &[usize]) -> Result<()> {
        let before = std::mem::replace(
            &mut *self.shared.live.write().unwrap_or_else(PoisonError::into_inner),
            live.to_vec(),
        );
        if before == live { Ok(()) } else { self.settle() }
    }

    /// Waits until every live application has run a hundred statements more.
    ///
    /// # Errors
    /// When that takes longer than a minute.
    pub fn settle(&self) -> Result<()> {
        let live = self.shared.live.read().unwrap_or_else(PoisonError::into_inner).clone();
        let before = self.record().statements;
        wait_until("every live application has run a hundred statements", Duration::from_secs(60), || {
            let now = self.record().statements;
            Ok(live.iter().all(|&place| now[place] >= before[place] + 100))
        })
    }

    /// Pauses the load and compares every row, as each live application reads it, with what was written last.
    /// Gives what is wrong.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn verify(&self) -> Result<Vec<String>> {
        let live = self.shared.live.write().unwrap_or_else(PoisonError::into_inner);
        let session = Session::connect(&self.shared.url)?;
        let mut faults = Vec::new();
        for &place in live.iter() {
            let application = &self.shared.applications[place];
            faults.extend(self.shared.ledger.compare(&session, application)?);
        }
        Ok(faults)
    }

    /// What was seen so far.
    #[must_use]
    pub fn record(&self) -> Record {
        self.shared.record.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops the load and gives what was seen.
    #[must_use]
    pub fn stop(mut self) -> Record {
        self.join();
        self.record()
    }

    fn join(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        for worker in self.workers.drain(..) {
            if worker.join().is_err() {
                self.shared
                    .record
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .fault("a worker died".into());
            }
        }
    }
}

impl Drop for Workload {
    fn drop(&mut self) {
        self.join();
    }
}
