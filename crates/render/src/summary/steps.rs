//! One line a step: its lock, who waits, how long it runs, whether it can be undone.

use altimeter_analysis::{Judged, Range};
use altimeter_catalog::{Catalog, LockMode, Name};
use altimeter_planner::{Plan, Step, StepKind};

use crate::amount::{self, Quantity};
use crate::summary::names;

/// How long anybody has to wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wait {
    /// Nobody waits.
    Nobody,
    /// So many milliseconds at most.
    UpTo(f64),
    /// Somebody may wait, and nobody knows for how long.
    Unknown,
}

impl Wait {
    /// Who waits for one statement.
    pub(crate) fn of(judged: &Judged) -> Self {
        let effect = &judged.effect;
        let blocks = effect.blocks.reads || effect.blocks.writes || effect.stopping_locks().next().is_some();
        match judged.estimate.blocked_ms.as_ref().map(|r| r.high) {
            Some(high) if !high.is_finite() => Wait::Unknown,
            Some(high) if blocks || high >= 0.95 => Wait::UpTo(high),
            None if blocks => Wait::Unknown,
            _ => Wait::Nobody,
        }
    }

    /// The longest wait for any of some statements, each of which is over before the next begins.
    pub(crate) fn longest<'a>(statements: impl IntoIterator<Item = &'a Judged>) -> Self {
        statements.into_iter().map(Wait::of).fold(Wait::Nobody, Wait::or_longer)
    }

    /// The longer of two waits.
    pub(crate) fn or_longer(self, other: Wait) -> Wait {
        match (self, other) {
            (Wait::Unknown, _) | (_, Wait::Unknown) => Wait::Unknown,
            (Wait::UpTo(a), Wait::UpTo(b)) => Wait::UpTo(a.max(b)),
            (Wait::Nobody, other) => other,
            (some, Wait::Nobody) => some,
        }
    }

    /// For a table's cell: `≤ 2 s`.
    pub(crate) fn cell(self) -> String {
        match self {
            Wait::Nobody => "–".to_owned(),
            Wait::UpTo(ms) => at_most(ms),
            Wait::Unknown => "?".to_owned(),
        }
    }
}

/// An upper bound: `≤ 2 s`, `< 1 ms`.
pub(crate) fn at_most(ms: f64) -> String {
    match amount::estimated(Quantity::Time, ms) {
        below if below.starts_with('<') => below,
        figure => format!("≤ {figure}"),
    }
}

/// A step in one line.
pub(crate) struct StepRow {
    /// `expand-1`.
    pub(crate) id: String,
    /// Its title; `▶` before what people do, not the database.
    pub(crate) title: String,
    /// The lock on the main table.
    pub(crate) lock: String,
    /// How long others wait.
    pub(crate) wait: String,
    /// How long it runs.
    pub(crate) runs: String,
    /// Whether it can be undone without loss.
    pub(crate) undo: &'static str,
}

impl StepRow {
    /// A step of a plan in one line.
    pub(crate) fn new(plan: &Plan, catalog: &Catalog, step: &Step) -> Self {
        let by_people = matches!(step.kind, StepKind::Deploy | StepKind::Wait);
        Self {
            id: step.id.clone(),
            title: if by_people { format!("▶ {}", step.title) } else { step.title.clone() },
            lock: lock(plan, catalog, step),
            wait: Wait::longest(step.up.iter().map(|s| &s.judged)).cell(),
            runs: runs(step),
            undo: if step.lost_on_return.is_some() { "no" } else { "yes" },
        }
    }
}

/// The title of the lock's column: `lock on users`.
pub(crate) fn lock_title(plan: &Plan, catalog: &Catalog) -> String {
    match plan.tables.as_slice() {
        [table] => format!("lock on {}", names::short(catalog, table)),
        _ => "strongest lock".to_owned(),
    }
}

fn lock(plan: &Plan, catalog: &Catalog, step: &Step) -> String {
    if step.up.is_empty() {
        return "–".to_owned();
    }
    let effects = || step.up.iter().map(|s| &s.judged.effect);
    if effects().any(|e| e.not_analysed.is_some()) {
        return "not analysed".to_owned();
    }
    // With one table in the column's title its name need not be said again.
    let main = if let [table] = plan.tables.as_slice() { Some(table) } else { None };
    let strongest = |wanted: &dyn Fn(&Name) -> bool| {
        effects().flat_map(|e| &e.locks).filter(|l| wanted(&l.object)).max_by_key(|l| l.mode)
    };
    let on_main = strongest(&|object| Some(object) == main);
    let elsewhere = strongest(&|object| Some(object) != main);
    let batch = effects().flat_map(|e| &e.updates).find_map(|u| u.batch_rows);
    match (on_main, elsewhere, batch) {
        (Some(lock), _, Some(rows)) if lock.mode <= LockMode::RowExclusive => {
            format!("row locks, {} rows", amount::count(f64::from(rows)))
        }
        (Some(lock), other, _) if other.is_none_or(|o| o.mode <= lock.mode || !o.mode.blocks_writes()) => {
            lock.mode.to_string()
        }
        (_, Some(lock), _) => format!("{} on {}", lock.mode, names::short(catalog, &lock.object)),
        (Some(lock), None, _) => lock.mode.to_string(),
        (None, None, _) => "none".to_owned(),
    }
}

fn runs(step: &Step) -> String {
    match step.kind {
        StepKind::Deploy => "your deploy".to_owned(),
        StepKind::Wait if step.up.is_empty() => "–".to_owned(),
        _ => amount::ends(Quantity::Time, duration(step.up.iter().map(|s| &s.judged)).as_ref()),
    }
}

/// The run time of some statements, one after the other; none if any is unknown.
pub(crate) fn duration<'a>(statements: impl IntoIterator<Item = &'a Judged>) -> Option<Range> {
    statements
        .into_iter()
        .try_fold(Range::zero(), |sum, judged| Some(sum.plus(&judged.estimate.duration_ms.as_ref()?.bare())))
}
