//! Random damage to the SQL of the corpus: whatever the text, `check` neither panics nor hangs.
//!
//! For minutes with all tests, longer by hand:
//! `ALTIMETER_FUZZ_SECONDS=3600 ALTIMETER_FUZZ_SEED=$RANDOM cargo test --release -p altimeter-tests --test e2e fuzz::`.
//! A text that ends the process without a word (a stack that is full) is in `tmp/fuzz-*.sql` of the target directory.

mod minimise;
mod mutate;
mod target;

use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use altimeter_analysis::review::Sending;
use altimeter_catalog::read_snapshot;
use altimeter_tests::corpus::{self, SETUP};
use altimeter_tests::{cache, choice};
use anyhow::{Context, Result, bail};

use crate::corpus::journey::{Journey, LONGEST, empty};
use mutate::Mutator;
use target::Place;

/// Seconds, if nobody says how many.
const SECONDS: u64 = 20;

/// The name of the threads that run texts; panics in them are expected to be found, not printed.
const THREAD: &str = "fuzz";

/// What the threads share.
struct Fuzz {
    mutator: Mutator,
    places: Vec<Place>,
    next: AtomicU64,
    stop: AtomicBool,
    /// The first failure, in words.
    failure: Mutex<Option<String>>,
}

/// What a thread is at.
type Slot = Mutex<Option<(u64, Instant)>>;

impl Fuzz {
    fn new(first: u64) -> Result<Fuzz> {
        let files = corpus::regression_tests()?;
        let setup = files.iter().find(|f| f.name == SETUP).context("there is no set-up file")?;
        let shop = cache::workspace().join("fixtures/snapshots/shop-50m.json");
        let shop = read_snapshot(&std::fs::read_to_string(shop)?)?;
        let regression = Journey::begin(&setup.text).catalog().clone();
        let places = vec![
            Place { catalog: empty(), complete: false },
            Place { catalog: regression.clone(), complete: false },
            Place { catalog: regression, complete: true },
            Place { catalog: shop, complete: true },
        ];
        Ok(Fuzz {
            mutator: Mutator::new(&files),
            places,
            next: AtomicU64::new(first),
            stop: AtomicBool::new(false),
            failure: Mutex::new(None),
        })
    }

    /// Judges a text the way its seed says; true if nothing panicked.
    fn survives(&self, seed: u64, text: &str) -> bool {
        let place = &self.places[usize::try_from(seed % 4).unwrap_or(0)];
        let sending = [Sending::Each, Sending::Each, Sending::InTransaction, Sending::AsOne];
        let sending = sending[usize::try_from(seed / 4 % 4).unwrap_or(0)];
        catch_unwind(AssertUnwindSafe(|| target::check(place, text, sending))).is_ok()
    }

    fn work(&self, slot: &Slot, record: &Path) {
        while !self.stop.load(Ordering::Relaxed) {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            let text = self.mutator.text(seed);
            std::fs::write(record, &text).ok();
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((seed, Instant::now()));
            let survived = self.survives(seed, &text);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = None;
            if !survived {
                let smaller = minimise::minimised(&text, |text| !self.survives(seed, text));
                self.fail(format!("a panic, with the seed {seed}:\n{smaller}"));
            }
        }
    }

    fn fail(&self, words: String) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(words);
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Looks after the threads until the time is over or something was found.
    fn watch(&self, slots: &[Slot], until: Instant) {
        while Instant::now() < until && !self.stop.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(100));
            for (seed, begin) in
                slots.iter().filter_map(|slot| *slot.lock().unwrap_or_else(PoisonError::into_inner))
            {
                if begin.elapsed() > LONGEST {
                    let text = self.mutator.text(seed);
                    self.fail(format!("longer than {LONGEST:?}, with the seed {seed}:\n{text}"));
                }
            }
        }
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Keeps panics of the fuzzed threads to themselves: only the smallest text is shown.
fn quiet() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().name() != Some(THREAD) {
            usual(info);
        }
    }));
}

fn number(variable: &str, otherwise: u64) -> Result<u64> {
    choice(variable)
        .map_or(Ok(otherwise), |text| text.parse().with_context(|| format!("{variable} is no number")))
}

#[test]
fn damaged_sql_neither_panics_nor_hangs() -> Result<()> {
    let first = number("ALTIMETER_FUZZ_SEED", 1)?;
    let seconds = number("ALTIMETER_FUZZ_SECONDS", SECONDS)?;
    // A thread that hangs outlives the test, and what it works on with it.
    let fuzz: &'static Fuzz = Box::leak(Box::new(Fuzz::new(first)?));
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let slots: &'static [Slot] = Vec::leak((0..threads).map(|_| Slot::default()).collect());
    quiet();
    let until = Instant::now() + Duration::from_secs(seconds);
    for (number, slot) in slots.iter().enumerate() {
        let record = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{number}.sql"));
        let work = move || fuzz.work(slot, &record);
        thread::Builder::new().name(THREAD.to_owned()).spawn(work)?;
    }
    fuzz.watch(slots, until);
    // A text that was begun is finished, and a failure made small.
    let patience = Instant::now() + Duration::from_secs(60);
    while fuzz.failure.lock().unwrap_or_else(PoisonError::into_inner).is_none()
        && slots.iter().any(|slot| slot.lock().unwrap_or_else(PoisonError::into_inner).is_some())
        && Instant::now() < patience
    {
        thread::sleep(Duration::from_millis(50));
    }
    report(fuzz.next.load(Ordering::Relaxed) - first, first, seconds);
    match fuzz.failure.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(failure) => bail!("{failure}"),
        None => Ok(()),
    }
}

#[expect(clippy::print_stderr, reason = "the numbers are read with `--nocapture`")]
fn report(texts: u64, first: u64, seconds: u64) {
    eprintln!("{texts} texts, from the seed {first} on, in {seconds} s");
}
