//! Replication: slots that keep the log the statement writes, and queries on standbys that its lock would cancel.

use altimeter_catalog::{LockMode, Persistence, ReplicationSlot};

use super::scene::Scene;
use super::{ObstacleKind, Preflight, says};
use crate::Severity;
use crate::rule::words;

/// Log below this is everyday traffic: 64 MB.
const EVERYDAY_BYTES: f64 = 64e6;

/// So much of it fills disks: 10 GB.
const LARGE_BYTES: f64 = 10e9;

/// What PostgreSQL has unless told otherwise (manual, `max_standby_streaming_delay`).
const STANDBY_DELAY_MS: f64 = 30_000.0;

/// A lock held longer than this is noticed by readers of a standby, too.
const NOTICED_MS: f64 = 1_000.0;

pub(super) fn look(scene: &Scene<'_>, found: &mut Preflight) {
    if !scene.was_read() {
        found.unknowns.push("standbys and replication slots: no database was looked at".to_owned());
        return;
    }
    standbys(scene, found);
    if scene.catalog.server.role.is_standby() {
        found.unknowns.push("replication slots of the primary: a standby shows only its own".to_owned());
        return;
    }
    for slot in &scene.catalog.activity.slots {
        kept_log(scene, found, slot);
    }
}

/// A slot nobody reads keeps what the statement writes, until the disk is full or the slot is given up.
fn kept_log(scene: &Scene<'_>, found: &mut Preflight, slot: &ReplicationSlot) {
    let written = scene.estimate.wal_bytes.as_ref().map(|w| (w.likely, w.high));
    let retained = slot.retained_bytes.map(|b| b as f64);
    let limit = scene.catalog.server.setting_number("max_slot_wal_keep_size").filter(|l| *l > 0.0);
    let breaks = matches!((retained, written, limit), (Some(r), Some((_, w)), Some(l)) if r + w > l);
    let likely = written.map(|(likely, _)| likely);
    // One that is read keeps up sooner or later; what it lags is only worth a word where it may be given up.
    let much = likely.is_none_or(|w| w >= EVERYDAY_BYTES) || retained.is_some_and(|r| r >= LARGE_BYTES);
    let matters = breaks || !slot.active && (much || retained.is_none());
    if !matters {
        return;
    }
    let kind = if slot.logical { "logical" } else { "physical" };
    let reads = if slot.active { "lags behind" } else { "is read by nobody" };
    let keeps = retained.map_or_else(|| "an unknown amount".to_owned(), words::bytes);
    let adds = likely.map_or_else(
        || "the statement writes an unknown amount".to_owned(),
        |w| format!("the statement writes about {}", words::bytes(w)),
    );
    let then = match (breaks, limit) {
        (true, Some(limit)) => {
            format!(
                "beyond {} (max_slot_wal_keep_size) the slot is given up, and who reads it begins anew",
                words::bytes(limit)
            )
        }
        (false, Some(limit)) => format!("up to {} (max_slot_wal_keep_size)", words::bytes(limit)),
        (_, None) => "without limit (max_slot_wal_keep_size), until the disk is full".to_owned(),
    };
    let message = format!(
        "the {kind} replication slot {} {reads} and keeps {keeps} of WAL; {adds}, all of it kept {then}",
        slot.name
    );
    let severity = match likely {
        _ if breaks => Severity::High,
        Some(w) if limit.is_none() && w + retained.unwrap_or_default() >= LARGE_BYTES => Severity::High,
        Some(w) if w >= EVERYDAY_BYTES => Severity::Medium,
        None => Severity::Medium,
        Some(_) => Severity::Low,
    };
    let next = if slot.active {
        "let its reader catch up first".to_owned()
    } else {
        format!("start its reader, or SELECT pg_drop_replication_slot('{}')", slot.name.replace('\'', "''"))
    };
    found.add(ObstacleKind::RetainedWal, severity, None, says(message, next));
}

/// Standbys replay ACCESS EXCLUSIVE locks: queries there that use the table are cancelled once they have held up replay
/// for `max_standby_streaming_delay` (manual, "Hot Standby", "Handling Query Conflicts"). Feedback does not help
/// against locks. Relations that are not logged are not there.
fn standbys(scene: &Scene<'_>, found: &mut Preflight) {
    let exclusive = scene.locks.iter().filter(|(name, mode)| {
        let logged = scene.catalog.table(name).is_none_or(|t| t.persistence == Persistence::Permanent);
        *mode == LockMode::AccessExclusive && logged
    });
    let Some((name, _)) = exclusive.clone().next() else { return };
    let others = exclusive.count() - 1;
    let names = if others == 0 { name.to_string() } else { format!("{name} and {others} more") };
    let server = &scene.catalog.server;
    let delay = server.setting_number("max_standby_streaming_delay").unwrap_or(STANDBY_DELAY_MS);
    let patience = match delay {
        d if d < 0.0 => {
            "hold up replay for as long as they run (max_standby_streaming_delay is -1".to_owned()
        }
        d => {
            format!("hold up replay and are cancelled after {} (max_standby_streaming_delay", words::time(d))
        }
    };
    if server.role.is_standby() {
        for session in &scene.catalog.activity.sessions {
            if let Some((used, _)) =
                session.holds.iter().find(|(held, _)| scene.meets(held, LockMode::AccessShare).is_some())
            {
                let message = format!(
                    "on this standby {} uses {used}: when the lock is replayed, such queries {patience} here)",
                    super::queue::person(session)
                );
                found.add(
                    ObstacleKind::StandbyConflict,
                    Severity::Medium,
                    Some(used),
                    says(message, "let it end first"),
                );
            }
        }
        return;
    }
    let standbys = &scene.catalog.activity.standbys;
    if standbys.is_empty() {
        return;
    }
    let held = scene.estimate.duration_ms.as_ref().map(|d| d.likely);
    let severity = if held.is_none_or(|ms| ms >= NOTICED_MS) { Severity::Medium } else { Severity::Low };
    let who: Vec<String> = standbys.iter().map(|s| s.application.clone()).collect();
    let message = format!(
        "standbys ({}) replay ACCESS EXCLUSIVE on {names}: queries there that use it {patience} as set here; each standby \
         may have its own)",
        words::list(&who)
    );
    let next = "run it when no long query uses the table on a standby";
    found.add(ObstacleKind::StandbyConflict, severity, Some(name), says(message, next));
}
