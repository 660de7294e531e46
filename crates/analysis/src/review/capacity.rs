//! What all statements of a review take together.

use std::ops::Range as Places;

use altimeter_catalog::{Change, SessionChange};

use super::{Review, Reviewed, ReviewedFile};
use crate::{Capacity, Estimate};

impl Review {
    /// What the statements take whose cost is known, see [`Review::uncounted`].
    pub fn capacity(&self) -> Capacity {
        let groups = self.files.iter().flat_map(|file| {
            let units = file.transactions().into_iter();
            units.map(|unit| file.statements.get(unit).unwrap_or_default().iter().filter_map(counted))
        });
        Capacity::of(groups)
    }

    /// Statements whose cost is not known, and so is in no sum.
    pub fn uncounted(&self) -> usize {
        let unknown = |s: &Reviewed| s.judged.effect.fails.is_none() && counted(s).is_none();
        self.statements().filter(|(_, s)| unknown(s)).count()
    }
}

/// The estimate of a statement that the server does not refuse.
fn counted(reviewed: &Reviewed) -> Option<&Estimate> {
    let judged = &reviewed.judged;
    (judged.effect.fails.is_none() && judged.estimate.duration_ms.is_some()).then_some(&judged.estimate)
}

impl ReviewedFile {
    /// Stretches of its statements that are one transaction each, by their places.
    pub fn transactions(&self) -> Vec<Places<usize>> {
        let mut units: Vec<Places<usize>> = Vec::new();
        let mut joins = false;
        for (at, reviewed) in self.statements.iter().enumerate() {
            match units.last_mut().filter(|_| joins && reviewed.in_transaction) {
                Some(unit) => unit.end = at + 1,
                None => units.push(at..at + 1),
            }
            joins = reviewed.in_transaction && !ends_transaction(reviewed);
        }
        units
    }
}

fn ends_transaction(reviewed: &Reviewed) -> bool {
    let changes = reviewed.judged.statement.changes.iter();
    changes.into_iter().any(|c| {
        matches!(
            c,
            Change::Session(
                SessionChange::Commit { .. }
                    | SessionChange::Rollback { .. }
                    | SessionChange::PrepareTransaction
            )
        )
    })
}
