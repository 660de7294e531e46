//! The statement and what it touches, prepared for looking around.

use std::collections::BTreeSet;

use altimeter_catalog::{Catalog, Effect, LockMode, Name, RelationKind, Table};

use super::Behind;
use crate::Estimate;
use crate::rule::stopped_per_second;

pub(super) struct Scene<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) effect: &'a Effect,
    pub(super) estimate: &'a Estimate,
    /// Locks the statement asks for, those on an index under its table: who uses a table holds the same lock on each of
    /// its indexes, and `holds` names tables only.
    pub(super) locks: Vec<(&'a Name, LockMode)>,
    /// Tables and materialized views the statement is about, not those it comes to through others.
    pub(super) about: Vec<&'a Table>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(catalog: &'a Catalog, effect: &'a Effect, estimate: &'a Estimate) -> Self {
        let mut locks: Vec<(&Name, LockMode)> = Vec::new();
        let mut about: BTreeSet<&Name> = BTreeSet::new();
        for lock in &effect.locks {
            let table = match lock.kind {
                RelationKind::Index => catalog.index(&lock.object).map(|(table, _)| &table.name),
                _ => Some(&lock.object),
            };
            let Some(name) = table else { continue };
            if !locks.contains(&(name, lock.mode)) {
                locks.push((name, lock.mode));
            }
            if lock.through.is_none() {
                about.insert(name);
            }
        }
        let about = about.into_iter().filter_map(|name| catalog.table(name)).collect();
        Self { catalog, effect, estimate, locks, about }
    }

    /// Whether anything is known of what goes on: not of a schema that files alone have made.
    pub(super) fn was_read(&self) -> bool {
        !self.catalog.server.taken_at.is_empty()
    }

    /// The lock of the statement that a lock held on a relation stands in the way of, the strongest such.
    pub(super) fn meets(&self, name: &Name, held: LockMode) -> Option<LockMode> {
        let wanted = self.locks.iter().filter(|(locked, mode)| *locked == name && mode.conflicts_with(held));
        wanted.map(|(_, mode)| *mode).max()
    }

    /// Whether the statement locks that relation at all.
    pub(super) fn locks(&self, name: &Name) -> bool {
        self.locks.iter().any(|(locked, _)| *locked == name)
    }

    /// Who would wait behind the statement, table by table.
    pub(super) fn behind(&self) -> Vec<Behind> {
        let mut behind: Vec<Behind> = Vec::new();
        for (name, mode) in self.locks.iter().filter(|(_, mode)| mode.blocks_writes()) {
            let is_known = self.catalog.table(name).is_some() && !behind.iter().any(|b| &b.table == *name);
            if is_known {
                behind.push(Behind {
                    table: (*name).clone(),
                    reads: mode.blocks_reads(),
                    per_second: stopped_per_second(self.catalog, name, *mode),
                });
            }
        }
        behind
    }

    /// Who waits behind a request for that mode, as the end of a sentence; none if nobody but schema changes.
    pub(super) fn pile_up(&self, name: &Name, mode: LockMode) -> Option<String> {
        let who = match (mode.blocks_reads(), mode.blocks_writes()) {
            (true, _) => "every read and write",
            (false, true) => "every write",
            (false, false) => return None,
        };
        let rate = stopped_per_second(self.catalog, name, mode).filter(|rate| *rate >= 1.0);
        let rate = rate.map(|rate| format!(" (some {} a second)", crate::rule::words::count(rate)));
        Some(format!("and {who} of {name}{} behind it", rate.unwrap_or_default()))
    }
}
