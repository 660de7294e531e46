//! What a query opens: a relation, what is behind a view, the partitions that can hold its rows, all indexes.

use altimeter_catalog::{Catalog, Effect, LockMode, Name, RelationKind, Table, TableKind};

use super::take;
use crate::effects::{fail, family};
use crate::implication::Condition;
use crate::locks::LockFact;
use crate::locks::rows as facts;
use crate::partitions;

/// Views behind views are followed so far.
const DEEPEST: usize = 50;

/// How relations are opened.
pub(super) struct Opening<'a> {
    catalog: &'a Catalog,
    mode: LockMode,
    /// The mode on indexes; none where they stay closed.
    index_mode: Option<LockMode>,
    /// Rows are written: behind a view only the table that is written is opened that way.
    writes: bool,
}

impl<'a> Opening<'a> {
    /// Opens tables and their indexes by the lock table.
    pub(super) fn new(catalog: &'a Catalog, fact: &LockFact, of_indexes: &LockFact) -> Self {
        let mode = fact.on_server(catalog).unwrap_or(LockMode::AccessShare);
        Self { catalog, mode, index_mode: of_indexes.on_server(catalog), writes: false }
    }

    /// Opens what a query only reads.
    pub(super) fn to_read(catalog: &'a Catalog) -> Self {
        Self::new(catalog, &facts::SELECT, &facts::SELECT_INDEX)
    }

    /// Opens what an update or delete writes.
    pub(super) fn to_write(catalog: &'a Catalog) -> Self {
        Self { writes: true, ..Self::new(catalog, &facts::UPDATE, &facts::UPDATE) }
    }

    /// Opens in a mode that is given.
    pub(super) fn in_mode(catalog: &'a Catalog, mode: LockMode) -> Self {
        Self { catalog, mode, index_mode: Some(mode), writes: false }
    }

    /// Opens a relation as the planner does. Gives the tables whose rows are read.
    pub(super) fn relation(
        &self,
        name: &Name,
        only: bool,
        conditions: &[Condition],
        through: Option<&str>,
        effect: &mut Effect,
    ) -> Vec<&'a Table> {
        let mut opened = Vec::new();
        self.open(name, only, conditions, through, 0, effect, &mut opened);
        opened
    }

    #[expect(clippy::too_many_arguments, reason = "one recursion, all of it needed at each step")]
    fn open(
        &self,
        name: &Name,
        only: bool,
        conditions: &[Condition],
        through: Option<&str>,
        depth: usize,
        effect: &mut Effect,
        opened: &mut Vec<&'a Table>,
    ) {
        let catalog = self.catalog;
        if let Some(table) = catalog.table(name) {
            take(catalog, name, self.mode, through, effect);
            return self.table(table, only, conditions, through, effect, opened);
        }
        if let Some(view) = catalog.view(name).filter(|_| depth < DEEPEST) {
            take(catalog, name, self.mode, through, effect);
            let behind = format!("view {name}");
            let single = view.needs.len() == 1;
            for need in &view.needs {
                // A column of the same name is taken for the view's, where there is no other to be meant.
                let shared =
                    |c: &&Condition| single && columns_of(c).iter().all(|c| need.columns.contains(c));
                let passed: Vec<Condition> = conditions.iter().filter(shared).cloned().collect();
                let read = Opening::to_read(catalog);
                let stands_for_it = single && view.triggers.is_empty() && view.rules.is_empty();
                let opening = if self.writes && !stands_for_it { &read } else { self };
                opening.open(&need.on, false, &passed, Some(&behind), depth + 1, effect, opened);
            }
            return;
        }
        if catalog.sequences.contains(name) {
            take(catalog, name, self.mode, through, effect);
        } else if !is_system(name) {
            fail(effect, format!("{name} does not exist"));
        }
    }

    fn table(
        &self,
        table: &'a Table,
        only: bool,
        conditions: &[Condition],
        through: Option<&str>,
        effect: &mut Effect,
        opened: &mut Vec<&'a Table>,
    ) {
        let catalog = self.catalog;
        match table.kind {
            TableKind::PartitionedTable => {
                let own = facts::PARENT_INDEX.on_server(catalog).is_some() || only;
                if own {
                    self.indexes(table, through, effect);
                }
                if only {
                    return;
                }
                let behind = format!("partition of {}", table.name);
                for partition in partitions::live(catalog, table, conditions) {
                    take(catalog, &partition.name, self.mode, Some(&behind), effect);
                    self.table(partition, false, conditions, Some(&behind), effect, opened);
                }
            }
            _ => {
                self.indexes(table, through, effect);
                opened.push(table);
                for heir in family(catalog, &table.name).into_iter().skip(1).filter(|_| !only) {
                    let behind = format!("inherits from {}", table.name);
                    take(catalog, &heir.name, self.mode, Some(&behind), effect);
                    self.indexes(heir, Some(&behind), effect);
                    opened.push(heir);
                }
            }
        }
    }

    fn indexes(&self, table: &Table, through: Option<&str>, effect: &mut Effect) {
        let Some(mode) = self.index_mode else { return };
        for index in &table.indexes {
            let name = table.name.sibling(&index.definition.name);
            match through {
                Some(through) => effect.take_through(&name, RelationKind::Index, mode, through),
                None => effect.take(&name, RelationKind::Index, mode),
            }
        }
    }
}

/// Everything behind a view, however deep: views and tables, each once.
pub(in crate::effects) fn behind_view(catalog: &Catalog, view: &Name) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    let mut next = vec![view.clone()];
    while let Some(name) = next.pop() {
        let view = catalog.view(&name).filter(|v| !v.materialized);
        for need in view.iter().flat_map(|v| &v.needs) {
            if !found.contains(&need.on) && need.on != name {
                found.push(need.on.clone());
                next.push(need.on.clone());
            }
        }
    }
    found
}

/// The columns a condition is about.
fn columns_of(condition: &Condition) -> Vec<String> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().flat_map(columns_of).collect(),
        Condition::Compare { subject, .. } => vec![subject.clone()],
        Condition::IsNull(subject) | Condition::NotNull(subject) => vec![subject.clone()],
        Condition::Known(_) => Vec::new(),
        // Something that is no column keeps it from being passed on.
        Condition::Other(text) => vec![text.clone()],
    }
}

/// Whether a name is the server's own.
pub(super) fn is_system(name: &Name) -> bool {
    name.schema == "information_schema" || name.schema.starts_with("pg_") || name.name.starts_with("pg_")
}
