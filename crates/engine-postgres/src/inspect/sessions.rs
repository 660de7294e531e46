//! Sessions, the locks they hold and wait for, and work that reports its progress.

use std::collections::HashMap;

use altimeter_catalog::{Activity, InspectError, LockWait, Name, PreparedTransaction, Progress, Session};

use super::answers::{Answers, Cells};
use super::normalise::without_literals;
use crate::queries::{self, Query};

/// Adds what other sessions do.
pub(super) fn add_sessions(activity: &mut Activity, answers: &Answers) -> Result<(), InspectError> {
    let mut held = held_locks(answers)?;
    for row in answers.of(&queries::SESSIONS) {
        let pid = row.get("pid")?;
        activity.sessions.push(session(row, pid, held.remove(&Holder::Session(pid)).unwrap_or_default())?);
    }
    for row in answers.of(&queries::PREPARED) {
        let identifier: String = row.get("identifier")?;
        let holds = held.remove(&Holder::Prepared(identifier.clone())).unwrap_or_default();
        activity.prepared.push(PreparedTransaction { identifier, age_s: row.get("age_s")?, holds });
    }
    for row in answers.of(&queries::LOCK_WAITS) {
        let mut blocked_by: Vec<i32> = row.list("blocked_by")?;
        blocked_by.sort_unstable();
        blocked_by.dedup();
        activity.lock_waits.push(LockWait {
            pid: row.get("pid")?,
            relation: row.name_if_any("schema", "name")?,
            mode: mode(row.get("mode")?),
            blocked_by,
        });
    }
    add_progress(activity, answers, &queries::PROGRESS)?;
    add_progress(activity, answers, &queries::PROGRESS_COPY_14)?;
    let connections = answers.one(&queries::CONNECTIONS)?.size("connections")?;
    activity.connections = connections.and_then(|n| u32::try_from(n).ok());
    Ok(())
}

fn session(row: Cells<'_>, pid: i32, holds: Vec<(Name, String)>) -> Result<Session, InspectError> {
    let kind: Option<String> = row.get("kind")?;
    Ok(Session {
        pid,
        user: row.get("user_name")?,
        application: row.get::<Option<String>>("application")?.filter(|a| !a.is_empty()),
        state: row.get("state")?,
        transaction_s: row.get("transaction_s")?,
        state_s: row.get("state_s")?,
        waits_for: row.get("waits_for")?,
        statement: row
            .get::<Option<&str>>("statement")?
            // Of another role's session the server shows none, and says so in its place; then no kind either.
            .filter(|text| kind.is_some() && !text.is_empty())
            .map(without_literals),
        holds,
        kind: kind.unwrap_or_else(|| "not visible".to_owned()),
    })
}

fn add_progress(activity: &mut Activity, answers: &Answers, query: &Query) -> Result<(), InspectError> {
    for row in answers.of(query) {
        activity.progress.push(Progress {
            pid: row.get("pid")?,
            command: row.get("command")?,
            relation: row.name_if_any("schema", "name")?,
            phase: row.get("phase")?,
            done: row.get::<Option<f64>>("done")?.map(|d| d.clamp(0.0, 1.0)),
        });
    }
    Ok(())
}

#[derive(PartialEq, Eq, Hash)]
enum Holder {
    Session(i32),
    Prepared(String),
}

fn held_locks(answers: &Answers) -> Result<HashMap<Holder, Vec<(Name, String)>>, InspectError> {
    let mut held: HashMap<Holder, HashMap<Name, usize>> = HashMap::new();
    for row in answers.of(&queries::HELD_LOCKS) {
        let holder = match (row.get("pid")?, row.get("prepared")?) {
            (Some(pid), _) => Holder::Session(pid),
            (None, Some(identifier)) => Holder::Prepared(identifier),
            (None, None) => continue,
        };
        let Some(strength) = MODES.iter().position(|m| *m == row.get("mode").unwrap_or("")) else { continue };
        let strongest = held.entry(holder).or_default().entry(row.name("schema", "name")?).or_default();
        *strongest = strength.max(*strongest);
    }
    Ok(held
        .into_iter()
        .map(|(holder, locks)| {
            let mut locks: Vec<(Name, String)> = locks
                .into_iter()
                .map(|(name, strength)| (name, mode(MODES.get(strength).unwrap_or(&""))))
                .collect();
            locks.sort();
            (holder, locks)
        })
        .collect())
}

/// Table-level lock modes as `pg_locks` names them, the weakest first (manual, "Explicit Locking").
const MODES: [&str; 8] = [
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
];

/// A mode as the manual writes it: `AccessExclusiveLock` is `ACCESS EXCLUSIVE`.
fn mode(of_the_view: &str) -> String {
    let mut words = String::new();
    for c in of_the_view.strip_suffix("Lock").unwrap_or(of_the_view).chars() {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(c.to_ascii_uppercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_written_as_in_the_manual() {
        let manual = [
            "ACCESS SHARE",
            "ROW SHARE",
            "ROW EXCLUSIVE",
            "SHARE UPDATE EXCLUSIVE",
            "SHARE",
            "SHARE ROW EXCLUSIVE",
            "EXCLUSIVE",
            "ACCESS EXCLUSIVE",
        ];
        assert_eq!(MODES.map(mode), manual);
    }
}
