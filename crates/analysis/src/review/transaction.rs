//! An open transaction: what it has done so far, what it holds, and how to come back.

use std::sync::Arc;

use altimeter_catalog::{Catalog, Lock, Name};

use super::Settings;
use crate::judge::Judged;

/// A lock an earlier statement of the transaction took.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The lock.
    pub lock: Lock,
    /// The line of the statement that took it.
    pub line: u32,
}

/// A transaction that statements share.
#[derive(Clone, Debug)]
pub struct OpenTransaction {
    before: (Catalog, Settings),
    savepoints: Vec<(String, usize, (Catalog, Settings))>,
    /// Its statements so far, in order.
    pub statements: Vec<Arc<Judged>>,
    /// Relations it made, which nobody else can see.
    pub own: Vec<Name>,
}

impl OpenTransaction {
    pub(super) fn new(catalog: Catalog, session: Settings) -> Self {
        Self { before: (catalog, session), savepoints: Vec::new(), statements: Vec::new(), own: Vec::new() }
    }

    /// The schema before its first statement.
    pub fn began_on(&self) -> &Catalog {
        &self.before.0
    }

    pub(super) fn before(self) -> (Catalog, Settings) {
        self.before
    }

    pub(super) fn remember(&mut self, judged: Arc<Judged>) {
        self.own.extend(judged.effect.creates.iter().map(|c| c.object.clone()));
        self.statements.push(judged);
    }

    /// The strongest lock on each relation that is held until the transaction ends, strongest first.
    pub fn held(&self) -> Vec<Held> {
        let mut held: Vec<Held> = Vec::new();
        for judged in &self.statements {
            for lock in &judged.effect.locks {
                match held.iter_mut().find(|h| h.lock.object == lock.object) {
                    Some(known) if known.lock.mode >= lock.mode => {}
                    Some(known) => *known = Held { lock: lock.clone(), line: judged.statement.line },
                    None => held.push(Held { lock: lock.clone(), line: judged.statement.line }),
                }
            }
        }
        held.sort_by_key(|h| std::cmp::Reverse(h.lock.mode));
        held
    }

    pub(super) fn save(&mut self, name: &str, now: (Catalog, Settings)) {
        self.savepoints.push((name.to_owned(), self.statements.len(), now));
    }

    /// Locks taken since a savepoint are given back too (manual, "Explicit Locking").
    pub(super) fn back_to(&mut self, name: &str) -> Option<(Catalog, Settings)> {
        let at = self.savepoints.iter().rposition(|(n, ..)| n == name)?;
        self.savepoints.truncate(at + 1);
        let (_, statements, state) = self.savepoints.last()?;
        self.statements.truncate(*statements);
        Some(state.clone())
    }

    pub(super) fn release(&mut self, name: &str) {
        if let Some(at) = self.savepoints.iter().rposition(|(n, ..)| n == name) {
            self.savepoints.truncate(at);
        }
    }
}
