//! Before a statement runs: what stands in its way on this server now, and who would wait behind it.
//!
//! Everything here is read from the activity and facts of the catalog, which is as old as its reading. What could not
//! be seen is said to be unknown, never taken for nothing.

mod leftover;
mod met;
mod queue;
mod replication;
mod scene;
mod sequence;
mod snapshot;
mod vacuum;

use altimeter_catalog::{Catalog, Effect, Name};

pub use self::met::Met;
use self::scene::Scene;
use crate::{Estimate, Severity};

/// What a statement would meet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preflight {
    /// What is in its way, or makes it riskier now than at another time; worst first.
    pub obstacles: Vec<Obstacle>,
    /// Who would wait behind it, a table each.
    pub behind: Vec<Behind>,
    /// What could not be seen, in words a DBA understands.
    pub unknowns: Vec<String>,
}

/// One thing in the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Obstacle {
    /// What kind of thing.
    pub kind: ObstacleKind,
    /// How bad it is here.
    pub severity: Severity,
    /// The relation it is about.
    pub object: Option<Name>,
    /// What is there and what it means for the statement.
    pub message: String,
    /// What to do about it; empty if there is nothing but to wait.
    pub next: String,
}

/// Kinds of things in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObstacleKind {
    /// A transaction at work holds a lock that the statement would wait for.
    OpenTransaction,
    /// The same, of a session that does nothing.
    IdleTransaction,
    /// The same, of a transaction prepared for a two-phase commit.
    PreparedTransaction,
    /// Somebody already waits for a lock that the statement would have to wait behind.
    WaitingSession,
    /// A transaction that the statement waits for whatever it holds.
    OldSnapshot,
    /// A vacuum against wraparound runs or is due: it does not give way.
    WraparoundVacuum,
    /// Autovacuum is at work: it gives way.
    Autovacuum,
    /// An index build, a vacuum, a copy is at work on the table.
    RunningWork,
    /// An index of the table is invalid.
    InvalidIndex,
    /// A constraint of the table is NOT VALID.
    UnvalidatedConstraint,
    /// A partition is half detached.
    HalfDetachedPartition,
    /// A replication slot keeps the log the statement writes.
    RetainedWal,
    /// Queries on standbys would be cancelled, or hold up replay.
    StandbyConflict,
    /// A sequence of the table is about to run out.
    FullSequence,
}

impl ObstacleKind {
    /// Its name in JSON: `idle_transaction`.
    pub fn name(self) -> &'static str {
        match self {
            ObstacleKind::OpenTransaction => "open_transaction",
            ObstacleKind::IdleTransaction => "idle_transaction",
            ObstacleKind::PreparedTransaction => "prepared_transaction",
            ObstacleKind::WaitingSession => "waiting_session",
            ObstacleKind::OldSnapshot => "old_snapshot",
            ObstacleKind::WraparoundVacuum => "wraparound_vacuum",
            ObstacleKind::Autovacuum => "autovacuum",
            ObstacleKind::RunningWork => "running_work",
            ObstacleKind::InvalidIndex => "invalid_index",
            ObstacleKind::UnvalidatedConstraint => "unvalidated_constraint",
            ObstacleKind::HalfDetachedPartition => "half_detached_partition",
            ObstacleKind::RetainedWal => "retained_wal",
            ObstacleKind::StandbyConflict => "standby_conflict",
            ObstacleKind::FullSequence => "full_sequence",
        }
    }
}

/// Who would wait behind the statement on one table, while it waits for its lock and while it holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Behind {
    /// The table.
    pub table: Name,
    /// Reads would wait, not writes alone.
    pub reads: bool,
    /// Statements a second that would have to wait; none if that is not known.
    pub per_second: Option<f64>,
}

/// What the statement would meet if it ran at the moment the catalog was read.
pub fn preflight(catalog: &Catalog, effect: &Effect, estimate: &Estimate) -> Preflight {
    let scene = Scene::new(catalog, effect, estimate);
    let mut preflight = Preflight { behind: scene.behind(), ..Preflight::default() };
    if scene.locks.is_empty() {
        return preflight;
    }
    for look in [queue::look, snapshot::look, vacuum::look, leftover::look, replication::look, sequence::look]
    {
        look(&scene, &mut preflight);
    }
    preflight.obstacles.sort_by(|a, b| {
        b.severity.cmp(&a.severity).then_with(|| (a.kind, &a.object).cmp(&(b.kind, &b.object)))
    });
    preflight.unknowns.sort();
    preflight.unknowns.dedup();
    preflight
}

impl Preflight {
    fn add(&mut self, kind: ObstacleKind, severity: Severity, object: Option<&Name>, says: Says) {
        let Says { message, next } = says;
        self.obstacles.push(Obstacle { kind, severity, object: object.cloned(), message, next });
    }
}

/// The words of an obstacle.
struct Says {
    message: String,
    next: String,
}

fn says(message: impl Into<String>, next: impl Into<String>) -> Says {
    Says { message: message.into(), next: next.into() }
}

#[cfg(test)]
#[path = "preflight/tests.rs"]
mod tests;
