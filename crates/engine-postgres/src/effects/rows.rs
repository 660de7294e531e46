//! Rows read and written.

mod open;
mod reach;
mod reference;
mod write;

use altimeter_catalog::{
    Backfill, Catalog, Change, CopyRows, Effect, LockMode, Name, RowUpdate, RowsChange, Sweep, SweepWork,
    TransactionUse, WriteCommand,
};

use super::{family, is_empty, lock, lock_family, lock_indexes, scan, scan_one, trigger};
use crate::implication::Condition;
use crate::locks::rows as facts;
use open::Opening;
pub(super) use open::behind_view;
pub(crate) use reach::matched;
pub(super) use write::{Written, written};

/// How far triggers, cascades and functions are followed.
const DEEPEST: usize = 6;

/// A statement that reads or writes rows.
pub(super) fn changed(catalog: &Catalog, change: &RowsChange, effect: &mut Effect) {
    for number in 0..change.reads.len() {
        read(catalog, change, number, effect);
    }
    for it in &change.writes {
        write::by_statement(catalog, change, it, effect);
    }
    if change.planned_only {
        return;
    }
    for sequence in &change.sequences {
        lock(catalog, sequence, facts::NEXTVAL.on_server(catalog), effect);
    }
    for function in &change.calls {
        trigger::called(catalog, function, &format!("function {}", function.name), 0, effect);
    }
}

/// One mention: what is opened for it, and what of that is read from end to end.
fn read(catalog: &Catalog, change: &RowsChange, number: usize, effect: &mut Effect) {
    let Some(mention) = change.reads.get(number) else { return };
    let target = change.writes.iter().any(|w| w.read == Some(number));
    let opening = match () {
        () if target => Opening::to_write(catalog),
        () if change.unplanned => Opening::new(catalog, &facts::COPY_TO, &facts::COPY_TO_INDEX),
        () if mention.locks_rows => {
            Opening::new(catalog, &facts::SELECT_FOR_UPDATE, &facts::SELECT_FOR_UPDATE)
        }
        () => Opening::to_read(catalog),
    };
    let conditions: Vec<Condition> = mention.conditions.iter().map(|c| Condition::parse(c)).collect();
    let opened = opening.relation(&mention.relation.name, mention.relation.only, &conditions, None, effect);
    if change.planned_only {
        return;
    }
    for table in opened {
        if reach::is_full(catalog, change, number, table) {
            scan_one(table, effect);
        }
    }
}

/// What running a view's query reads.
pub(super) fn read_by_view(catalog: &Catalog, view: &Name, effect: &mut Effect) {
    let needs = catalog.view(view).map(|v| v.needs.clone()).unwrap_or_default();
    let through = format!("the query of {view}");
    for need in needs {
        read_all_of(catalog, &need.on, &through, effect);
    }
}

/// Reads every row of a relation for a query.
pub(super) fn read_all_of(catalog: &Catalog, relation: &Name, through: &str, effect: &mut Effect) {
    for table in Opening::to_read(catalog).relation(relation, false, &[], Some(through), effect) {
        scan_one(table, effect);
    }
}

/// Opens a relation for a statement of a function, of whose conditions nothing is known.
pub(super) fn opened(catalog: &Catalog, name: &Name, mode: LockMode, through: &str, effect: &mut Effect) {
    Opening::in_mode(catalog, mode).relation(name, false, &[], Some(through), effect);
}

/// An update in batches, each committed on its own.
pub(super) fn backfilled(catalog: &Catalog, it: &Backfill, effect: &mut Effect) {
    lock_family(catalog, &it.table, &facts::UPDATE, effect);
    for table in family(catalog, &it.table) {
        lock_indexes(catalog, table, &facts::UPDATE, effect);
    }
    effect.updates.push(RowUpdate {
        object: it.table.clone(),
        command: WriteCommand::Update,
        columns: vec![it.column.clone()],
        rows: None,
        assumed: false,
        batch_rows: Some(it.batch_rows),
        pause_ms: it.pause_ms,
    });
    effect.transaction = TransactionUse::Forbidden;
    scan(catalog, &it.table, effect);
}

/// Rows locked in one table and inserted into another in batches, each committed on its own.
pub(super) fn copied(catalog: &Catalog, it: &CopyRows, effect: &mut Effect) {
    Opening::new(catalog, &facts::SELECT_FOR_UPDATE, &facts::SELECT_FOR_UPDATE).relation(
        &it.from,
        false,
        &[],
        None,
        effect,
    );
    Opening::to_read(catalog).relation(&it.into, false, &[], None, effect);
    let into =
        Written { command: WriteCommand::Insert, table: &it.into, given: None, through: None, depth: 0 };
    written(catalog, &into, effect);
    effect.updates.push(RowUpdate {
        object: it.from.clone(),
        command: WriteCommand::Insert,
        columns: it.columns.clone(),
        rows: catalog.table(&it.from).and_then(|t| t.size.rows),
        batch_rows: Some(it.batch_rows),
        pause_ms: it.pause_ms,
        assumed: false,
    });
    effect.transaction = TransactionUse::Forbidden;
    scan(catalog, &it.from, effect);
}

/// Rows written in batches, each committed on its own: what one statement over all of them does.
pub(super) fn swept(catalog: &Catalog, it: &Sweep, effect: &mut Effect) {
    let statement = crate::dialect::in_one_statement(catalog, it);
    match crate::undo::written(catalog, statement) {
        Some(Change::Written { changes, .. }) => {
            for change in &changes {
                super::describe(catalog, change, effect);
            }
        }
        _ => effect.not_analysed = Some("what it does in each batch cannot be told".to_owned()),
    }
    let walked = match &it.work {
        SweepWork::Delete { condition, .. } | SweepWork::Set { condition, .. } => {
            matched(catalog, &it.table, condition.as_deref())
        }
        SweepWork::Copy { .. } | SweepWork::Give { .. } | SweepWork::SetBack { .. } => {
            catalog.table(&it.table).and_then(|t| t.size.rows).map(|n| (n, n, n))
        }
    };
    let written = it.written();
    for update in &mut effect.updates {
        update.batch_rows = Some(it.batch_rows);
        update.pause_ms = it.pause_ms;
        if let Some((fewest, likely, most)) = walked.filter(|_| written.contains(&&update.object)) {
            update.rows = Some(likely);
            update.assumed = fewest <= 0.0 && most > likely;
        }
    }
    effect.transaction = TransactionUse::Forbidden;
    scan(catalog, &it.table, effect);
}

/// Adds a lock that the statement comes to by itself or through something.
fn take(catalog: &Catalog, name: &Name, mode: LockMode, through: Option<&str>, effect: &mut Effect) {
    let kind = super::kind_of(catalog, name);
    match through {
        Some(through) => effect.take_through(name, kind, mode, through),
        None => effect.take(name, kind, mode),
    }
}

#[cfg(test)]
mod tests;
