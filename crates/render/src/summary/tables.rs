//! Tables of a database, a line each, largest first.

use altimeter_catalog::{Catalog, Name, Persistence, Table, TableKind};

use crate::amount;
use crate::summary::{database, names};

/// Without names asked for, so many tables are shown.
pub(crate) const SHOWN: usize = 40;
/// More dead rows than that are worth a note: autovacuum starts at a fifth by default
/// (`autovacuum_vacuum_scale_factor` 0.2).
const MANY_DEAD: f64 = 0.2;

/// One table in a line.
pub(crate) struct TableRow {
    /// Its name.
    pub(crate) name: String,
    /// Rows.
    pub(crate) rows: String,
    /// Heap.
    pub(crate) heap: String,
    /// TOAST.
    pub(crate) toast: String,
    /// Indexes and their number.
    pub(crate) indexes: String,
    /// Share of dead rows.
    pub(crate) dead: String,
    /// Rows written a second.
    pub(crate) writes: String,
    /// Since the last analyze.
    pub(crate) analyzed: String,
    /// What is out of the ordinary.
    pub(crate) notes: String,
}

/// The tables to be shown, largest first, and how many are left out. Partitions are part of their parent unless
/// they are asked for by name.
pub(crate) fn chosen<'a>(catalog: &'a Catalog, named: &[Name]) -> (Vec<&'a Table>, usize) {
    let mut tables: Vec<&Table> = catalog
        .tables
        .iter()
        .filter(|t| if named.is_empty() { t.partition_of.is_none() } else { named.contains(&t.name) })
        .collect();
    let bytes = |t: &Table| t.size.total_bytes().or(t.size.heap_bytes);
    tables.sort_by(|a, b| bytes(b).cmp(&bytes(a)).then_with(|| a.name.cmp(&b.name)));
    let left_out = if named.is_empty() { tables.len().saturating_sub(SHOWN) } else { 0 };
    tables.truncate(tables.len() - left_out);
    (tables, left_out)
}

impl TableRow {
    /// A table in a line.
    pub(crate) fn new(catalog: &Catalog, table: &Table) -> Self {
        let size = &table.size;
        let bytes = |b: Option<u64>| b.map_or("?".to_owned(), amount::bytes);
        let indexes = match (table.indexes.len(), size.index_bytes) {
            (0, _) => "–".to_owned(),
            (n, b) => format!("{} in {n}", bytes(b)),
        };
        Self {
            name: names::short(catalog, &table.name),
            rows: size.rows.map_or("?".to_owned(), amount::count),
            heap: bytes(size.heap_bytes),
            toast: if size.toast_bytes == Some(0) { "–".to_owned() } else { bytes(size.toast_bytes) },
            indexes,
            dead: database::dead_share(table).map_or("?".to_owned(), amount::percent),
            writes: writes(catalog, table),
            analyzed: analyzed(table),
            notes: notes(table).join(", "),
        }
    }
}

/// Rows written a second, from two samples, else the mean since the counters were reset.
fn writes(catalog: &Catalog, table: &Table) -> String {
    if let Some(rates) = table.rates.as_ref().filter(|_| !catalog.server.role.is_standby()) {
        return amount::count(rates.rows_written);
    }
    match (&table.activity, catalog.server.statistics_age_s) {
        (Some(a), Some(age)) if age >= 60.0 => {
            format!("~{}", amount::count((a.inserted + a.updated + a.deleted) as f64 / age))
        }
        _ => "?".to_owned(),
    }
}

fn analyzed(table: &Table) -> String {
    match table.activity.as_ref().map(|a| a.analyzed_hours_ago) {
        Some(Some(hours)) => amount::seconds(hours * 3600.0),
        Some(None) => "never".to_owned(),
        None => "?".to_owned(),
    }
}

/// What is out of the ordinary about a table.
pub(crate) fn notes(table: &Table) -> Vec<String> {
    let mut notes = Vec::new();
    match table.kind {
        TableKind::Table => {}
        TableKind::PartitionedTable => notes.push(format!("{} partitions", table.size.summed_partitions)),
        TableKind::MaterializedView if table.unpopulated => {
            notes.push("materialized view, never filled".to_owned());
        }
        TableKind::MaterializedView => notes.push("materialized view".to_owned()),
        TableKind::ForeignTable => notes.push("foreign".to_owned()),
    }
    match table.persistence {
        Persistence::Permanent => {}
        Persistence::Unlogged => notes.push("unlogged".to_owned()),
        Persistence::Temporary => notes.push("temporary".to_owned()),
    }
    if table.size.rows.is_none() && table.kind != TableKind::ForeignTable {
        notes.push("never analysed".to_owned());
    }
    match table.indexes.iter().filter(|i| !i.valid).count() {
        0 => {}
        1 => notes.push("1 invalid index".to_owned()),
        n => notes.push(format!("{n} invalid indexes")),
    }
    match table.constraints.iter().filter(|c| !c.validated).count() {
        0 => {}
        1 => notes.push("1 constraint NOT VALID".to_owned()),
        n => notes.push(format!("{n} constraints NOT VALID")),
    }
    if table.walking_key().is_none()
        && !matches!(table.kind, TableKind::ForeignTable | TableKind::MaterializedView)
    {
        notes.push("no unique key".to_owned());
    }
    if database::dead_share(table).is_some_and(|s| s > MANY_DEAD) {
        notes.push("many dead rows".to_owned());
    }
    notes
}
