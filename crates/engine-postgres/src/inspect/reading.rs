//! Asks queries in batches, each a short transaction, and counts them.

use std::time::{Duration, Instant};

use altimeter_catalog::InspectError;
use tokio_postgres::error::SqlState;

use super::answers::Answers;
use crate::connect::{Connection, Limits, code};
use crate::queries::Query;

/// How often a batch is tried that met a lock, a table being dropped, or on a standby what is being replayed.
const ATTEMPTS: u32 = 5;

/// Waiting longer than this for a lock would let others queue behind a mere reader.
const LOCK_WAIT: Duration = Duration::from_millis(500);

/// An inspection under way.
pub(super) struct Reading {
    connection: Connection,
    /// Queries sent, the one that sets up each batch included.
    pub(super) queries: u32,
    /// Time spent asking.
    pub(super) spent: Duration,
}

impl Reading {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, queries: 0, spent: Duration::ZERO }
    }

    /// Whether a pooler stands between; none if it cannot be told.
    pub(super) fn is_pooled(&self) -> Option<bool> {
        self.connection.is_pooled()
    }

    /// Asks the queries in one transaction, so that their answers fit together.
    ///
    /// Queries leave out relations somebody has locked; where a lock comes in between, or a standby cancels the
    /// query to replay, the whole batch is asked again and then knows of the lock.
    pub(super) async fn ask(&mut self, queries: &[Query]) -> Result<Answers, InspectError> {
        let began = Instant::now();
        let mut attempt = 1;
        let answers = loop {
            match self.ask_once(queries).await {
                Err(e) if attempt < ATTEMPTS && is_passing(&e) => attempt += 1,
                answers => break answers,
            }
        };
        self.spent += began.elapsed();
        answers
    }

    async fn ask_once(&mut self, queries: &[Query]) -> Result<Answers, InspectError> {
        let batch = self.connection.batch(Limits { lock: LOCK_WAIT, ..Limits::default() }).await?;
        self.queries += 1;
        let mut answers = Answers::default();
        for query in queries {
            self.queries += 1;
            answers.add(query, batch.rows(query).await?);
        }
        batch.finish().await?;
        Ok(answers)
    }
}

/// Whether the error is about a lock somebody holds.
pub(super) fn is_lock_timeout(error: &InspectError) -> bool {
    code(error) == Some(&SqlState::LOCK_NOT_AVAILABLE)
}

/// Whether asking again may succeed: a lock in the way; a standby's conflict with recovery, which the server reports as
/// a serialization failure (manual, "Hot Standby", "Handling Query Conflicts"); or an internal error, which is what
/// the functions that print objects raise for one that was dropped after the snapshot was taken.
fn is_passing(error: &InspectError) -> bool {
    let passing = [
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::INTERNAL_ERROR,
    ];
    code(error).is_some_and(|c| passing.contains(c))
}
