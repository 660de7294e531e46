//! Relations that change names within one statement: what it does to them is said of the names they had before.

use std::collections::HashMap;

use altimeter_catalog::{Catalog, Change, Effect, Name, RelationChange};

/// The names of before, by those of now.
#[derive(Debug, Default)]
pub(super) struct Renamed {
    before: HashMap<Name, Option<Name>>,
}

impl Renamed {
    /// Follows a change that has been described.
    pub(super) fn follow(&mut self, change: &Change) {
        let Change::Relation(RelationChange::Rename { relation, to, .. }) = change else { return };
        let was = self.before.remove(relation).unwrap_or_else(|| Some(relation.clone()));
        self.before.entry(relation.clone()).or_insert(None);
        self.before.insert(relation.sibling(to), was);
    }

    /// The effect in names of before. A relation the statement itself made is locked by nobody else.
    pub(super) fn in_names_of(&self, before: &Catalog, mut own: Effect) -> Effect {
        let there = |name: &Name| match self.before.get(name) {
            Some(was) => was.clone(),
            None => Some(name.clone()),
        };
        own.locks.retain_mut(|lock| match there(&lock.object).filter(|n| before.has_relation(n)) {
            Some(was) => {
                lock.object = was;
                true
            }
            None => false,
        });
        if self.before.is_empty() {
            return own;
        }
        for names in [&mut own.rewrites, &mut own.index_builds, &mut own.scans, &mut own.drops] {
            *names = names.iter().filter_map(there).collect();
        }
        own.updates.retain_mut(|update| match there(&update.object) {
            Some(was) => {
                update.object = was;
                true
            }
            None => false,
        });
        own
    }
}
