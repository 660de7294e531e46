//! The SQL of PostgreSQL's own regression tests goes through everything: taken apart, parsed, lowered, judged,
//! applied. Nothing panics, nothing takes long, nothing is passed over in silence.

pub(crate) mod journey;
mod oracle;
mod versions;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use altimeter_tests::corpus::{self, SETUP, SqlFile};
use anyhow::{Context, Result, ensure};

use journey::{Journey, Outcome};

/// Of a hundred statements that are SQL, so many are analysed. It can only go up.
const ANALYSED: f64 = 5.0;

/// What came out of many statements.
#[derive(Default)]
struct Tally {
    counts: BTreeMap<Outcome, usize>,
    faults: Vec<String>,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        for (outcome, count) in other.counts {
            *self.counts.entry(outcome).or_default() += count;
        }
        self.faults.extend(other.faults);
    }

    fn count(&self, which: impl Fn(&Outcome) -> bool) -> usize {
        self.counts.iter().filter(|(outcome, _)| which(outcome)).map(|(_, count)| count).sum()
    }

    #[expect(clippy::print_stderr, reason = "the numbers are read with `--nocapture`")]
    fn print(&self) {
        let mut rows: Vec<_> = self.counts.iter().collect();
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (outcome, count) in rows.iter().take(60) {
            eprintln!("{count:>7}  {outcome}");
        }
    }
}

/// Does something with every file, on all processors.
pub(crate) fn for_each<T: Send>(files: &[SqlFile], job: impl Fn(&SqlFile) -> T + Sync) -> Vec<T> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = job(file);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push(result);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn no_statement_of_the_servers_own_tests_is_lost() -> Result<()> {
    let files = corpus::regression_tests()?;
    let setup = files.iter().find(|f| f.name == SETUP).context("there is no set-up file")?;
    let begin = Journey::begin(&setup.text);
    let mut all = Tally::default();
    for tally in for_each(&files, |file| {
        let mut journey = begin.again();
        let mut tally = Tally::default();
        journey.through(&file.text, |outcome| *tally.counts.entry(outcome).or_default() += 1);
        tally.faults = journey.faults.into_iter().map(|fault| format!("{}: {fault}", file.name)).collect();
        tally
    }) {
        all.add(tally);
    }
    all.print();
    let (analysed, not) =
        (all.count(|o| *o == Outcome::Analysed), all.count(|o| matches!(o, Outcome::NotAnalysed(_))));
    let share = 100.0 * analysed as f64 / (analysed + not) as f64;
    ensure!(all.faults.is_empty(), "{}", all.faults.join("\n"));
    ensure!(share >= ANALYSED, "only {share:.1} % of the statements are analysed");
    Ok(())
}
