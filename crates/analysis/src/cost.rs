//! What a statement costs: from its effect and the catalog's statistics to ranges with a basis.
//!
//! Volumes follow from how the server lays rows and entries out (`layout`), times from rows and bytes at the speed of the
//! host (`throughput`). See `docs/decisions/0015-estimates-from-pages-and-probes.md`, and `docs/accuracy.md` for how well
//! that holds.

mod history;
mod host;
mod index;
mod lag;
mod layout;
mod methods;
mod rewrite;
#[cfg(test)]
mod tests;
pub mod throughput;
mod update;
mod wait;

use altimeter_catalog::{
    Catalog, Change, Effect, Index, Name, PastKind, Persistence, RelationChange, Table, TableAction,
};

use crate::{Elsewhere, Estimate, Range};
pub use history::calibrate;
use host::Host;
pub use index::index_bytes;
use rewrite::Manner;
pub use update::{row_update_log, typical_row_update_us};
pub(crate) use wait::stopped_per_second;

/// A statement that is about to run.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// The catalog before it.
    pub before: &'a Catalog,
    /// The schema it leaves; none where that is not known.
    pub after: Option<&'a Catalog>,
    /// What it changes.
    pub changes: &'a [Change],
    /// What the server does for it.
    pub effect: &'a Effect,
    /// The longest it waits for a lock, in ms; none for no limit.
    pub lock_timeout_ms: Option<u32>,
    /// Whether the estimate keeps its arithmetic.
    pub explain: bool,
}

impl<'a> Work<'a> {
    /// A statement of which its effect is known, and not what it leaves.
    pub fn new(before: &'a Catalog, effect: &'a Effect, lock_timeout_ms: Option<u32>) -> Self {
        Self { before, after: None, changes: &[], effect, lock_timeout_ms, explain: false }
    }
}

/// The cost of one statement.
pub fn estimate(work: &Work<'_>) -> Estimate {
    let (catalog, effect) = (work.before, work.effect);
    let host = Host::new(catalog, work.explain);
    let mut total = catalog_only(host);
    let page_by_page = work.changes.iter().flat_map(Change::parts).any(is_page_by_page);
    let manner = if page_by_page { Manner::Pages } else { Manner::Rows };
    for name in &effect.rewrites {
        let after = work.after.and_then(|after| after.table(name));
        let cost = |table: &Table| rewrite::rewrite(host, (table, after.unwrap_or(table)), manner);
        // It is written where it is to be.
        let place = after.or(catalog.table(name)).and_then(|t| t.tablespace.as_ref());
        add(&mut total, placed(place, table_of(host, name, cost)));
    }
    for created in &effect.creates {
        if let Some(definition) = &created.index {
            let build = |table: &Table| match created.excludes {
                true => index::build_excluding(host, table, definition),
                false => index::build(host, table, definition, created.concurrently),
            };
            add(&mut total, placed(definition.tablespace.as_ref(), table_of(host, &definition.table, build)));
        }
    }
    let rebuilt: Vec<(&Table, &Index)> = effect
        .index_builds
        .iter()
        .filter_map(|name| catalog.index(name))
        .filter(|(table, _)| !effect.rewrites.contains(&table.name))
        .collect();
    for (table, index) in &rebuilt {
        let concurrently = effect.waits_for_transactions;
        let cost = |t: &Table| index::rebuild(host, t, index, concurrently);
        add(&mut total, placed(index.definition.tablespace.as_ref(), table_of(host, &table.name, cost)));
    }
    for update in &effect.updates {
        let searched = effect.scans.contains(&update.object);
        let cost = |table: &Table| update::rows(host, table, update, searched);
        let place = catalog.table(&update.object).and_then(|t| t.tablespace.as_ref());
        add(&mut total, placed(place, table_of(host, &update.object, cost)));
    }
    let worked_on = |table: &&Name| {
        effect.rewrites.contains(table)
            || rebuilt.iter().any(|(t, _)| &t.name == *table)
            || effect.updates.iter().any(|u| &u.object == *table)
            || effect.creates.iter().any(|c| c.index.as_ref().is_some_and(|i| &i.table == *table))
    };
    for table in effect.scans.iter().filter(|t| !worked_on(t)) {
        add(&mut total, table_of(host, table, |table| scan(host, table)));
    }
    for (name, what, us) in besides(work) {
        let cost = |table: &Table| {
            let duration = throughput::per_row_ms(host, what, layout::rows(table)?, us);
            Some(Estimate { duration_ms: Some(duration), ..Estimate::nothing() })
        };
        add(&mut total, table_of(host, name, cost));
    }
    for dropped in &effect.drops {
        if let Some((_, index)) = catalog.index(dropped) {
            let gone = |b: u64| [(b as f64, "bytes of the index"), (-1.0, "given back")];
            let freed = index.bytes.map(|b| {
                host.share("what is there now", &gone(b), (1.0, 1.0), &["index size"]).about(dropped)
            });
            total.disk_after_bytes = match (total.disk_after_bytes, freed) {
                (Some(after), Some(freed)) => Some(after.plus(&freed)),
                _ => None,
            };
        }
    }
    if let (Some(duration), Some(log)) = (&total.duration_ms, &total.wal_bytes) {
        total.duration_ms = Some(duration.plus(&throughput::log_ms(host, log)));
    }
    total.replica_lag_ms = lag::lag(host, effect, &total);
    wait::add_waiting(host, effect, work.lock_timeout_ms, &mut total);
    if work.explain {
        let others = [&mut total.blocked_ms, &mut total.queries_queued, &mut total.replica_lag_ms];
        others.into_iter().for_each(|q| host.complete(q));
        quantities(&mut total).into_iter().for_each(|q| host.complete(q));
    }
    total
}

/// What each row of a table takes besides being read or written, and in how many microseconds: a random UUID it is
/// given, a row of another table it is held against.
fn besides<'a>(work: &Work<'a>) -> Vec<(&'a Name, &'static str, f64)> {
    const UUID: (&str, f64) = ("making random UUIDs", throughput::RANDOM_UUID_US);
    const KEY: (&str, f64) = ("looking for the rows referred to", throughput::COMPARE_KEY_US);
    let is_foreign = |table: &Name, name: &str| {
        let constraints = work.before.table(table).map(|t| t.constraints.as_slice()).unwrap_or_default();
        constraints.iter().any(|c| c.name == name && c.foreign.is_some())
    };
    let parts = work.changes.iter().flat_map(Change::parts);
    let taken = parts.filter_map(|change| match change {
        Change::AddColumn { table, column, .. } => {
            let random = column.default.as_deref().is_some_and(|d| d.contains("uuid"));
            (random && work.effect.rewrites.contains(table)).then_some((table, UUID))
        }
        Change::ValidateConstraint { table, name } => {
            let read = work.effect.scans.contains(table);
            (read && is_foreign(table, name)).then_some((table, KEY))
        }
        Change::AddConstraint { table, constraint } => {
            let compared = constraint.foreign.is_some() && !constraint.not_valid;
            (compared && work.effect.scans.contains(table)).then_some((table, KEY))
        }
        _ => None,
    });
    taken.map(|(table, (what, us))| (table, what, us)).collect()
}

fn is_page_by_page(change: &Change) -> bool {
    match change {
        Change::Maintain(_) | Change::Relation(RelationChange::RefreshView { .. }) => true,
        Change::AlterWhole { action, .. } => matches!(action, TableAction::Tablespace(_)),
        _ => false,
    }
}

/// A change to the system catalogs alone: milliseconds, and the first touch of some catalog pages in the log.
fn catalog_only(host: Host<'_>) -> Estimate {
    let mut estimate = Estimate::nothing();
    let basis = ["published: catalog-only statements"];
    let ms = [(3.0, "ms, published")];
    estimate.duration_ms = Some(host.amount("the system catalogs", &ms, (0.5, 30.0), &basis));
    let bytes = [(25_000.0, "bytes, published")];
    estimate.wal_bytes = Some(host.amount("the system catalogs", &bytes, (2_000.0, 150_000.0), &basis));
    estimate.write_bytes = estimate.wal_bytes.clone();
    estimate
}

/// A table's cost, or an estimate with nothing known if the table's size is not. What is not logged reaches no standby.
fn table_of(host: Host<'_>, name: &Name, cost: impl FnOnce(&Table) -> Option<Estimate>) -> Estimate {
    let table = host.table(name);
    let known = table.and_then(cost).map(|estimate| match table.map(|t| t.persistence) {
        Some(Persistence::Unlogged | Persistence::Temporary) => {
            Estimate { wal_bytes: Some(Range::zero()), ..estimate }
        }
        _ => estimate,
    });
    let known = known.map(|mut estimate| {
        if table.is_some_and(|t| t.size.rows.is_none()) {
            estimate
                .unknowns
                .push(format!("rows of {name}: never analysed, taken from the activity counters"));
        }
        for quantity in quantities(&mut estimate) {
            *quantity = quantity.take().map(|q| q.about(name));
        }
        estimate
    });
    known.unwrap_or_else(|| {
        let mut unknown = Estimate::nothing();
        for quantity in quantities(&mut unknown) {
            *quantity = None;
        }
        unknown.unknowns.push(format!("size or row count of {name}: never analysed, or not readable"));
        unknown
    })
}

fn quantities(e: &mut Estimate) -> [&mut Option<Range>; 7] {
    [
        &mut e.duration_ms,
        &mut e.read_bytes,
        &mut e.write_bytes,
        &mut e.wal_bytes,
        &mut e.temp_bytes,
        &mut e.disk_peak_bytes,
        &mut e.disk_after_bytes,
    ]
}

fn add(total: &mut Estimate, mut other: Estimate) {
    for (mine, theirs) in quantities(total).into_iter().zip(quantities(&mut other)) {
        *mine = match (mine.take(), theirs.take()) {
            (Some(a), Some(b)) => Some(a.plus(&b)),
            _ => None,
        };
    }
    total.unknowns.append(&mut other.unknowns);
    total.elsewhere.append(&mut other.elsewhere);
}

/// What is written in a tablespace that is not the database's own.
fn placed(tablespace: Option<&String>, mut estimate: Estimate) -> Estimate {
    let disk = estimate.disk_peak_bytes.as_ref().zip(estimate.disk_after_bytes.as_ref());
    if let Some((tablespace, (peak, after))) = tablespace.zip(disk) {
        let (tablespace, peak_bytes, after_bytes) = (tablespace.clone(), peak.bare(), after.bare());
        estimate.elsewhere = vec![Elsewhere { tablespace, peak_bytes, after_bytes }];
    }
    estimate
}

/// Reading a heap from end to end and testing each row.
fn scan(host: Host<'_>, table: &Table) -> Option<Estimate> {
    let host = host.at(PastKind::Scan, &table.name);
    let heap = table.size.heap_bytes? as f64;
    let rows = layout::rows(table)?;
    let mut estimate = Estimate::nothing();
    let tested = throughput::per_row_ms(host, "testing rows", rows, throughput::TEST_ROW_US);
    estimate.duration_ms = Some(throughput::read_ms(host, heap).plus(&tested));
    let bytes = [(heap, "bytes of the heap")];
    estimate.read_bytes = Some(host.share("reading the table", &bytes, (1.0, 1.02), &["heap size"]));
    estimate.wal_bytes = layout::logged_hints(host, table);
    Some(estimate)
}
