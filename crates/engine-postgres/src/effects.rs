//! What the server does to carry one statement out.
//!
//! The lock on the table a change is about comes from [`crate::locks`]; this module adds what else is touched:
//! partitions, indexes, the other side of foreign keys, and what is rewritten, read or built.

mod column;
mod relation;

use std::sync::Arc;

use altimeter_catalog::{
    Blocks, Catalog, Change, Created, Effect, LockMode, Name, RelationKind, RowUpdate, Statement, Table,
    TableKind, TransactionUse,
};

use crate::locks::{Action, action_of, lock_of};

/// The effect of a statement on the catalog it would find.
pub(crate) fn effect(catalog: &Catalog, statement: &Statement) -> Effect {
    let mut effect = Effect::default();
    let mut schema = catalog.clone();
    for change in &statement.changes {
        one_effect(&mut schema, catalog, change, &mut effect);
    }
    if statement.commits {
        effect.transaction = TransactionUse::Forbidden;
    }
    let unclear = statement.syntax_error.as_ref().map(|e| format!("it is not SQL ({e})"));
    if let Some(reason) = unclear.or_else(|| statement.not_analysed.clone()) {
        // What is not understood is judged at the highest lock on all it names.
        for name in statement.mentions.iter().chain(statement.changes.iter().flat_map(Change::tables)) {
            effect.take(name, kind_of(catalog, name), LockMode::AccessExclusive);
        }
        effect.blocks = Blocks { reads: true, writes: true };
        effect.not_analysed = Some(reason);
    } else {
        let tables: Vec<Name> = statement.changes.iter().flat_map(|c| subjects(catalog, c)).collect();
        let modes: Vec<LockMode> = tables.iter().filter_map(|t| effect.lock_on(t)).collect();
        effect.blocks = Blocks {
            reads: modes.iter().any(|m| m.blocks_reads()),
            writes: modes.iter().any(|m| m.blocks_writes()),
        };
    }
    effect
}

/// Adds one change's effect and applies it, so that the next is judged on what it leaves.
fn one_effect(schema: &mut Catalog, before: &Catalog, change: &Change, effect: &mut Effect) {
    if let Change::Together(changes) = change {
        changes.iter().for_each(|c| one_effect(schema, before, c, effect));
        return;
    }
    let mut own = Effect::default();
    describe(schema, change, &mut own);
    // A relation the statement itself made is locked by nobody else.
    own.locks.retain(|l| before.has_relation(&l.object));
    effect.merge(own);
    if let Err(error) = schema.apply(change) {
        effect.fails.get_or_insert(error.to_string());
    }
}

fn describe(catalog: &Catalog, change: &Change, effect: &mut Effect) {
    let Some(action) = action_of(change) else { return };
    let mode = lock_of(action);
    match change {
        Change::AddColumn { table, column, .. } => {
            lock_family(catalog, table, mode, effect);
            column::added(catalog, table, column, effect);
        }
        Change::DropColumn { table, column, cascade, .. } => {
            lock_family(catalog, table, mode, effect);
            column::dropped(catalog, table, column, *cascade, effect);
        }
        Change::SetNotNull { table, column } => {
            lock_family(catalog, table, mode, effect);
            column::not_null(catalog, table, column, effect);
        }
        Change::RenameColumn { table, .. }
        | Change::DropNotNull { table, .. }
        | Change::SetDefault { table, .. }
        | Change::DropDefault { table, .. } => lock_family(catalog, table, mode, effect),
        Change::AddConstraint { table, constraint } => {
            lock_family(catalog, table, mode, effect);
            relation::constraint_added(catalog, table, constraint, effect);
        }
        Change::ValidateConstraint { table, name } => {
            lock_family(catalog, table, mode, effect);
            relation::constraint_validated(catalog, table, name, effect);
        }
        Change::DropConstraint { table, name, .. } => {
            lock_family(catalog, table, mode, effect);
            relation::constraint_dropped(catalog, table, name, effect);
        }
        Change::CreateIndex { index, concurrently, .. } => {
            lock_family(catalog, &index.table, mode, effect);
            scan(catalog, &index.table, effect);
            effect.creates.push(Created {
                object: index.table.sibling(&index.name),
                kind: RelationKind::Index,
                index: Some(index.clone()),
                concurrently: *concurrently,
            });
            if *concurrently {
                relation::concurrent(catalog, &index.table, "CREATE INDEX CONCURRENTLY", effect);
            }
        }
        Change::DropIndex { index, concurrently, .. } => {
            relation::index_dropped(catalog, index, *concurrently, effect)
        }
        Change::CreateTrigger(trigger) if trigger.per_row => {
            lock_family(catalog, &trigger.table, mode, effect)
        }
        Change::CreateTrigger(trigger) => lock(catalog, &trigger.table, mode, effect),
        Change::DropTrigger { table, .. } => lock_family(catalog, table, mode, effect),
        Change::GrantColumn { table, .. } => {
            // From 18 on GRANT locks the table so that it is not dropped meanwhile.
            let mode = (catalog.server.major() >= 18).then_some(LockMode::AccessShare);
            lock(catalog, table, mode, effect);
        }
        Change::Analyze { table, .. } => relation::analyzed(catalog, table, mode, effect),
        Change::Backfill(it) => {
            rows_updated(
                catalog,
                &it.table,
                std::slice::from_ref(&it.column),
                Some((it.batch_rows, it.pause_ms)),
                effect,
            );
        }
        Change::UpdateRows { table, columns, limited } => {
            rows_updated(catalog, table, columns, None, effect);
            if !limited {
                scan(catalog, table, effect);
            }
        }
        Change::CreateFunction(_) | Change::DropFunction { .. } | Change::Together(_) => {}
    }
}

fn rows_updated(
    catalog: &Catalog,
    table: &Name,
    columns: &[String],
    batch: Option<(u32, u32)>,
    effect: &mut Effect,
) {
    let mode = lock_of(Action::UpdateRows);
    lock_family(catalog, table, mode, effect);
    for t in family(catalog, table) {
        for index in &t.indexes {
            effect.take(&t.name.sibling(&index.definition.name), RelationKind::Index, LockMode::RowExclusive);
        }
    }
    effect.updates.push(RowUpdate {
        object: table.clone(),
        columns: columns.to_vec(),
        batch_rows: batch.map(|(rows, _)| rows),
        pause_ms: batch.map_or(0, |(_, pause)| pause),
    });
    if batch.is_some() {
        effect.transaction = TransactionUse::Forbidden;
        scan(catalog, table, effect);
    }
}

/// The tables a statement is about, for `blocks`: an index stands for its table.
fn subjects(catalog: &Catalog, change: &Change) -> Vec<Name> {
    match change {
        Change::DropIndex { index, .. } => {
            catalog.index(index).map(|(t, _)| t.name.clone()).into_iter().collect()
        }
        Change::Together(changes) => changes.iter().flat_map(|c| subjects(catalog, c)).collect(),
        change => change.tables().into_iter().cloned().collect(),
    }
}

/// A table with its partitions and the tables that inherit from it, which follow its changes.
fn family<'a>(catalog: &'a Catalog, table: &Name) -> Vec<&'a Table> {
    let mut found: Vec<&Table> =
        catalog.table(table).into_iter().chain(catalog.partitions_of(table)).collect();
    let mut next = 0;
    while let Some(parent) = found.get(next) {
        let heirs = catalog.tables.iter().map(Arc::as_ref).filter(|t| t.inherits.contains(&parent.name));
        let new: Vec<&Table> = heirs.filter(|t| !found.iter().any(|f| f.name == t.name)).collect();
        found.extend(new);
        next += 1;
    }
    found
}

fn lock_family(catalog: &Catalog, table: &Name, mode: Option<LockMode>, effect: &mut Effect) {
    for t in family(catalog, table) {
        lock(catalog, &t.name, mode, effect);
    }
}

fn lock(catalog: &Catalog, name: &Name, mode: Option<LockMode>, effect: &mut Effect) {
    if let Some(mode) = mode {
        effect.take(name, kind_of(catalog, name), mode);
    }
}

/// Notes that the tables which hold the rows are read from end to end.
fn scan(catalog: &Catalog, table: &Name, effect: &mut Effect) {
    for t in family(catalog, table).iter().filter(|t| t.kind != TableKind::PartitionedTable) {
        if !effect.scans.contains(&t.name) {
            effect.scans.push(t.name.clone());
        }
    }
}

fn kind_of(catalog: &Catalog, name: &Name) -> RelationKind {
    if let Some(table) = catalog.table(name) {
        return match table.kind {
            TableKind::PartitionedTable => RelationKind::PartitionedTable,
            _ => RelationKind::Table,
        };
    }
    match catalog.view(name) {
        Some(view) if view.materialized => RelationKind::MaterializedView,
        Some(_) => RelationKind::View,
        None if catalog.sequences.iter().any(|s| &s.name == name) => RelationKind::Sequence,
        None => RelationKind::Index,
    }
}
