//! Statements that wait for transactions whatever those hold: concurrent index work, DETACH … CONCURRENTLY.

use altimeter_catalog::Session;

use super::queue::person;
use super::scene::Scene;
use super::{ObstacleKind, Preflight, says};
use crate::Severity;
use crate::rule::words;

/// Shorter transactions are waited for without anybody noticing: ten seconds.
const SHORT_S: f64 = 10.0;

/// So long a transaction is likely to stay: ten minutes.
const LONG_S: f64 = 600.0;

pub(super) fn look(scene: &Scene<'_>, found: &mut Preflight) {
    // What could not be looked at has been said by the queue.
    if !scene.effect.waits_for_transactions || !scene.was_read() || scene.catalog.server.role.is_standby() {
        return;
    }
    // An index that is built waits for every snapshot older than itself in the database, anything else for the
    // transactions that have used the table (manual, CREATE INDEX, "Building Indexes Concurrently").
    let builds =
        !scene.effect.index_builds.is_empty() || scene.effect.creates.iter().any(|c| c.index.is_some());
    for session in scene.catalog.activity.sessions.iter().filter(|s| !is_vacuum(s)) {
        let uses = session.holds.iter().find(|(name, _)| scene.locks(name)).map(|(name, _)| name);
        let waited_for = uses.is_some() || builds && session.snapshot != Some(false);
        let open = session.transaction_s;
        if !waited_for || open.is_some_and(|s| s < SHORT_S) {
            continue;
        }
        let severity = match open {
            Some(s) if s >= LONG_S => Severity::High,
            Some(_) => Severity::Medium,
            None => Severity::Low,
        };
        let why = match (uses, session.snapshot) {
            (Some(name), _) => format!("has used {name}"),
            (None, Some(_)) => "holds a snapshot".to_owned(),
            (None, None) => "may hold a snapshot".to_owned(),
        };
        let message = format!("{} {why}: the statement waits until it ends; others go on", person(session));
        let next = format!("let it end first, or end it: SELECT pg_terminate_backend({})", session.pid);
        found.add(ObstacleKind::OldSnapshot, severity, uses, says(message, next));
    }
    for prepared in &scene.catalog.activity.prepared {
        // One keeps no snapshot, only its locks.
        let Some((name, mode)) = prepared.holds.iter().find(|(name, _)| scene.locks(name)) else { continue };
        let message = format!(
            "the transaction '{}' prepared {} ago holds {mode} on {name}: the statement waits until somebody finishes it",
            prepared.identifier,
            words::time(prepared.age_s * 1000.0)
        );
        found.add(
            ObstacleKind::OldSnapshot,
            Severity::High,
            Some(name),
            says(message, "finish it with COMMIT PREPARED or ROLLBACK PREPARED"),
        );
    }
}

/// Vacuums are not waited for (server source, `WaitForOlderSnapshots`).
fn is_vacuum(session: &Session) -> bool {
    let lazy = session.statement.as_deref().is_some_and(|s| {
        let upper = s.to_uppercase();
        upper.starts_with("VACUUM") && !upper.contains("FULL")
    });
    lazy || super::vacuum::is_autovacuum(session)
}
