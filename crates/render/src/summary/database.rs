//! What the database looks like: the server in a line, and each table a plan is about.

use altimeter_catalog::{Catalog, Role, Server, Table};

use crate::amount;
use crate::layout::Layout;
use crate::summary::{Facts, names};

/// Database, version, role, and how it was read.
pub(crate) fn server(catalog: &Catalog, layout: Layout) -> Vec<String> {
    let server = &catalog.server;
    let mut pieces = Vec::new();
    if !server.database.is_empty() {
        pieces.push(server.database.clone());
    }
    pieces.push(format!("{} {}", server.engine, server.version).trim_end().to_owned());
    match &server.role {
        Role::Primary => pieces.push("primary".to_owned()),
        Role::Standby { lag_s: Some(lag), .. } => {
            pieces.push(format!("standby, {} behind", amount::seconds(*lag)))
        }
        Role::Standby { lag_s: None, .. } => pieces.push("standby, lag unknown".to_owned()),
        Role::Unknown => {}
    }
    if let Some(pooler) = &server.pooler {
        pieces.push(format!("through {pooler}"));
    }
    pieces.push(source(server, layout));
    pieces
}

fn source(server: &Server, layout: Layout) -> String {
    if server.taken_at.is_empty() {
        return "no database: sizes are not known".to_owned();
    }
    if !layout.live {
        return format!("from a snapshot taken {}", server.taken_at);
    }
    let read = amount::measured(amount::Quantity::Time, server.read_ms);
    format!("read-only, {} queries, {read}", amount::count(f64::from(server.queries)))
}

/// Size, rows, indexes and traffic of one table.
pub(crate) fn table(catalog: &Catalog, table: &Table) -> Vec<Facts> {
    let mut facts = vec![Facts::new(names::short(catalog, &table.name), size(table))];
    if let Some(traffic) = traffic(catalog, table) {
        facts.push(Facts::new("traffic", traffic));
    }
    facts
}

fn size(table: &Table) -> Vec<String> {
    let size = &table.size;
    let mut pieces = vec![match size.rows {
        Some(rows) => format!("{} rows", amount::count(rows)),
        None if size.heap_bytes.is_some() => "rows unknown: never analysed".to_owned(),
        None => "rows unknown".to_owned(),
    }];
    pieces.push(match size.heap_bytes {
        Some(bytes) => format!("{} heap", amount::bytes(bytes)),
        None => "heap size unknown".to_owned(),
    });
    if let Some(bytes) = size.toast_bytes.filter(|b| *b >= 1024 * 1024) {
        pieces.push(format!("{} TOAST", amount::bytes(bytes)));
    }
    pieces.push(indexes(table));
    if size.summed_partitions > 0 {
        pieces.push(format!("in {} partitions", size.summed_partitions));
    }
    if let Some(dead) = dead_rows(table) {
        pieces.push(dead);
    }
    pieces
}

fn indexes(table: &Table) -> String {
    let number = match table.indexes.len() {
        0 => return "no index".to_owned(),
        1 => "1 index".to_owned(),
        n => format!("{n} indexes"),
    };
    match table.size.index_bytes {
        Some(bytes) => format!("{} in {number}", amount::bytes(bytes)),
        None => number,
    }
}

fn dead_rows(table: &Table) -> Option<String> {
    let activity = table.activity.as_ref()?;
    let share = dead_share(table)?;
    Some(format!("{} dead rows ({})", amount::count(activity.dead_rows as f64), amount::percent(share)))
}

/// The share of dead rows among all; none if it is not known.
pub(crate) fn dead_share(table: &Table) -> Option<f64> {
    let activity = table.activity.as_ref()?;
    let all = activity.dead_rows as f64 + table.size.rows.unwrap_or(activity.live_rows as f64);
    (all > 0.0).then(|| activity.dead_rows as f64 / all)
}

/// Rates from two samples, else the mean since the counters were reset.
fn traffic(catalog: &Catalog, table: &Table) -> Option<Vec<String>> {
    if let Some(rates) = &table.rates {
        let over = amount::seconds(catalog.server.sampled_seconds);
        let mut pieces = vec![format!("{} scans/s", amount::measured(amount::Quantity::Count, rates.scans))];
        // A standby counts its own reads; rows are written on the primary only.
        if !catalog.server.role.is_standby() {
            pieces.push(format!("{} rows written/s", amount::count(rates.rows_written)));
        }
        let here = if catalog.server.role.is_standby() { " on this standby" } else { "" };
        pieces.push(format!("measured for {over}{here}"));
        return Some(pieces);
    }
    let activity = table.activity.as_ref()?;
    let age = catalog.server.statistics_age_s.filter(|s| *s >= 60.0)?;
    let written = (activity.inserted + activity.updated + activity.deleted) as f64 / age;
    let scans = (activity.seq_scans + activity.index_scans) as f64 / age;
    Some(vec![
        format!("{} scans/s", amount::count(scans)),
        format!("{} rows written/s", amount::count(written)),
        format!("on average over {}", amount::seconds(age)),
    ])
}
