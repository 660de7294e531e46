//! Estimates against what was measured once, and against what is not known.

use crate::limits::{Budget, Room, Verdict, limits};
use altimeter_catalog::{
    Catalog, Created, Effect, IndexDefinition, IndexKey, LockMode, Name, RelationKind, RowUpdate, Session,
    Table, Timed, read_snapshot,
};

use super::{Work, estimate};
use crate::{Estimate, Range};

fn of(catalog: &Catalog, effect: &Effect, lock_timeout_ms: Option<u32>) -> Estimate {
    estimate(&Work::new(catalog, effect, lock_timeout_ms))
}

fn users() -> Name {
    Name::new("public", "users")
}

/// The shop as it was measured: a million users on PostgreSQL 18, two shared cores, data in the cache.
fn shop() -> Catalog {
    let mut catalog = read_snapshot(include_str!("../../../../fixtures/snapshots/shop-50m.json")).unwrap();
    let table: &mut Table = catalog.table_mut(&users()).unwrap();
    table.size.rows = Some(1_000_000.0);
    table.size.heap_bytes = Some(173_000_000);
    table.size.toast_bytes = Some(8_192);
    table.size.index_bytes = Some(194_000_000);
    catalog
}

fn holds(range: &Option<Range>, outcome: f64) {
    let range = range.as_ref().unwrap();
    assert!(range.low <= outcome && outcome <= range.high, "{outcome} is not in {range:?}");
    assert!(range.high / range.low.max(1.0) < 50.0, "a range that says nothing: {range:?}");
    assert!(!range.basis.is_empty());
}

fn backfill() -> Effect {
    let update = RowUpdate {
        object: users(),
        command: altimeter_catalog::WriteCommand::Update,
        columns: vec!["username".into()],
        rows: None,
        assumed: false,
        batch_rows: Some(10_000),
        pause_ms: 100,
    };
    Effect { updates: vec![update], ..Effect::default() }
}

fn index(concurrently: bool) -> Effect {
    let definition = IndexDefinition {
        name: "i".into(),
        table: users(),
        method: "btree".into(),
        unique: false,
        nulls_not_distinct: false,
        keys: vec![IndexKey::column("user_name")],
        include: Vec::new(),
        predicate: None,
        options: Default::default(),
        tablespace: None,
    };
    let created = Created {
        object: users().sibling("i"),
        kind: RelationKind::Index,
        index: Some(definition),
        concurrently,
        excludes: false,
    };
    Effect { creates: vec![created], ..Effect::default() }
}

#[test]
fn measured_outcomes_are_in_their_ranges() {
    let catalog = shop();
    let filled = of(&catalog, &backfill(), Some(2_000));
    holds(&filled.duration_ms, 47_500.0);
    holds(&filled.wal_bytes, 783_700_000.0);
    holds(&filled.disk_after_bytes, 235_000_000.0);
    let built = of(&catalog, &index(true), Some(2_000));
    holds(&built.duration_ms, 2_400.0);
    holds(&built.wal_bytes, 33_400_000.0);
    holds(&built.disk_after_bytes, 36_900_000.0);
}

/// `EXCLUDE USING gist (room WITH =, during WITH &&)` over rows of an integer and a range, on 15 and 18, nothing else
/// running or both cores busy.
#[test]
fn an_exclusion_looks_up_each_row() {
    let mut catalog = shop();
    let mut effect = index(false);
    for created in &mut effect.creates {
        created.excludes = true;
        created.index.iter_mut().for_each(|i| i.method = "gist".into());
    }
    for (rows, measured_ms) in [(20_000.0, 741.0), (200_000.0, 13_686.0), (1_000_000.0, 116_612.0)] {
        let table = catalog.table_mut(&users()).unwrap();
        table.size.rows = Some(rows);
        table.size.heap_bytes = Some((rows * 65.0) as u64);
        holds(&estimate(&Work::new(&catalog, &effect, Some(2_000))).duration_ms, measured_ms);
    }
}

#[test]
fn what_is_not_logged_reaches_no_standby() {
    let mut catalog = shop();
    catalog.table_mut(&users()).unwrap().persistence = altimeter_catalog::Persistence::Unlogged;
    let filled = of(&catalog, &backfill(), None);
    assert!(filled.wal_bytes.unwrap().high < 1e6 && filled.replica_lag_ms.unwrap().high < 100.0);
    assert!(filled.duration_ms.unwrap().low > 1_000.0);
}

#[test]
fn what_lies_in_another_tablespace_is_held_against_its_disk() {
    let mut catalog = shop();
    catalog.table_mut(&users()).unwrap().tablespace = Some("fast".to_owned());
    let (filled, built) = (of(&catalog, &backfill(), None), of(&catalog, &index(false), None));
    // An index is made in the database's own tablespace unless it says otherwise.
    assert!(built.elsewhere.is_empty());
    let capacity = crate::Capacity::of([[&filled], [&built]]);
    let fast = capacity.elsewhere["fast"].likely;
    assert_eq!(fast, filled.disk_peak_bytes.unwrap().likely);
    let tablespaces = [("fast".to_owned(), fast / 2.0)].into();
    let budget = Budget {
        disk_free: Some(built.disk_peak_bytes.unwrap().high * 100.0),
        tablespaces,
        ..Budget::default()
    };
    let found = limits(&catalog, &capacity, &budget);
    let disks: Vec<_> = found.iter().filter(|l| l.room == Room::Disk).collect();
    assert_eq!((disks[0].verdict, disks.len()), (Verdict::Fits, 2), "{disks:?}");
    assert_ne!(disks[1].verdict, Verdict::Fits);
    assert!(disks[1].says.contains("tablespace fast"), "{}", disks[1].says);
}

#[test]
fn what_is_not_known_is_said_and_never_zero() {
    let mut catalog = shop();
    catalog.table_mut(&users()).unwrap().size = Default::default();
    for effect in [backfill(), index(false)] {
        let unknown = of(&catalog, &effect, None);
        assert_eq!(unknown.duration_ms, None);
        assert_eq!(unknown.wal_bytes, None);
        assert!(unknown.unknowns.iter().any(|u| u.contains("public.users")), "{:?}", unknown.unknowns);
    }
}

#[test]
fn others_wait_for_the_lock_and_then_for_the_statement() {
    let mut catalog = shop();
    let mut effect = Effect::default();
    effect.take(&users(), RelationKind::Table, LockMode::AccessExclusive);
    let bounded = of(&catalog, &effect, Some(2_000));
    let duration = bounded.duration_ms.clone().unwrap().high;
    assert_eq!(bounded.blocked_ms.clone().unwrap().high, duration + 2_100.0);
    // Without a limit the wait is as long as the oldest transaction, which nobody knows.
    let unbounded = of(&catalog, &effect, None);
    assert!(unbounded.blocked_ms.unwrap().high > 10_000.0);
    assert!(unbounded.unknowns.iter().any(|u| u.contains("without lock_timeout")));
    // Somebody has been in a transaction for a minute: what it holds decides whether anybody waits for it.
    catalog.activity.sessions.push(Session {
        pid: 1,
        user: None,
        application: None,
        state: Some("idle in transaction".into()),
        transaction_s: Some(60.0),
        state_s: Some(60.0),
        waits_for: None,
        statement: None,
        holds: Vec::new(),
        snapshot: None,
        kind: "client backend".into(),
    });
    let wait = |catalog: &Catalog, limit| of(catalog, &effect, limit).blocked_ms.unwrap();
    assert!(wait(&catalog, Some(2_000)).likely < 1_000.0);
    catalog.activity.sessions[0].holds.push((users(), "ACCESS SHARE".to_owned()));
    assert!(wait(&catalog, Some(2_000)).likely >= 2_000.0);
    let unbounded = wait(&catalog, None);
    assert!(unbounded.likely >= 60_000.0 && unbounded.high > 5.0 * unbounded.likely, "{unbounded:?}");
    catalog.activity.sessions.clear();
    // The more statements a second, the more pile up.
    let queued = |catalog: &Catalog| of(catalog, &effect, Some(2_000)).queries_queued.unwrap().high;
    catalog.server.settings.remove("max_connections");
    let few = queued(&catalog);
    catalog.table_mut(&users()).unwrap().rates.as_mut().unwrap().scans *= 10.0;
    assert!(queued(&catalog) > 5.0 * few);
    // But each waits in a session of its own.
    catalog.server.settings.insert("max_connections".to_owned(), "100".to_owned());
    catalog.server.settings.insert("superuser_reserved_connections".to_owned(), "3".to_owned());
    assert_eq!(queued(&catalog), 97.0);
}

#[test]
fn a_concurrent_build_takes_longer_and_stops_nobody() {
    let catalog = shop();
    let likely = |concurrently| of(&catalog, &index(concurrently), None).duration_ms.unwrap().likely;
    assert!(likely(true) > 1.5 * likely(false));
    let mut effect = index(true);
    effect.take(&users(), RelationKind::Table, LockMode::ShareUpdateExclusive);
    assert_eq!(of(&catalog, &effect, None).blocked_ms.unwrap().high, 0.0);
}

#[test]
fn what_the_server_has_timed_takes_the_place_of_what_is_published() {
    let mut catalog = shop();
    catalog.server.settings.insert("effective_cache_size".into(), "1000000".into());
    let mut scanned = Effect::default();
    scanned.scans.push(users());
    let time = |catalog: &Catalog, effect: &Effect| of(catalog, effect, Some(1)).duration_ms.unwrap();
    let published = time(&catalog, &scanned);
    let timed = |bytes, ms| Some(Timed { bytes, ms });
    // 50 MB/s: 173 MB take 3.5 s.
    catalog.server.timings.bulk_reads = timed(10_000_000_000, 200_000.0);
    let slow = time(&catalog, &scanned);
    assert!((3_300.0..4_000.0).contains(&slow.likely), "{slow:?}");
    assert!(slow.likely > 3.0 * published.likely && slow.high / slow.low < 8.0, "{published:?} {slow:?}");
    assert!(slow.basis.iter().any(|b| b == "pg_stat_io: 10000 MB read at 50 MB/s"), "{:?}", slow.basis);
    // Too few, or none at all: as if nothing had been timed.
    for few in [timed(1_000_000, 20.0), timed(10_000_000_000, 0.1), None] {
        catalog.server.timings.bulk_reads = few;
        assert_eq!(time(&catalog, &scanned), published);
    }
    // What no disk can be, is not believed.
    catalog.server.timings.reads = timed(1_000_000_000, 1e12);
    assert!(time(&catalog, &scanned).high < 173.0 / 5.0 * 1000.0 * 3.0);
    catalog.server.timings.reads = None;
    let built = time(&catalog, &index(false));
    catalog.server.timings.log_writes = timed(1_000_000_000, 10_000.0);
    catalog.server.timings.log_flushes = timed(1_000_000_000, 50_000.0);
    let logged = time(&catalog, &index(false));
    assert!(
        logged.likely > built.likely + 200.0 && logged.high > built.high + 1_000.0,
        "{built:?} {logged:?}"
    );
}
