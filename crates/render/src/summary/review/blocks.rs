//! Who is kept waiting by a statement, and until when: a lock taken in a transaction is held until that ends
//! (<https://www.postgresql.org/docs/current/explicit-locking.html>), so what runs after it counts too.

use altimeter_analysis::Range;
use altimeter_analysis::review::{Reviewed, ReviewedFile};
use altimeter_catalog::{Lock, Name, RelationKind};

use crate::summary::steps::{Wait, at_most};

/// A wait nobody notices, in ms; above, the rules begin to speak.
const UNNOTICED_MS: f64 = 200.0;

/// What one statement makes others wait for.
#[derive(Clone, Debug)]
pub(crate) struct Block<'a> {
    /// The statement's place in its file.
    pub(crate) at: usize,
    /// The place of the last statement that runs before the locks are given back.
    pub(crate) until: usize,
    /// Relations that are neither read nor written meanwhile.
    pub(crate) closed: Vec<&'a Name>,
    /// Relations that are not written meanwhile.
    pub(crate) unwritten: Vec<&'a Name>,
    /// How long; none if that is not known.
    pub(crate) lasts: Option<Range>,
}

impl Block<'_> {
    /// How long anybody waits at most.
    pub(crate) fn wait(&self) -> Wait {
        match &self.lasts {
            Some(range) if range.high.is_finite() => Wait::UpTo(range.high),
            _ => Wait::Unknown,
        }
    }

    /// Somebody is likely to notice, or nobody knows.
    pub(crate) fn is_noticed(&self) -> bool {
        self.lasts.as_ref().is_none_or(|r| r.likely >= UNNOTICED_MS)
    }

    /// `reads and writes on public.users, writes on public.orders`; those who write the same rows, if no relation is
    /// blocked as a whole.
    pub(crate) fn who(&self) -> String {
        let mut who = Vec::new();
        for (what, names) in [("reads and writes on", &self.closed), ("writes on", &self.unwritten)] {
            if !names.is_empty() {
                who.push(format!("{what} {}", listed(names)));
            }
        }
        if who.is_empty() { "writes of the same rows".to_owned() } else { who.join(", ") }
    }

    /// Who waits, and how long: `reads and writes on public.users wait ≤ 38 s`.
    pub(crate) fn says(&self) -> String {
        if self.is_unknown() {
            return "nobody knows who waits, and how long".to_owned();
        }
        format!("{} wait{}", self.who(), self.how_long())
    }

    /// The same, and until when.
    pub(crate) fn says_in(&self, file: &ReviewedFile) -> String {
        match file.statements.get(self.until).filter(|_| self.until > self.at) {
            Some(last) => {
                let line = last.judged.statement.line;
                format!("{}, until the transaction ends at line {line}", self.says())
            }
            None => self.says(),
        }
    }

    /// The same without names.
    pub(crate) fn says_briefly(&self) -> String {
        if self.is_unknown() {
            return self.says();
        }
        let who = match (self.closed.is_empty(), self.unwritten.is_empty()) {
            (false, _) => "reads and writes",
            (true, false) => "writes",
            (true, true) => "writes of the same rows",
        };
        format!("{who} wait{}", self.how_long())
    }

    /// The statement was not understood, and what it names neither.
    fn is_unknown(&self) -> bool {
        self.lasts.is_none() && self.closed.is_empty() && self.unwritten.is_empty()
    }

    fn how_long(&self) -> String {
        match self.wait() {
            Wait::UpTo(ms) => format!(" {}", at_most(ms)),
            _ => ", nobody knows how long".to_owned(),
        }
    }
}

/// At most three names of a list.
fn listed(names: &[&Name]) -> String {
    let mut shown: Vec<String> = names.iter().take(3).map(ToString::to_string).collect();
    if names.len() > shown.len() {
        shown.push(format!("{} more", names.len() - shown.len()));
    }
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => shown.concat(),
    }
}

/// Who waits for each statement of a file, in order; none for a statement nobody waits for. In a transaction only the
/// first statement that blocks a relation that way has it: the others find the lock held.
pub(crate) fn of_file(file: &ReviewedFile) -> Vec<Option<Block<'_>>> {
    let mut blocks: Vec<Option<Block<'_>>> = Vec::with_capacity(file.statements.len());
    for unit in file.transactions() {
        // How long what comes after a statement in its transaction runs, from the end.
        let mut after = vec![Some(Range::zero())];
        for reviewed in file.statements[unit.clone()].iter().skip(1).rev() {
            let duration = reviewed.judged.estimate.duration_ms.as_ref();
            let so_far = after.last().cloned().flatten();
            after.push(so_far.zip(duration).map(|(a, b)| a.plus(b)));
        }
        for at in unit.clone() {
            let lasts_on = after.pop().flatten();
            blocks.push(block(&file.statements[at], at, unit.end - 1, lasts_on));
        }
    }
    blocks
}

fn block(reviewed: &Reviewed, at: usize, until: usize, lasts_on: Option<Range>) -> Option<Block<'_>> {
    let judged = &reviewed.judged;
    let known = |lock: &Lock| {
        reviewed.held.iter().map(|h| &h.lock).any(|h| {
            h.object == lock.object
                && h.mode.blocks_writes()
                && (h.mode.blocks_reads() || !lock.mode.blocks_reads())
        })
    };
    let relations = judged.effect.locks.iter().filter(|l| l.kind != RelationKind::Index && !known(l));
    let (mut closed, mut unwritten) = (Vec::new(), Vec::new());
    for lock in relations {
        if lock.mode.blocks_reads() {
            closed.push(&lock.object);
        } else if lock.mode.blocks_writes() {
            unwritten.push(&lock.object);
        }
    }
    let locks = !closed.is_empty() || !unwritten.is_empty();
    if judged.effect.blocks.reads && closed.is_empty() {
        // Locked is only an index; whoever reads the table has to open it.
        std::mem::swap(&mut closed, &mut unwritten);
    }
    if judged.effect.not_analysed.is_some() {
        return Some(Block { at, until, closed, unwritten, lasts: None });
    }
    let held = || reviewed.held.iter().any(|h| h.lock.mode.blocks_writes());
    if !locks && (Wait::of(judged) == Wait::Nobody || held()) {
        return None;
    }
    let lasts = judged.estimate.blocked_ms.as_ref().zip(lasts_on.as_ref()).map(|(a, b)| a.plus(b));
    Some(Block { at, until, closed, unwritten, lasts })
}
