//! Sessions, the locks they hold and wait for, and work that reports its progress.

use std::collections::{BTreeMap, HashMap};

use altimeter_catalog::{
    Activity, InspectError, LockMode, LockWait, Name, PreparedTransaction, Progress, Session,
};

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
        snapshot: row.get("snapshot")?,
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
    let mut held: HashMap<Holder, BTreeMap<Name, Vec<LockMode>>> = HashMap::new();
    for row in answers.of(&queries::HELD_LOCKS) {
        let holder = match (row.get("pid")?, row.get("prepared")?) {
            (Some(pid), _) => Holder::Session(pid),
            (None, Some(identifier)) => Holder::Prepared(identifier),
            (None, None) => continue,
        };
        if let Some(mode) = LockMode::named(&mode(row.get("mode")?)) {
            held.entry(holder).or_default().entry(row.name("schema", "name")?).or_default().push(mode);
        }
    }
    let listed = |locks: BTreeMap<Name, Vec<LockMode>>| {
        let each = locks.into_iter().flat_map(|(name, modes)| {
            telling(&modes).into_iter().map(move |mode| (name.clone(), mode.to_string()))
        });
        each.collect()
    };
    Ok(held.into_iter().map(|(holder, locks)| (holder, listed(locks))).collect())
}

/// The modes that say all of what these stand in the way of, the strongest first: mostly that one alone, but SHARE
/// lets others hold SHARE, and ROW EXCLUSIVE does not.
fn telling(modes: &[LockMode]) -> Vec<LockMode> {
    let covers = |a: LockMode, b: LockMode| {
        LockMode::ALL.into_iter().all(|other| !b.conflicts_with(other) || a.conflicts_with(other))
    };
    let mut modes = modes.to_vec();
    modes.sort_unstable_by(|a, b| b.cmp(a));
    let mut kept: Vec<LockMode> = Vec::new();
    for mode in modes {
        if !kept.iter().any(|k| covers(*k, mode)) {
            kept.push(mode);
        }
    }
    kept
}

/// A mode of `pg_locks` as the manual writes it: `AccessExclusiveLock` is `ACCESS EXCLUSIVE`.
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
        // As pg_locks names them, the weakest first.
        let view = [
            "AccessShareLock",
            "RowShareLock",
            "RowExclusiveLock",
            "ShareUpdateExclusiveLock",
            "ShareLock",
            "ShareRowExclusiveLock",
            "ExclusiveLock",
            "AccessExclusiveLock",
        ];
        assert_eq!(view.map(|m| LockMode::named(&mode(m))), LockMode::ALL.map(Some));
    }

    #[test]
    fn a_weaker_mode_is_kept_where_the_stronger_does_not_stand_for_it() {
        use LockMode::{AccessShare, RowExclusive, Share, ShareUpdateExclusive};
        assert_eq!(telling(&[AccessShare, RowExclusive, ShareUpdateExclusive]), [ShareUpdateExclusive]);
        assert_eq!(telling(&[RowExclusive, Share, AccessShare]), [Share, RowExclusive]);
    }
}
