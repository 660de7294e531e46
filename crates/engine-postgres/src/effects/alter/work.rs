//! What one `ALTER TABLE` has gathered to do.

use std::collections::BTreeMap;

use altimeter_catalog::{AlterTable, Catalog, Change, Created, Effect, LockMode, Name, RelationKind, Table};

use super::super::kind_of;
use crate::locks::{LockFact, alter as facts};

/// The state of one statement while its actions are carried out.
pub(super) struct Work<'a> {
    /// The schema the statement finds.
    pub(super) before: &'a Catalog,
    /// The schema the actions so far leave.
    pub(super) schema: Catalog,
    /// The table it is about.
    pub(super) table: Name,
    /// Whether tables below are reached, unless an action is not for them.
    pub(super) recurse: bool,
    /// The strongest lock of the actions.
    mode: LockMode,
    tables: BTreeMap<Name, Todo>,
    compared: Vec<Comparison>,
    effect: &'a mut Effect,
}

/// What is done to one table at the end.
#[derive(Default)]
struct Todo {
    /// Written anew because of a column's type, before any action is carried out.
    retyped: bool,
    /// Written anew.
    rewritten: bool,
    /// Copied block by block, its rows unread.
    copied: bool,
    /// Read from end to end.
    read: bool,
    /// Indexes built, by name.
    built: Vec<String>,
}

/// A foreign key whose rows are compared at the end.
struct Comparison {
    from: Name,
    to: Name,
    /// The column is new and empty, so there is nothing to look for.
    all_null: bool,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        before: &'a Catalog,
        table: &Name,
        recurse: bool,
        mode: LockMode,
        effect: &'a mut Effect,
    ) -> Self {
        effect.take(table, kind_of(before, table), mode);
        Self {
            before,
            schema: before.clone(),
            table: table.clone(),
            recurse,
            mode,
            tables: BTreeMap::new(),
            compared: Vec::new(),
            effect,
        }
    }

    /// The server refuses the statement; the first reason counts.
    pub(super) fn fail(&mut self, reason: Option<String>) {
        if let Some(reason) = reason {
            self.effect.fails.get_or_insert(reason);
        }
    }

    /// Carries an action out on the schema, for those after it.
    pub(super) fn apply(&mut self, action: &Change) {
        let alone = AlterTable {
            table: self.table.clone(),
            only: !self.recurse,
            if_exists: false,
            actions: vec![action.clone()],
        };
        let refused = self.schema.apply(&Change::AlterTable(alone)).err();
        self.fail(refused.map(|e| e.to_string()));
    }

    /// The table it is about; none if the statement names another kind of relation.
    pub(super) fn main(&self) -> Option<Table> {
        self.schema.table(&self.table).cloned()
    }

    /// The table and, if they are reached, those below it.
    pub(super) fn reached(&self) -> Vec<Name> {
        let mut names = vec![self.table.clone()];
        if self.recurse {
            names.extend(self.below());
        }
        names
    }

    /// All tables below.
    pub(super) fn below(&self) -> Vec<Name> {
        self.schema.descendants_of(&self.table).iter().map(|t| t.name.clone()).collect()
    }

    /// Locks tables below with the statement's own lock.
    pub(super) fn lock_below<'n>(&mut self, names: impl IntoIterator<Item = &'n Name>) {
        let mode = self.mode;
        names.into_iter().for_each(|name| self.lock_heir(name, mode));
    }

    /// Locks a table below.
    pub(super) fn lock_heir(&mut self, name: &Name, mode: LockMode) {
        if name == &self.table {
            return;
        }
        let partition = self.before.table(name).is_some_and(|t| t.partition_of.is_some());
        let through = format!("{} {}", if partition { "partition of" } else { "inherits from" }, self.table);
        self.effect.take_through(name, kind_of(self.before, name), mode, &through);
    }

    /// Takes a lock by the lock table on a relation the statement does not name.
    pub(super) fn lock_through(&mut self, name: &Name, fact: &LockFact, through: &str) {
        if let Some(mode) = fact.on_server(self.before) {
            self.effect.take_through(name, kind_of(self.before, name), mode, through);
        }
    }

    /// Takes a lock by the lock table on an index.
    pub(super) fn lock_index(&mut self, index: &Name, fact: &LockFact) {
        if let Some(mode) = fact.on_server(self.before) {
            self.effect.take(index, RelationKind::Index, mode);
        }
    }

    /// Takes a lock by the lock table on a sequence.
    pub(super) fn lock_sequence(&mut self, sequence: &Name, fact: &LockFact) {
        if let Some(mode) = fact.on_server(self.before) {
            self.effect.take(sequence, RelationKind::Sequence, mode);
        }
    }

    /// Takes a lock by the lock table on a table and its partitions.
    pub(super) fn lock_with_partitions(&mut self, table: &Name, fact: &LockFact, through: &str) {
        let names: Vec<Name> = with_partitions(self.before, table);
        names.iter().for_each(|name| self.lock_through(name, fact, through));
    }

    /// Takes locks on the referenced side of a foreign key: one on tables that hold rows, one on partitioned parents.
    pub(super) fn lock_referenced(
        &mut self,
        table: &Name,
        rows: &LockFact,
        parent: &LockFact,
        through: &str,
    ) {
        for name in with_partitions(self.before, table) {
            let partitioned = self.before.table(&name).is_some_and(|t| t.partition_key.is_some());
            self.lock_through(&name, if partitioned { parent } else { rows }, through);
        }
    }

    /// The relation is gone afterwards.
    pub(super) fn drop(&mut self, name: &Name) {
        if !self.effect.drops.contains(name) {
            self.effect.drops.push(name.clone());
        }
    }

    /// A column's type makes the server write the table anew, known before anything is done.
    pub(super) fn retype(&mut self, table: &Name) {
        let todo = self.tables.entry(table.clone()).or_default();
        (todo.retyped, todo.rewritten) = (true, true);
    }

    /// Whether a column's type makes the server write the table anew.
    pub(super) fn is_retyped(&self, table: &Name) -> bool {
        self.tables.get(table).is_some_and(|t| t.retyped)
    }

    /// The table is written anew.
    pub(super) fn rewrite(&mut self, table: &Name) {
        self.tables.entry(table.clone()).or_default().rewritten = true;
    }

    /// The table's file is copied.
    pub(super) fn copy(&mut self, table: &Name) {
        self.tables.entry(table.clone()).or_default().copied = true;
    }

    /// The table is read from end to end.
    pub(super) fn read(&mut self, table: &Name) {
        self.tables.entry(table.clone()).or_default().read = true;
    }

    /// An index of the table is built.
    pub(super) fn build(&mut self, table: &Name, index: &str) {
        self.tables.entry(table.clone()).or_default().built.push(index.to_owned());
    }

    /// A relation the statement makes.
    pub(super) fn create(&mut self, created: Created) {
        self.effect.creates.push(created);
    }

    /// The rows of a foreign key are compared at the end.
    pub(super) fn compare(&mut self, from: &Name, to: &Name, all_null: bool) {
        self.compared.push(Comparison { from: from.clone(), to: to.clone(), all_null });
    }

    /// What was gathered, done. Gives the schema the actions leave; none if the server refuses one.
    pub(super) fn finish(mut self) -> Option<Catalog> {
        for (name, todo) in std::mem::take(&mut self.tables) {
            let Some(table) = self.schema.table(&name).cloned().filter(|t| t.kind.has_heap()) else {
                continue;
            };
            self.finish_table(&table, &todo);
        }
        for comparison in std::mem::take(&mut self.compared) {
            self.compare_rows(&comparison);
        }
        // What goes and comes back under the same name is not gone.
        let back: Vec<Name> = self.effect.creates.iter().map(|c| c.object.clone()).collect();
        self.effect.drops.retain(|d| !back.contains(d));
        self.effect.fails.is_none().then_some(self.schema)
    }

    fn finish_table(&mut self, table: &Table, todo: &Todo) {
        if todo.rewritten || todo.copied {
            add(&mut self.effect.rewrites, &table.name);
        }
        if todo.rewritten || todo.read || !todo.built.is_empty() {
            add(&mut self.effect.scans, &table.name);
        }
        for index in &table.indexes {
            let name = table.name.sibling(&index.definition.name);
            if todo.rewritten {
                self.lock_index(&name, &facts::REWRITE_INDEX);
            }
            let built = todo.rewritten || todo.built.contains(&index.definition.name);
            if built && self.before.index(&name).is_some() {
                add(&mut self.effect.index_builds, &name);
            }
        }
    }

    /// Both tables are read, in a query of the server's own that opens all their indexes.
    fn compare_rows(&mut self, comparison: &Comparison) {
        let through = |what: &Name| format!("foreign key to {what}");
        let from: Vec<Table> = leaves(&self.schema, &comparison.from);
        let to: Vec<Table> = with_partitions(&self.schema, &comparison.to)
            .iter()
            .filter_map(|name| self.schema.table(name).cloned())
            .collect();
        for table in from.iter().filter(|t| t.kind.has_heap()) {
            add(&mut self.effect.scans, &table.name);
        }
        for table in to.iter().filter(|t| t.kind.has_heap() && !comparison.all_null) {
            add(&mut self.effect.scans, &table.name);
        }
        for table in from.iter().chain(&to) {
            self.lock_through(&table.name, &facts::FOREIGN_KEY_READ, &through(&comparison.to));
            let fact = match table.partition_key {
                Some(_) => &facts::FOREIGN_KEY_READ_PARENT_INDEX,
                None => &facts::FOREIGN_KEY_READ,
            };
            for index in &table.indexes {
                self.lock_index(&table.name.sibling(&index.definition.name), fact);
            }
        }
    }
}

/// A table and its partitions, those that inherit from it left out.
fn with_partitions(catalog: &Catalog, table: &Name) -> Vec<Name> {
    let partitions = catalog.partitions_of(table).into_iter().map(|t| t.name.clone());
    std::iter::once(table.clone()).chain(partitions).collect()
}

/// The tables that hold the rows of a foreign key's own side: its constraint is one of each partition.
fn leaves(catalog: &Catalog, table: &Name) -> Vec<Table> {
    let partitioned = catalog.table(table).is_some_and(|t| t.partition_key.is_some());
    let all = with_partitions(catalog, table);
    let found = all.iter().filter_map(|name| catalog.table(name));
    found.filter(|t| !partitioned || t.partition_key.is_none()).cloned().collect()
}

fn add(names: &mut Vec<Name>, name: &Name) {
    if !names.contains(name) {
        names.push(name.clone());
    }
}
