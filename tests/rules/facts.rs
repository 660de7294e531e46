//! What an example makes believe: `-- given: …` in its set-up. Tables are big and busy unless it says otherwise.

use altimeter_catalog::{
    Catalog, ColumnStatistics, Name, ReplicationSlot, Size, StandbyConnection, StatementStatistics, Table,
    TableActivity, TableRates,
};
use anyhow::{Context, Result, bail};

const ROWS: f64 = 50_000_000.0;
const ROW_BYTES: f64 = 200.0;

/// Gives the tables of a set-up their sizes and traffic, and what the set-up says beside.
pub(crate) fn believe(catalog: &mut Catalog, setup: &str) -> Result<()> {
    catalog.server.statistics_age_s = Some(1_000_000.0);
    catalog.server.settings.insert("max_connections".into(), "100".into());
    catalog.tables.change_all(|table| {
        table.activity =
            Some(TableActivity { seq_scans: 1_000, index_scans: 300_000_000, ..Default::default() });
        table.rates = Some(TableRates { scans: 300.0, rows_written: 100.0 });
        resize(table, ROWS);
    });
    for line in setup.lines().filter_map(|l| l.trim().strip_prefix("-- given:")) {
        given(catalog, line.trim()).with_context(|| format!("given: {line}"))?;
    }
    sum_partitions(catalog);
    Ok(())
}

fn resize(table: &mut Table, rows: f64) {
    let heap = if table.kind.has_heap() { rows * ROW_BYTES } else { 0.0 };
    let indexes = rows * 25.0 * table.indexes.len() as f64;
    for index in &mut table.indexes {
        index.bytes = Some((rows * 25.0) as u64);
    }
    table.size = Size {
        rows: Some(rows),
        pages: Some((heap / 8192.0).ceil()),
        heap_bytes: Some(heap as u64),
        toast_bytes: Some(0),
        index_bytes: Some(indexes as u64),
        ..Size::default()
    };
}

fn sum_partitions(catalog: &mut Catalog) {
    let parents: Vec<Name> =
        catalog.tables.iter().filter(|t| t.partition_key.is_some()).map(|t| t.name.clone()).collect();
    for parent in parents {
        let leaves = catalog.partitions_of(&parent);
        let leaves: Vec<Size> = leaves.iter().filter(|t| t.kind.has_heap()).map(|t| t.size.clone()).collect();
        let sum = |of: fn(&Size) -> Option<u64>| Some(leaves.iter().filter_map(of).sum());
        let size = Size {
            rows: Some(leaves.iter().filter_map(|s| s.rows).sum()),
            pages: Some(leaves.iter().filter_map(|s| s.pages).sum()),
            heap_bytes: sum(|s| s.heap_bytes),
            toast_bytes: Some(0),
            index_bytes: sum(|s| s.index_bytes),
            summed_partitions: leaves.len() as u32,
            ..Size::default()
        };
        catalog.table_mut(&parent).unwrap().size = size;
    }
}

fn number(word: &str) -> Result<f64> {
    word.replace(',', "").parse().with_context(|| format!("{word} is no number"))
}

fn given(catalog: &mut Catalog, line: &str) -> Result<()> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [table, "has", rows, "rows"] => {
            let rows = number(rows)?;
            resize(table_mut(catalog, table)?, rows);
        }
        [table, "has", "unknown", "size"] => table_mut(catalog, table)?.size = Size::default(),
        [column, "is", "NULL", "in", share, "%"] => {
            let share = number(share)?;
            statistics(catalog, column)?.null_fraction = share / 100.0;
        }
        [column, "has", n, "distinct", "values"] => {
            let n = number(n)?;
            statistics(catalog, column)?.distinct = n;
        }
        [table, "is", "used", n, "times", "a", "second"] => {
            let n = number(n)?;
            table_mut(catalog, table)?.rates = Some(TableRates { scans: n, rows_written: n / 4.0 });
        }
        [table, "is", "written", n, "times", "a", "second"] => {
            let n = number(n)?;
            table_mut(catalog, table)?.rates = Some(TableRates { scans: 300.0, rows_written: n });
        }
        ["index", name, "is", "invalid"] => index_mut(catalog, name)?.valid = false,
        ["index", name, "was", "scanned", n, "times"] => {
            let n = number(n)? as u64;
            index_mut(catalog, name)?.scans = Some(n);
        }
        ["server", version] => {
            let (major, minor) = version.split_once('.').context("major.minor")?;
            catalog.server.version = (*version).to_owned();
            catalog.server.version_num = major.parse::<u32>()? * 10_000 + minor.parse::<u32>()?;
        }
        ["a", "standby", "follows"] => catalog.activity.standbys.push(StandbyConnection {
            application: "replica".into(),
            sync_state: Some("async".into()),
            lag_bytes: Some(0),
            lag_s: Some(0.0),
        }),
        ["a", "slot", "keeps", "the", "log"] => catalog.activity.slots.push(ReplicationSlot {
            name: "cdc".into(),
            logical: true,
            active: true,
            retained_bytes: Some(0),
        }),
        ["setting", name, "=", value] => {
            catalog.server.settings.insert((*name).into(), (*value).into());
        }
        ["statement", rest @ ..] => {
            let statement = StatementStatistics {
                statement: rest.join(" "),
                calls: 1_000_000,
                mean_ms: 1.0,
                max_ms: 10.0,
                rows: 1_000_000,
                wal_bytes: None,
                calls_per_second: Some(50.0),
                ids: Vec::new(),
            };
            catalog.activity.statements.get_or_insert_default().push(statement);
        }
        _ => bail!("not understood"),
    }
    Ok(())
}

fn table_mut<'a>(catalog: &'a mut Catalog, name: &str) -> Result<&'a mut Table> {
    let name = Name::new("public", name);
    catalog.table_mut(&name).with_context(|| format!("there is no table {name}"))
}

fn index_mut<'a>(catalog: &'a mut Catalog, name: &str) -> Result<&'a mut altimeter_catalog::Index> {
    let has = |t: &&Table| t.indexes.iter().any(|i| i.definition.name == name);
    let table = catalog.tables.iter().find(has).map(|t| t.name.clone());
    let table = table.and_then(|t| catalog.table_mut(&t));
    let found = table.and_then(|t| t.indexes.iter_mut().find(|i| i.definition.name == name));
    found.with_context(|| format!("there is no index {name}"))
}

fn statistics<'a>(catalog: &'a mut Catalog, column: &str) -> Result<&'a mut ColumnStatistics> {
    let (table, column) = column.split_once('.').context("table.column")?;
    let column = table_mut(catalog, table)?.column_mut(column).context("there is no such column")?;
    Ok(column.statistics.get_or_insert(ColumnStatistics {
        null_fraction: 0.0,
        average_width: 8.0,
        distinct: -1.0,
        correlation: None,
    }))
}
