//! Log that stays where it was written until somebody has taken it: a replication slot's reader, the archive.

use altimeter_catalog::Catalog;

use super::{Limit, Room, Verdict, compare, in_bytes, size};
use crate::{Capacity, Range};

/// A slot keeps what its reader has not taken yet; one that nobody reads keeps everything.
pub(super) fn slots(catalog: &Catalog, demand: &Capacity) -> Limit {
    let unread: Vec<_> = catalog.activity.slots.iter().filter(|s| !s.active).collect();
    let has = catalog.server.setting_number("max_slot_wal_keep_size").filter(|limit| *limit > 0.0);
    let limit = |needs, verdict, says: String| Limit { room: Room::Slots, needs, has, verdict, says };
    if catalog.server.role.is_standby() {
        return limit(
            None,
            Verdict::Unknown,
            "slots: those of the primary a standby does not show".to_owned(),
        );
    }
    let Some(most) = unread.iter().max_by_key(|s| s.retained_bytes) else {
        return limit(Some(Range::zero()), Verdict::Fits, "slots: none is without a reader".to_owned());
    };
    let kept = most.retained_bytes.map(|kept| kept as f64);
    let needs = kept
        .zip(demand.wal_bytes.as_ref())
        .map(|(kept, log)| log.plus(&Range::new(kept, kept, kept, &["pg_replication_slots"])));
    let needed = needs.as_ref().map_or("an unknown amount".to_owned(), in_bytes);
    let name = &most.name;
    match has {
        Some(allowed) => {
            let verdict = compare(needs.as_ref(), has);
            let then = match verdict {
                Verdict::Fits => "",
                _ => ": beyond that it is given up, and its reader begins anew; start its reader first",
            };
            let says = format!(
                "slots: {name}, which nobody reads, keeps {needed}, of {} allowed{then}",
                size(allowed)
            );
            limit(needs, verdict, says)
        }
        // Without a limit the disk is it.
        None => {
            let says = format!(
                "slots: {name}, which nobody reads, keeps {needed} and all that follows until the disk is full: start its \
                 reader, drop it, or set max_slot_wal_keep_size"
            );
            limit(needs, Verdict::Close, says)
        }
    }
}

/// Log is kept until it is archived; how fast the archive takes it nobody can know, only whether it does.
pub(super) fn archive(catalog: &Catalog, demand: &Capacity) -> Limit {
    let needs = demand.wal_bytes.clone();
    let needed = needs.as_ref().map_or("an unknown amount".to_owned(), in_bytes);
    let archived = catalog.server.settings.get("archive_mode").map(|mode| mode != "off");
    let (verdict, says) = match (archived, &catalog.activity.archiver) {
        (None, _) => (Verdict::Unknown, "archive: whether the log is archived is not known".to_owned()),
        (Some(false), _) => (Verdict::Fits, "archive: the log is not archived".to_owned()),
        (Some(true), Some(archiver)) if archiver.failing => (
            Verdict::Exceeded,
            format!(
                "archive: it failed last ({} times so far): {needed} more stays on disk until it works again; mend \
                 archive_command first",
                archiver.failed
            ),
        ),
        (Some(true), archiver) => {
            let segment = catalog.server.setting_number("wal_segment_size").unwrap_or(16.0 * 1024.0 * 1024.0);
            let rate = archiver
                .as_ref()
                .and_then(|a| Some(a.archived as f64 * segment / a.counted_s.filter(|s| *s > 0.0)?));
            let so_far = rate.map_or_else(String::new, |rate| format!(", at {} a second so far", size(rate)));
            (
                Verdict::Unknown,
                format!(
                    "archive: {needed}; it works{so_far}, how much faster it can be is not known: watch pg_stat_archiver"
                ),
            )
        }
    };
    Limit { room: Room::Archive, needs, has: None, verdict, says }
}
