//! Who is in the way of a lock: open transactions, waits, running work, invalid indexes.

use altimeter_catalog::{Catalog, Name, Session};

use crate::amount;
use crate::layout::Layout;
use crate::summary::names;

/// Transactions shorter than this are everyday traffic: a second.
const EVERYDAY_S: f64 = 1.0;
/// Older ones hold up what waits for every transaction, and vacuum: a minute.
const OLD_S: f64 = 60.0;
/// At most so many lines of one kind.
const SHOWN: usize = 5;

/// What is in the way of a change to these tables now. `waits_for_all`: some statement waits for every older
/// transaction, whatever it holds.
pub(crate) fn in_the_way(catalog: &Catalog, tables: &[Name], waits_for_all: bool) -> Vec<String> {
    let family = family(catalog, tables);
    let activity = &catalog.activity;
    let mut lines = Vec::new();
    // A standby's own sessions hold up no lock on the primary, but the replay of one, until it cancels them
    // (<https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-CONFLICT>).
    let standby = catalog.server.role.is_standby();
    let replay = if standby { "; replay of an ACCESS EXCLUSIVE lock waits for it or cancels it" } else { "" };
    for session in &activity.sessions {
        let held: Vec<&(Name, String)> = session.holds.iter().filter(|(n, _)| family.contains(n)).collect();
        let open_s = session.transaction_s.unwrap_or(f64::INFINITY);
        if let Some((name, mode)) = held.first().filter(|_| open_s >= EVERYDAY_S) {
            lines.push(format!(
                "{} holds {mode} on {}{replay}",
                person(session),
                names::short(catalog, name)
            ));
        } else if waits_for_all && !standby && open_s >= OLD_S {
            lines.push(format!("{}: concurrent index work waits for it", person(session)));
        }
    }
    for prepared in &activity.prepared {
        if let Some((name, mode)) = prepared.holds.iter().find(|(n, _)| family.contains(n)) {
            let age = amount::seconds(prepared.age_s);
            let on = names::short(catalog, name);
            lines.push(format!(
                "prepared transaction {}, {age} old, holds {mode} on {on}; it stays until committed or rolled back",
                prepared.identifier
            ));
        }
    }
    let waiting =
        activity.lock_waits.iter().filter(|w| w.relation.as_ref().is_some_and(|r| family.contains(r)));
    match waiting.count() {
        0 => {}
        1 => lines.push("1 session already waits for a lock here".to_owned()),
        n => lines.push(format!("{n} sessions already wait for a lock here")),
    }
    for work in activity.progress.iter().filter(|p| p.relation.as_ref().is_some_and(|r| family.contains(r))) {
        let done = work.done.map(|d| format!(", {} done", amount::percent(d))).unwrap_or_default();
        let on = work.relation.as_ref().map(|r| names::short(catalog, r)).unwrap_or_default();
        lines.push(format!("{} of {on} runs (pid {}, {}{done})", work.command, work.pid, work.phase));
    }
    limited(&mut lines);
    lines.extend(invalid_indexes(catalog, tables));
    lines
}

/// What the list is called: a snapshot's sessions are long gone.
pub(crate) fn label(layout: Layout) -> &'static str {
    if layout.live { "in the way" } else { "back then" }
}

/// The tables, their partitions, and the indexes of all of them.
fn family(catalog: &Catalog, tables: &[Name]) -> Vec<Name> {
    let mut family = Vec::new();
    for name in tables {
        for table in catalog.table(name).into_iter().chain(catalog.partitions_of(name)) {
            family.push(table.name.clone());
            family.extend(table.indexes.iter().map(|i| table.name.sibling(&i.definition.name)));
        }
    }
    family
}

fn invalid_indexes(catalog: &Catalog, tables: &[Name]) -> Vec<String> {
    let invalid: Vec<Name> = tables
        .iter()
        .filter_map(|n| catalog.table(n))
        .flat_map(|t| t.indexes.iter().filter(|i| !i.valid).map(|i| t.name.sibling(&i.definition.name)))
        .collect();
    if invalid.is_empty() {
        return Vec::new();
    }
    let noun = if invalid.len() == 1 { "invalid index" } else { "invalid indexes" };
    vec![format!(
        "{noun} {}: a concurrent build failed or still runs; no query reads it",
        names::some(catalog, &invalid)
    )]
}

/// `transaction open for 38 s (pid 4711, idle in transaction, reporting)`.
pub(crate) fn person(session: &Session) -> String {
    let open = match session.transaction_s {
        Some(s) => format!("transaction open for {}", amount::seconds(s)),
        None => "transaction of unknown age".to_owned(),
    };
    let mut about = vec![format!("pid {}", session.pid)];
    about.extend(session.state.clone());
    about.extend(session.application.clone().filter(|a| !a.is_empty()).or_else(|| session.user.clone()));
    if session.kind != "client backend" && !session.kind.is_empty() {
        about.push(session.kind.clone());
    }
    format!("{open} ({})", about.join(", "))
}

/// Keeps the first few lines and counts the rest.
pub(crate) fn limited(lines: &mut Vec<String>) {
    if lines.len() > SHOWN + 1 {
        let more = lines.len() - SHOWN;
        lines.truncate(SHOWN);
        lines.push(format!("… and {more} more"));
    }
}
