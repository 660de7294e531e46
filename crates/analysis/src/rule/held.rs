//! Locks of earlier statements that stay held while a statement works.

use altimeter_catalog::{Change, Lock, LockMode, Name};

use super::{RuleContext, Wait};

/// A lock that an earlier statement of the transaction took and that others wait for while this one works.
pub(crate) struct Extended {
    /// The relation.
    pub(crate) object: Name,
    /// The line of the statement that took the lock.
    pub(crate) line: u32,
    /// What that means.
    pub(crate) wait: Wait,
}

impl RuleContext<'_> {
    /// The worst lock that is held longer because this statement runs in the same transaction. A lock the statement
    /// needs itself is not among them.
    pub(crate) fn extends(&self) -> Option<Extended> {
        let held = self.transaction?.held();
        let longer = held
            .iter()
            .filter(|h| h.lock.mode > self.effect.lock_on(&h.lock.object).unwrap_or(LockMode::AccessShare));
        let waits = longer.filter_map(|h| {
            let wait = self.wait_under(&h.lock.object, &[(&h.lock.object, h.lock.mode)])?;
            // Nobody knows for how long, but a statement that works on no rows takes an instant.
            (self.estimate.duration_ms.is_some() || self.works_on_rows()).then(|| Extended {
                object: h.lock.object.clone(),
                line: h.line,
                wait,
            })
        });
        waits.max_by_key(|e| e.wait.severity)
    }

    /// Whether the statement reads, writes or builds something row by row.
    pub(crate) fn works_on_rows(&self) -> bool {
        let e = self.effect;
        !(e.scans.is_empty() && e.rewrites.is_empty() && e.updates.is_empty() && e.index_builds.is_empty())
    }

    /// Whether the statement writes rows.
    pub(crate) fn writes_rows(&self) -> bool {
        !self.effect.updates.is_empty()
    }

    /// Strong locks that the statement has to wait for: on relations that somebody may be using, and that the
    /// transaction does not have already.
    pub(crate) fn locks_to_wait_for(&self) -> impl Iterator<Item = &Lock> {
        let held = self.transaction.map(|t| t.held()).unwrap_or_default();
        self.effect.locks.iter().filter(move |lock| {
            let stops = lock.mode.blocks_writes() || lock.mode.blocks_reads();
            let has = held.iter().any(|h| h.lock.object == lock.object && h.lock.mode >= lock.mode);
            stops
                && !has
                && self.catalog.table(&lock.object).is_some()
                && self.concerns(&lock.object)
                && self.is_busy(&lock.object) != Some(false)
        })
    }

    /// The constraint that the statement validates, if an earlier statement of the same transaction added it.
    pub(crate) fn validates_own_constraint(&self) -> Option<(&Name, &str)> {
        let transaction = self.transaction?;
        let validated =
            self.statement.changes.iter().flat_map(Change::parts).find_map(|change| match change {
                Change::ValidateConstraint { table, name } => Some((table, name.as_str())),
                _ => None,
            })?;
        let before = transaction.began_on().table(validated.0)?;
        (!before.constraints.iter().any(|c| c.name == validated.1)).then_some(validated)
    }
}
