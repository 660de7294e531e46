//! Vacuums that stand in the way. An ordinary autovacuum gives way after `deadlock_timeout`; one against wraparound does
//! not (manual, "The Autovacuum Daemon").

use altimeter_catalog::{LockMode, Name, Session, Table};

use super::scene::Scene;
use super::{ObstacleKind, Preflight, says};
use crate::Severity;
use crate::rule::words;

/// What a vacuum holds on its table.
const VACUUM: LockMode = LockMode::ShareUpdateExclusive;

/// What PostgreSQL has unless told otherwise (manual, `autovacuum_freeze_max_age`, `deadlock_timeout`).
const FREEZE_MAX_AGE: f64 = 200_000_000.0;
const DEADLOCK_TIMEOUT_MS: f64 = 1_000.0;

/// A vacuum is close when so much of the way to it is done.
const SOON: f64 = 0.95;

pub(super) fn is_autovacuum(session: &Session) -> bool {
    session.kind == "autovacuum worker"
        || session.statement.as_deref().is_some_and(|s| s.starts_with("autovacuum:"))
}

pub(super) fn look(scene: &Scene<'_>, found: &mut Preflight) {
    let limit = scene.catalog.server.setting_number("autovacuum_freeze_max_age").unwrap_or(FREEZE_MAX_AGE);
    let mut close: Vec<(f64, &Table)> = Vec::new();
    for (name, wanted) in &scene.locks {
        if !wanted.conflicts_with(VACUUM) {
            continue;
        }
        let Some(table) = scene.catalog.table(name) else { continue };
        let due = table.size.frozen_age.map(|age| age as f64 / limit);
        match worker(scene, name) {
            Some(session) => at_work(scene, found, table, session, *wanted, due),
            // Each partition has an age of its own; its parent's is the oldest of theirs.
            None if table.kind.has_heap() => {
                close.extend(due.filter(|due| *due >= SOON).map(|due| (due, table)))
            }
            None => {}
        }
    }
    to_come(found, &close);
}

/// The autovacuum worker that has the table.
fn worker<'a>(scene: &Scene<'a>, name: &Name) -> Option<&'a Session> {
    let activity = &scene.catalog.activity;
    let works = |pid: i32| {
        let of_table = |p: &&altimeter_catalog::Progress| p.pid == pid && p.relation.as_ref() == Some(name);
        activity.progress.iter().any(|p| of_table(&p) && p.command == "VACUUM")
    };
    activity
        .sessions
        .iter()
        .find(|s| is_autovacuum(s) && (s.holds.iter().any(|(held, _)| held == name) || works(s.pid)))
}

fn at_work(
    scene: &Scene<'_>,
    found: &mut Preflight,
    table: &Table,
    session: &Session,
    wanted: LockMode,
    due: Option<f64>,
) {
    let name = &table.name;
    let done = scene.catalog.activity.progress.iter().find(|p| p.pid == session.pid);
    let done = done.map(|p| match p.done {
        Some(share) => format!(" ({}, {:.0} % done)", p.phase, share * 100.0),
        None => format!(" ({})", p.phase),
    });
    let done = done.unwrap_or_default();
    // Its title says what it is for; where that is hidden, the table's age tells.
    let against_wraparound = match &session.statement {
        Some(title) => title.contains("to prevent wraparound"),
        None => due.is_some_and(|due| due >= 1.0),
    };
    if against_wraparound {
        let pile_up = scene.pile_up(name, wanted).map(|p| format!(", {p}")).unwrap_or_default();
        let message = format!(
            "a vacuum of {name} to prevent wraparound is at work (pid {}){done} and does not give way: the statement \
             waits for it{pile_up}",
            session.pid
        );
        let severity = if wanted.blocks_writes() { Severity::Critical } else { Severity::High };
        let next = "wait until it is done, with a larger autovacuum_vacuum_cost_limit if need be";
        found.add(ObstacleKind::WraparoundVacuum, severity, Some(name), says(message, next));
        return;
    }
    let gives_way = scene.catalog.server.setting_number("deadlock_timeout").unwrap_or(DEADLOCK_TIMEOUT_MS);
    let message = format!(
        "autovacuum is at work on {name} (pid {}){done}: it gives way {} after the statement asks for its lock, and \
         begins anew later",
        session.pid,
        words::time(gives_way)
    );
    let next = format!("a lock_timeout above {} lets it give way", words::time(gives_way));
    found.add(ObstacleKind::Autovacuum, Severity::Low, Some(name), says(message, next));
}

/// The one that is closest stands for all: partitions grow old together.
fn to_come(found: &mut Preflight, close: &[(f64, &Table)]) {
    let Some((due, table)) = close.iter().max_by(|a, b| a.0.total_cmp(&b.0)) else { return };
    let name = &table.name;
    let others = match close.len() - 1 {
        0 => String::new(),
        n => format!(", and of {n} more"),
    };
    let (severity, when) = if *due >= 1.0 {
        (Severity::Medium, "is due and may begin any minute")
    } else {
        (Severity::Low, "is due soon")
    };
    let message = format!(
        "a vacuum of {name}{others} to prevent wraparound {when} ({} transactions old, {:.0} % of autovacuum_freeze_max_age); \
         once at work it does not give way",
        words::count(table.size.frozen_age.unwrap_or_default() as f64),
        due * 100.0
    );
    let next = format!("run VACUUM (FREEZE) {name} first");
    found.add(ObstacleKind::WraparoundVacuum, severity, Some(name), says(message, next));
}
