//! The server's state before a change: connections, replication, sequences, wraparound.

use altimeter_catalog::{Catalog, Table, TableKind};

use crate::amount;
use crate::summary::activity::{limited, person};
use crate::summary::{Facts, names};

/// Shares of a sequence's range above this are listed.
const SEQUENCE_HALF: f64 = 0.5;
/// Transaction ids before the server stops taking writes: 2 to the 31
/// (<https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND>).
const WRAPAROUND: f64 = 2_147_483_648.0;
/// `autovacuum_freeze_max_age` unless it is set: from this age on a table is vacuumed whatever happens.
const FREEZE_MAX_AGE: f64 = 200_000_000.0;

/// Everything about the server that is worth a line.
pub(crate) fn facts(catalog: &Catalog) -> Vec<Facts> {
    [size(catalog), wal(catalog), standbys(catalog), slots(catalog), sequences(catalog), wraparound(catalog)]
        .into_iter()
        .flatten()
        .collect()
}

fn size(catalog: &Catalog) -> Option<Facts> {
    let server = &catalog.server;
    let mut pieces = Vec::new();
    if let Some(bytes) = server.database_bytes {
        pieces.push(format!("{} in all", amount::bytes(bytes)));
    }
    let (views, tables): (Vec<&Table>, Vec<&Table>) =
        catalog.tables.iter().partition(|t| t.kind == TableKind::MaterializedView);
    pieces.push(format!("{} tables", amount::count(tables.len() as f64)));
    if !views.is_empty() {
        pieces.push(format!("{} materialized views", amount::count(views.len() as f64)));
    }
    if let Some(connections) = catalog.activity.connections {
        let most = server.setting_number("max_connections").map(|m| format!(" of {}", amount::count(m)));
        pieces.push(format!("{connections}{} connections", most.unwrap_or_default()));
    }
    if let Some(age) = server.statistics_age_s {
        pieces.push(format!("counters reset {} ago", amount::seconds(age)));
    }
    Some(Facts::new("database", pieces))
}

fn wal(catalog: &Catalog) -> Option<Facts> {
    let server = &catalog.server;
    let mut pieces = Vec::new();
    if let Some(rate) = server.wal.bytes_per_second {
        pieces.push(format!("{}/s", amount::measured(amount::Quantity::Bytes, rate)));
    }
    for name in ["max_wal_size", "max_slot_wal_keep_size"] {
        if let Some(bytes) = server.setting_number(name).filter(|b| *b > 0.0) {
            pieces.push(format!("{name} {}", amount::measured(amount::Quantity::Bytes, bytes)));
        }
    }
    (!pieces.is_empty()).then(|| Facts::new("WAL", pieces))
}

fn standbys(catalog: &Catalog) -> Option<Facts> {
    let mut pieces: Vec<String> = catalog
        .activity
        .standbys
        .iter()
        .map(|s| {
            let lag = match (s.lag_s, s.lag_bytes) {
                (Some(s), _) => format!("{} behind", amount::seconds(s)),
                (None, Some(b)) => format!("{} behind", amount::bytes(b)),
                (None, None) => "lag unknown".to_owned(),
            };
            let sync = s.sync_state.as_ref().map(|s| format!(" ({s})")).unwrap_or_default();
            format!("{}{sync} {lag}", s.application)
        })
        .collect();
    limited(&mut pieces);
    (!pieces.is_empty()).then(|| Facts::new("standbys", pieces))
}

fn slots(catalog: &Catalog) -> Option<Facts> {
    let mut pieces: Vec<String> = catalog
        .activity
        .slots
        .iter()
        .map(|s| {
            let kind = if s.logical { "logical" } else { "physical" };
            let active = if s.active { "" } else { ", nobody reads it" };
            let kept =
                s.retained_bytes.map(|b| format!(", keeps {} of WAL", amount::bytes(b))).unwrap_or_default();
            format!("{} ({kind}{active}{kept})", s.name)
        })
        .collect();
    limited(&mut pieces);
    (!pieces.is_empty()).then(|| Facts::new("slots", pieces))
}

fn sequences(catalog: &Catalog) -> Option<Facts> {
    let mut full: Vec<_> = catalog
        .sequences
        .iter()
        .filter_map(|s| s.used.filter(|u| *u > SEQUENCE_HALF).map(|u| (u, s)))
        .collect();
    full.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut pieces: Vec<String> = full
        .into_iter()
        .map(|(used, s)| {
            format!("{} {} used ({})", names::short(catalog, &s.name), amount::percent(used), s.type_name)
        })
        .collect();
    limited(&mut pieces);
    (!pieces.is_empty()).then(|| Facts::new("sequences", pieces))
}

/// The oldest table, once it is old enough for a vacuum of its own.
fn wraparound(catalog: &Catalog) -> Option<Facts> {
    let (age, table) =
        catalog.tables.iter().filter_map(|t| Some((t.size.frozen_age?, t))).max_by_key(|(a, _)| *a)?;
    let limit = catalog.server.setting_number("autovacuum_freeze_max_age").unwrap_or(FREEZE_MAX_AGE);
    let age = age as f64;
    let mut pieces = vec![
        format!("oldest {} ({} transactions)", names::short(catalog, &table.name), amount::count(age)),
        format!("{} of the way to the end", amount::percent(age / WRAPAROUND)),
    ];
    if age >= limit {
        pieces.push("an anti-wraparound vacuum is due; it does not give way to locks".to_owned());
    }
    Some(Facts::new("wraparound", pieces))
}

/// Transactions open for a second or more, whatever they hold, and those prepared.
pub(crate) fn transactions(catalog: &Catalog) -> Vec<String> {
    let mut lines: Vec<String> = catalog
        .activity
        .sessions
        .iter()
        .filter(|s| s.transaction_s.is_none_or(|t| t >= 1.0))
        .map(person)
        .collect();
    limited(&mut lines);
    let mut prepared: Vec<String> = catalog
        .activity
        .prepared
        .iter()
        .map(|p| format!("prepared transaction {}, {} old", p.identifier, amount::seconds(p.age_s)))
        .collect();
    limited(&mut prepared);
    lines.append(&mut prepared);
    lines
}

/// What could not be known, with what would show it.
pub(crate) fn unknowns(catalog: &Catalog) -> Vec<String> {
    catalog
        .unknowns
        .iter()
        .map(|u| {
            let why = if u.why.is_empty() { String::new() } else { format!(": {}", u.why) };
            let remedy = if u.remedy.is_empty() { String::new() } else { format!(" → {}", u.remedy) };
            format!("{}{why}{remedy}", u.what)
        })
        .collect()
}
