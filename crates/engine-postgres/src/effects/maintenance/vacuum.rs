//! `VACUUM` and `ANALYZE`.

use altimeter_catalog::{Catalog, Effect, LockMode, Name, Table, TableKind, Target, TransactionUse, Vacuum};

use super::{family, kind_of, lock, lock_indexes};
use crate::effects::scan_one;
use crate::locks::maintenance as facts;

/// Pages `ANALYZE` samples at most: 300 rows for each point of the statistics target, and at most one row a page
/// counts (manual, "Statistics Used by the Planner"; `std_typanalyze` in the server's `analyze.c`).
const SAMPLED_PAGES_PER_TARGET: f64 = 300.0;

/// The version from which on tables that inherit are worked on with their parent (release notes of 18).
const HEIRS_TOO: u32 = 18;

/// `ANALYZE` of a table, its partitions, and from 18 on the tables that inherit from it.
pub(in crate::effects) fn analyzed(catalog: &Catalog, table: &Name, effect: &mut Effect) {
    if catalog.table(table).is_none() && catalog.view(table).is_some() {
        effect.remark(format!("{table} is a view: the server passes over it with a warning"));
        return;
    }
    for t in worked_on(catalog, &Target { name: table.clone(), only: false }) {
        analyze(catalog, t, effect);
    }
    for heir in family(catalog, table).iter().skip(1) {
        lock(catalog, &heir.name, facts::ANALYZE_HEIR.on_server(catalog), effect);
        sampled(catalog, heir, effect);
    }
}

/// `ANALYZE` with `ONLY`, or of the whole database.
pub(super) fn analyzed_all(catalog: &Catalog, tables: &[Target], effect: &mut Effect) {
    if tables.is_empty() {
        every_table(catalog).for_each(|t| analyze(catalog, t, effect));
    }
    for target in tables {
        if let Some(table) = catalog.table(&target.name) {
            analyze(catalog, table, effect);
        }
        for below in family(catalog, &target.name).iter().skip(1) {
            lock(catalog, &below.name, facts::ANALYZE_ONLY_BELOW.on_server(catalog), effect);
            sampled(catalog, below, effect);
        }
    }
}

fn analyze(catalog: &Catalog, table: &Table, effect: &mut Effect) {
    lock(catalog, &table.name, facts::ANALYZE.on_server(catalog), effect);
    if table.kind != TableKind::PartitionedTable {
        lock_indexes(catalog, table, &facts::ANALYZE_INDEX, effect);
    }
    sampled(catalog, table, effect);
}

/// A table smaller than the sample is read from end to end.
fn sampled(catalog: &Catalog, table: &Table, effect: &mut Effect) {
    let target = catalog.server.setting_number("default_statistics_target").unwrap_or(100.0);
    let small = table.size.pages.is_some_and(|p| p <= target * SAMPLED_PAGES_PER_TARGET);
    if small && holds_rows(table) {
        scan_one(table, effect);
    }
}

fn holds_rows(table: &Table) -> bool {
    matches!(table.kind, TableKind::Table | TableKind::MaterializedView)
}

fn every_table(catalog: &Catalog) -> impl Iterator<Item = &Table> {
    catalog.tables.iter().filter(|t| t.kind != TableKind::ForeignTable)
}

/// A table with its partitions, and from 18 on with those that inherit from it.
fn worked_on<'a>(catalog: &'a Catalog, target: &Target) -> Vec<&'a Table> {
    let below = |t: &&&Table| {
        t.name == target.name
            || (!target.only && (t.partition_of.is_some() || catalog.server.major() >= HEIRS_TOO))
    };
    family(catalog, &target.name).iter().filter(below).copied().collect()
}

/// `VACUUM` in its several forms.
pub(super) fn vacuumed(catalog: &Catalog, it: &Vacuum, effect: &mut Effect) {
    effect.transaction = TransactionUse::Forbidden;
    if it.only_statistics {
        return;
    }
    let tables: Vec<&Table> = match it.tables.as_slice() {
        [] => every_table(catalog).collect(),
        targets => targets.iter().flat_map(|t| worked_on(catalog, t)).collect(),
    };
    for table in tables {
        if it.full {
            written_anew(catalog, table, effect);
        } else {
            cleaned(catalog, table, it, effect);
        }
        if it.analyze {
            analyze(catalog, table, effect);
        }
    }
}

fn written_anew(catalog: &Catalog, table: &Table, effect: &mut Effect) {
    lock(catalog, &table.name, facts::VACUUM_FULL.on_server(catalog), effect);
    if holds_rows(table) {
        lock_indexes(catalog, table, &facts::VACUUM_FULL_INDEX, effect);
        super::cluster::rewritten(table, effect);
    }
}

fn cleaned(catalog: &Catalog, table: &Table, it: &Vacuum, effect: &mut Effect) {
    let name = &table.name;
    lock(catalog, name, facts::VACUUM.on_server(catalog), effect);
    if !holds_rows(table) || !it.process_main {
        return;
    }
    lock_indexes(catalog, table, &facts::VACUUM_INDEX, effect);
    let dead = table.activity.as_ref().map(|a| a.dead_rows as f64);
    let pages = table.size.pages.unwrap_or(0.0);
    // Pages that hold nothing to clean, and that a VACUUM before found so, are passed over.
    if it.every_page || dead.is_none_or(|dead| dead >= pages) {
        scan_one(table, effect);
    }
    if !it.truncate || dead.is_none_or(|dead| dead == 0.0) {
        return;
    }
    // Rows when the table was last looked through, so those that died since are among them.
    if dead.zip(table.size.rows).is_some_and(|(dead, rows)| dead * 2.0 >= rows) {
        // Most of the table is empty now, so most likely its end is.
        if let Some(mode) = facts::VACUUM_TRUNCATES.on_server(catalog) {
            effect.take(name, kind_of(catalog, name), mode);
        }
        effect.remark(format!(
            "the end of {name} is cut off under {} if its last pages turn out empty; that is tried for some \
             seconds and given up if others use the table",
            LockMode::AccessExclusive
        ));
    } else {
        effect.remark(format!(
            "if the last pages of {name} turn out empty, they are cut off under a short {}; TRUNCATE OFF \
             prevents that",
            LockMode::AccessExclusive
        ));
    }
}
