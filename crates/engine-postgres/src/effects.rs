//! What the server does to carry one statement out.
//!
//! The lock on the table a change is about comes from [`crate::locks`]; this module adds what else is touched:
//! partitions, indexes, the other side of foreign keys, and what is rewritten, read or built.

mod alter;
mod blocks;
mod index;
mod maintenance;
mod object;
mod partition;
mod relation;
mod renamed;
pub(crate) mod rows;
mod trigger;

use std::borrow::Cow;

use altimeter_catalog::{
    Blocks, Catalog, Change, Effect, LockMode, Name, RelationChange, RelationKind, SessionChange, Statement,
    Table, TableKind, TransactionUse,
};

use crate::locks::LockFact;
use renamed::Renamed;

/// The effect of a statement on the catalog it would find, and the schema it leaves, see [`Engine::outcome`].
///
/// [`Engine::outcome`]: altimeter_catalog::Engine::outcome
pub(crate) fn outcome(catalog: &Catalog, statement: &Statement) -> (Effect, Option<Catalog>) {
    if let Some(reason) = &statement.too_new {
        // It is refused before it takes any lock.
        return (Effect { fails: Some(reason.clone()), ..Effect::default() }, None);
    }
    let mut effect = Effect::default();
    let mut schema = Cow::Borrowed(catalog);
    let mut renamed = Renamed::default();
    for change in &statement.changes {
        one_effect(&mut schema, (catalog, &mut renamed), change, &mut effect);
    }
    if statement.commits {
        effect.transaction = TransactionUse::Forbidden;
    }
    statement.remarks.iter().for_each(|remark| effect.remark(remark));
    let unclear = statement.syntax_error.as_ref().map(|e| format!("it is not SQL ({e})"));
    if let Some(reason) = unclear.or_else(|| statement.not_analysed.clone()) {
        // What is not understood is judged at the highest lock on all it names.
        for name in statement.mentions.iter().chain(statement.changes.iter().flat_map(Change::tables)) {
            effect.take(name, kind_of(catalog, name), LockMode::AccessExclusive);
        }
        effect.blocks = Blocks { reads: true, writes: true };
        effect.not_analysed = Some(reason);
    } else {
        effect.blocks = blocks::of(catalog, &statement.changes, &effect);
    }
    let whole = effect.fails.is_none() && statement.changes.iter().all(is_of_schema);
    let left = match schema {
        Cow::Owned(schema) if whole => Some(schema),
        _ => None,
    };
    (effect, left)
}

/// Whether a change is one of the schema alone: rows and settings change none, and large files are made of them.
fn is_of_schema(change: &Change) -> bool {
    match change {
        Change::Rows(_) | Change::Session(_) => false,
        Change::Together(changes) | Change::Written { changes, .. } => changes.iter().all(is_of_schema),
        _ => true,
    }
}

/// Adds one change's effect and applies it, so that the next is judged on what it leaves.
fn one_effect(
    schema: &mut Cow<'_, Catalog>,
    (before, renamed): (&Catalog, &mut Renamed),
    change: &Change,
    effect: &mut Effect,
) {
    if let Change::Together(changes) | Change::Written { changes, .. } = change {
        changes.iter().for_each(|c| one_effect(schema, (before, renamed), c, effect));
        if effect.transaction == TransactionUse::Forbidden {
            fail(effect, "the server refuses one of its statements inside a block or function".to_owned());
        }
        return;
    }
    let mut own = Effect::default();
    let left = describe(schema, change, &mut own);
    effect.merge(renamed.in_names_of(before, own));
    renamed.follow(change);
    if let Some(left) = left {
        *schema = Cow::Owned(left);
    } else if is_of_schema(change)
        && let Err(error) = schema.to_mut().apply(change)
    {
        effect.fails.get_or_insert(error.to_string());
    }
}

/// Adds what one change does; gives the schema it leaves where that had to be worked out.
fn describe(catalog: &Catalog, change: &Change, effect: &mut Effect) -> Option<Catalog> {
    match change {
        Change::AddColumn { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::SetNotNull { .. }
        | Change::DropNotNull { .. }
        | Change::SetDefault { .. }
        | Change::DropDefault { .. }
        | Change::AddConstraint { .. }
        | Change::ValidateConstraint { .. }
        | Change::DropConstraint { .. }
        | Change::AlterColumn { .. }
        | Change::AlterWhole { .. } => return alter::one(catalog, change, effect),
        Change::AlterTable(it) => return alter::several(catalog, it, effect),
        Change::CreateIndex { index, concurrently, .. } => {
            index::created(catalog, index, *concurrently, effect)
        }
        Change::DropIndex { index, concurrently, if_exists } => {
            index::dropped(catalog, index, *concurrently, *if_exists, effect)
        }
        Change::CreateFunction(_)
        | Change::DropFunction { .. }
        | Change::CreateTrigger(_)
        | Change::DropTrigger { .. }
        | Change::GrantColumn { .. } => object::known(catalog, change, effect),
        Change::Object(it) => object::other(catalog, it, effect),
        Change::Relation(RelationChange::RefreshView { view, concurrently, with_data }) => {
            maintenance::refreshed(catalog, view, *concurrently, *with_data, effect);
        }
        Change::Relation(it) => relation::changed(catalog, it, effect),
        Change::Partition(it) => partition::changed(catalog, it, effect),
        // No one statement does it.
        Change::Reshape(_) | Change::MoveColumns(_) => {}
        Change::Analyze { table, .. } => maintenance::analyzed(catalog, table, effect),
        Change::Maintain(it) => maintenance::maintained(catalog, it, effect),
        Change::Backfill(it) => rows::backfilled(catalog, it, effect),
        Change::CopyRows(it) => rows::copied(catalog, it, effect),
        Change::Sweep(it) => rows::swept(catalog, it, effect),
        Change::Rows(it) => rows::changed(catalog, it, effect),
        Change::Session(it) => session(it, effect),
        Change::Together(changes) | Change::Written { changes, .. } => {
            changes.iter().for_each(|c| drop(describe(catalog, c, effect)));
        }
    }
    None
}

/// Statements about the session lock nothing. Some the server refuses inside a transaction block.
fn session(change: &SessionChange, effect: &mut Effect) {
    const OUTSIDE: &[&str] = &["COMMIT PREPARED", "ROLLBACK PREPARED", "DISCARD ALL"];
    if matches!(change, SessionChange::Other { what } if OUTSIDE.contains(&what.as_str())) {
        effect.transaction = TransactionUse::Forbidden;
    }
}

/// A table with its partitions and the tables that inherit from it, which follow its changes.
fn family<'a>(catalog: &'a Catalog, table: &Name) -> Vec<&'a Table> {
    let mut found: Vec<&Table> =
        catalog.table(table).into_iter().chain(catalog.partitions_of(table)).collect();
    let mut next = 0;
    while let Some(parent) = found.get(next) {
        let heirs = catalog.heirs_of(&parent.name).filter(|t| t.inherits.contains(&parent.name));
        let new: Vec<&Table> = heirs.filter(|t| !found.iter().any(|f| f.name == t.name)).collect();
        found.extend(new);
        next += 1;
    }
    found
}

/// Takes a lock by the lock table on a table, its partitions and the tables that inherit from it.
fn lock_family(catalog: &Catalog, table: &Name, fact: &LockFact, effect: &mut Effect) {
    let Some(mode) = fact.on_server(catalog) else { return };
    for t in family(catalog, table) {
        if &t.name == table {
            lock(catalog, table, Some(mode), effect);
        } else {
            let below = if t.partition_of.is_some() { "partition of" } else { "inherits from" };
            effect.take_through(&t.name, kind_of(catalog, &t.name), mode, &format!("{below} {table}"));
        }
    }
}

/// Takes a lock by the lock table on one relation.
fn lock_by(catalog: &Catalog, name: &Name, fact: &LockFact, effect: &mut Effect) {
    lock(catalog, name, fact.on_server(catalog), effect);
}

/// Takes a lock by the lock table on one relation that the statement comes to through something; through nothing,
/// if it names it.
fn take_by(catalog: &Catalog, name: &Name, fact: &LockFact, through: &str, effect: &mut Effect) {
    match fact.on_server(catalog) {
        Some(mode) if through.is_empty() => effect.take(name, kind_of(catalog, name), mode),
        Some(mode) => effect.take_through(name, kind_of(catalog, name), mode, through),
        None => {}
    }
}

/// The partitions of a table at any depth, without heirs of the old kind.
fn partitions<'a>(catalog: &'a Catalog, table: &Name) -> Vec<&'a Table> {
    catalog.partitions_of(table)
}

fn lock(catalog: &Catalog, name: &Name, mode: Option<LockMode>, effect: &mut Effect) {
    if let Some(mode) = mode {
        effect.take(name, kind_of(catalog, name), mode);
    }
}

/// Takes a lock by the lock table on the indexes of one table.
fn lock_indexes(catalog: &Catalog, table: &Table, fact: &LockFact, effect: &mut Effect) {
    let Some(mode) = fact.on_server(catalog) else { return };
    for index in &table.indexes {
        effect.take(&table.name.sibling(&index.definition.name), RelationKind::Index, mode);
    }
}

/// Notes that one table is read from end to end. Of an empty one there is nothing to read.
fn scan_one(table: &Table, effect: &mut Effect) {
    if !is_empty(table) && !effect.scans.contains(&table.name) {
        effect.scans.push(table.name.clone());
    }
}

/// Whether a table is known to hold no row.
fn is_empty(table: &Table) -> bool {
    table.size.heap_bytes == Some(0)
}

/// Notes that the server refuses the statement, unless another reason is known already.
fn fail(effect: &mut Effect, reason: String) {
    effect.fails.get_or_insert(reason);
}

/// Notes that the tables which hold the rows are read from end to end.
fn scan(catalog: &Catalog, table: &Name, effect: &mut Effect) {
    for t in family(catalog, table).iter().filter(|t| t.kind != TableKind::PartitionedTable) {
        scan_one(t, effect);
    }
}

fn kind_of(catalog: &Catalog, name: &Name) -> RelationKind {
    if let Some(table) = catalog.table(name) {
        return match table.kind {
            TableKind::PartitionedTable => RelationKind::PartitionedTable,
            TableKind::MaterializedView => RelationKind::MaterializedView,
            _ => RelationKind::Table,
        };
    }
    match catalog.view(name) {
        Some(view) if view.materialized => RelationKind::MaterializedView,
        Some(_) => RelationKind::View,
        None if catalog.sequences.contains(name) => RelationKind::Sequence,
        None => RelationKind::Index,
    }
}
