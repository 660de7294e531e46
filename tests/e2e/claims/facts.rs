//! What a statement does, in one shape, whoever says so: the claim, the server or the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use altimeter_catalog::{LockMode, Name};

/// The modes, weakest first.
const MODES: [LockMode; 8] = [
    LockMode::AccessShare,
    LockMode::RowShare,
    LockMode::RowExclusive,
    LockMode::ShareUpdateExclusive,
    LockMode::Share,
    LockMode::ShareRowExclusive,
    LockMode::Exclusive,
    LockMode::AccessExclusive,
];

/// A mode in the manual's words, or in those of `pg_locks`.
pub(super) fn mode_of(text: &str) -> Option<LockMode> {
    let plain = text.trim_end_matches("Lock").replace(' ', "").to_lowercase();
    MODES.into_iter().find(|mode| mode.to_string().replace(' ', "").to_lowercase() == plain)
}

/// What a statement does to the relations that were there before it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Facts {
    /// The strongest mode on each relation.
    pub(crate) locks: BTreeMap<Name, LockMode>,
    /// Tables written anew.
    pub(crate) rewritten: BTreeSet<Name>,
    /// Indexes built anew, those of rewritten tables left out.
    pub(crate) rebuilt: BTreeSet<Name>,
    /// Tables read from end to end.
    pub(crate) scanned: BTreeSet<Name>,
    /// Relations that are gone.
    pub(crate) dropped: BTreeSet<Name>,
    /// It may run inside a transaction block.
    pub(crate) in_transaction: bool,
    /// It is refused: the server's code, or the engine's reason.
    pub(crate) fails: Option<String>,
}

impl Facts {
    /// Takes a lock, keeping the strongest.
    pub(super) fn take(&mut self, name: &Name, mode: LockMode) {
        let held = self.locks.entry(name.clone()).or_insert(mode);
        *held = mode.max(*held);
    }

    /// Where two accounts of the same statement differ. A relation for which `compared` says no is left out of the
    /// question about scans.
    pub(crate) fn differences(
        &self,
        who: &str,
        other: &Facts,
        other_who: &str,
        compared: impl Fn(&Name) -> bool,
    ) -> Vec<String> {
        let mut found = Vec::new();
        let mut differ = |what: &str, mine: &dyn Debug, theirs: &dyn Debug| {
            found.push(format!("{what}: {who} {mine:?}, {other_who} {theirs:?}"));
        };
        if self.fails.is_some() || other.fails.is_some() {
            if self.fails.is_some() != other.fails.is_some() {
                differ("fails", &self.fails, &other.fails);
            }
            return found;
        }
        for name in self.locks.keys().chain(other.locks.keys()).collect::<BTreeSet<_>>() {
            let (mine, theirs) = (self.locks.get(name), other.locks.get(name));
            if mine != theirs {
                differ(&format!("lock on {name}"), &shown(mine), &shown(theirs));
            }
        }
        let scanned = |facts: &Facts| -> BTreeSet<Name> {
            facts.scanned.iter().filter(|name| compared(name)).cloned().collect()
        };
        // A rewrite reads what it writes, and builds the indexes anyway.
        let rewrites = !(self.rewritten.is_empty() && other.rewritten.is_empty());
        let scans = if rewrites { Default::default() } else { (scanned(self), scanned(other)) };
        for (what, mine, theirs) in [
            ("rewrites", &self.rewritten, &other.rewritten),
            ("rebuilds", &self.rebuilt, &other.rebuilt),
            ("scans", &scans.0, &scans.1),
            ("drops", &self.dropped, &other.dropped),
        ] {
            if mine != theirs {
                differ(what, &names(mine), &names(theirs));
            }
        }
        if self.in_transaction != other.in_transaction {
            differ("runs in a transaction", &self.in_transaction, &other.in_transaction);
        }
        found
    }
}

fn shown(mode: Option<&LockMode>) -> String {
    mode.map_or_else(|| "none".to_owned(), LockMode::to_string)
}

fn names(names: &BTreeSet<Name>) -> Vec<String> {
    names.iter().map(Name::to_string).collect()
}
