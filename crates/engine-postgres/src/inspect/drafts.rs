//! Tables while they are put together: found by the server's number until all queries are read.

use std::collections::HashMap;

use altimeter_catalog::{Name, Table};

/// One table with what is needed only while reading.
pub(super) struct Draft {
    pub(super) table: Table,
    /// `reltuples`: rows when last vacuumed or analysed.
    pub(super) tuples: f64,
    /// The role may read it, and so see its column statistics.
    pub(super) readable: bool,
    /// Row security applies to the role, which hides the column statistics.
    pub(super) hidden_by_row_security: bool,
    /// Somebody holds or waits for ACCESS EXCLUSIVE on it.
    pub(super) locked: bool,
}

/// All tables of the database.
#[derive(Default)]
pub(super) struct Drafts {
    list: Vec<Draft>,
    by_id: HashMap<i64, usize>,
    by_name: HashMap<Name, usize>,
}

impl Drafts {
    pub(super) fn add(&mut self, id: i64, draft: Draft) {
        self.by_id.insert(id, self.list.len());
        self.by_name.insert(draft.table.name.clone(), self.list.len());
        self.list.push(draft);
    }

    /// The table with that number; none if it is no table of a user.
    pub(super) fn get_mut(&mut self, id: i64) -> Option<&mut Draft> {
        self.by_id.get(&id).and_then(|i| self.list.get_mut(*i))
    }

    /// The name of the table with that number.
    pub(super) fn name(&self, id: i64) -> Option<&Name> {
        self.by_id.get(&id).and_then(|i| self.list.get(*i)).map(|d| &d.table.name)
    }

    /// The table of that name.
    pub(super) fn named_mut(&mut self, name: &Name) -> Option<&mut Draft> {
        self.by_name.get(name).and_then(|i| self.list.get_mut(*i))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Draft> {
        self.list.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Draft> {
        self.list.iter_mut()
    }

    /// Takes the index scans back: nobody counted.
    pub(super) fn forget_scans(&mut self) {
        for index in self.list.iter_mut().flat_map(|d| &mut d.table.indexes) {
            index.scans = None;
        }
    }

    /// The finished tables, by name, and all that hangs on them by name.
    pub(super) fn finish(self) -> Vec<Table> {
        let mut tables: Vec<Table> = self.list.into_iter().map(|d| d.table).collect();
        for t in &mut tables {
            t.indexes.sort_by(|a, b| a.definition.name.cmp(&b.definition.name));
            t.constraints.sort_by(|a, b| a.name.cmp(&b.name));
            t.triggers.sort_by(|a, b| a.name.cmp(&b.name));
            t.policies.sort_by(|a, b| a.name.cmp(&b.name));
            t.statistics.sort_by(|a, b| a.name.cmp(&b.name));
        }
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        tables
    }
}
