//! Locks of earlier statements that stay held while a statement works.

use altimeter_catalog::{Change, LockMode, Name, RowsCommand};

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
        let writes = |change: &Change| match change {
            Change::UpdateRows { .. } | Change::Backfill(_) => true,
            Change::Rows(rows) => rows.command != RowsCommand::Select || !rows.also.is_empty(),
            _ => false,
        };
        !self.effect.updates.is_empty() || self.statement.changes.iter().flat_map(Change::parts).any(writes)
    }
}
