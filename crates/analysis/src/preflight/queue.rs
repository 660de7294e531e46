//! Whom the statement would queue behind: transactions that hold a lock it conflicts with, and those that wait.

use altimeter_catalog::{LockMode, Name, PreparedTransaction, Session};

use super::scene::Scene;
use super::{ObstacleKind, Preflight, says};
use crate::Severity;
use crate::rule::words;

/// Transactions shorter than this are everyday traffic: a second.
const EVERYDAY_S: f64 = 1.0;

/// A transaction that is open so long is likely to stay: a minute.
const LONG_S: f64 = 60.0;

pub(super) fn look(scene: &Scene<'_>, found: &mut Preflight) {
    let activity = &scene.catalog.activity;
    if !scene.was_read() {
        found.unknowns.push("open transactions and their locks: no database was looked at".to_owned());
        return;
    }
    if scene.catalog.server.role.is_standby() {
        found
            .unknowns
            .push("open transactions and locks on the primary: a standby shows its own only".to_owned());
        return;
    }
    if activity.others_hidden {
        found.unknowns.push(
            "since when other roles' transactions are open, and what they do: GRANT pg_monitor shows it"
                .to_owned(),
        );
    }
    for session in activity.sessions.iter().filter(|s| !super::vacuum::is_autovacuum(s)) {
        if let Some((name, held, wanted)) = strongest(scene, &session.holds) {
            session_in_the_way(scene, found, session, (name, held, wanted));
        }
    }
    for prepared in &activity.prepared {
        if let Some((name, held, wanted)) = strongest(scene, &prepared.holds) {
            prepared_in_the_way(scene, found, prepared, (name, held, wanted));
        }
    }
    for wait in &activity.lock_waits {
        let mode = LockMode::named(&wait.mode);
        let Some((name, mode)) = wait.relation.as_ref().zip(mode) else { continue };
        if scene.meets(name, mode).is_some() {
            let message = format!(
                "pid {} already waits for {mode} on {name}, behind {}: the statement would queue behind it",
                wait.pid,
                words::list(&wait.blocked_by.iter().map(|pid| format!("pid {pid}")).collect::<Vec<_>>()),
            );
            let next = "find out who it is and let it go first";
            found.add(ObstacleKind::WaitingSession, Severity::Medium, Some(name), says(message, next));
        }
    }
}

/// A relation, the mode somebody holds on it, and the mode the statement wants there.
type Conflict<'a> = (&'a Name, LockMode, LockMode);

/// Of what somebody holds, what stands in the way of the most.
fn strongest<'a>(scene: &Scene<'_>, holds: &'a [(Name, String)]) -> Option<Conflict<'a>> {
    let conflicts = holds.iter().filter_map(|(name, mode)| {
        let held = LockMode::named(mode)?;
        Some((name, held, scene.meets(name, held)?))
    });
    conflicts.max_by_key(|(_, held, wanted)| (*wanted, *held))
}

fn session_in_the_way(scene: &Scene<'_>, found: &mut Preflight, session: &Session, conflict: Conflict<'_>) {
    let (name, held, wanted) = conflict;
    if session.transaction_s.is_some_and(|open| open < EVERYDAY_S) {
        return;
    }
    let idle = session.state.as_deref().is_some_and(|state| state.starts_with("idle in transaction"));
    // An idle one ends when somebody remembers it; of one that works, the past is the best guess.
    let severity = match session.transaction_s {
        Some(open) if idle || open >= LONG_S => Severity::High,
        _ => Severity::Medium,
    };
    let kind = if idle { ObstacleKind::IdleTransaction } else { ObstacleKind::OpenTransaction };
    let message = format!("{} holds {held} on {name}: {}", person(session), waits(scene, name, wanted));
    let next = format!(
        "let it end first, or end it: SELECT pg_{}_backend({})",
        // Cancelling does nothing to a session that runs nothing.
        if idle { "terminate" } else { "cancel" },
        session.pid
    );
    found.add(kind, graded(scene, severity, name, wanted), Some(name), says(message, next));
}

fn prepared_in_the_way(
    scene: &Scene<'_>,
    found: &mut Preflight,
    prepared: &PreparedTransaction,
    conflict: Conflict<'_>,
) {
    let (name, held, wanted) = conflict;
    let message = format!(
        "the transaction {} prepared {} ago holds {held} on {name} until somebody finishes it: {}",
        quoted(&prepared.identifier),
        words::time(prepared.age_s * 1000.0),
        waits(scene, name, wanted)
    );
    let identifier = quoted(&prepared.identifier);
    let next = format!("ask its owner, then COMMIT PREPARED {identifier} or ROLLBACK PREPARED {identifier}");
    let severity = graded(scene, Severity::High, name, wanted);
    found.add(ObstacleKind::PreparedTransaction, severity, Some(name), says(message, next));
}

fn waits(scene: &Scene<'_>, name: &Name, wanted: LockMode) -> String {
    match scene.pile_up(name, wanted) {
        Some(pile_up) => format!("the statement waits for it with {wanted}, {pile_up}"),
        None => format!("the statement waits for it with {wanted}; reads and writes go on"),
    }
}

/// Waiting hurts others only where the request stops reads or writes; where nobody is known to come, a step less.
fn graded(scene: &Scene<'_>, severity: Severity, name: &Name, wanted: LockMode) -> Severity {
    let rate = crate::rule::stopped_per_second(scene.catalog, name, wanted);
    match rate {
        _ if !wanted.blocks_writes() => severity.lowered(),
        Some(rate) if rate >= 100.0 => severity.raised(),
        Some(rate) if rate < 0.01 => severity.lowered(),
        _ => severity,
    }
}

/// `a transaction open for 38 s (pid 4711, idle in transaction for 30 s, reporting, role shop)`.
pub(super) fn person(session: &Session) -> String {
    let open = match session.transaction_s {
        Some(s) => format!("a transaction open for {}", words::time(s * 1000.0)),
        None => "a transaction open since nobody knows when".to_owned(),
    };
    let mut about = vec![format!("pid {}", session.pid)];
    if let Some(state) = &session.state {
        let since = session.state_s.map(|s| format!(" for {}", words::time(s * 1000.0))).unwrap_or_default();
        about.push(format!("{state}{since}"));
    }
    about.extend(session.application.clone().filter(|a| !a.is_empty()));
    about.extend(session.user.as_ref().map(|user| format!("role {user}")));
    if session.kind != "client backend" && !session.kind.is_empty() {
        about.push(session.kind.clone());
    }
    format!("{open} ({})", about.join(", "))
}

fn quoted(identifier: &str) -> String {
    format!("'{}'", identifier.replace('\'', "''"))
}
