//! Pre-flight on catalogs made by hand: what is in the way, how bad it is, and what is not known.

use altimeter_catalog::{
    Constraint, ConstraintKind, Created, Index, IndexDefinition, IndexKey, Lock, LockMode, LockWait,
    PreparedTransaction, Progress, RelationKind, ReplicationSlot, Role, Sequence, Session, Size,
    StandbyConnection, Table, TableRates,
};

use super::*;
use crate::Range;

fn users() -> Name {
    Name::new("public", "users")
}

fn index(name: &str, valid: bool) -> Index {
    Index {
        comment: None,
        definition: IndexDefinition {
            name: name.to_owned(),
            table: users(),
            method: "btree".to_owned(),
            unique: false,
            nulls_not_distinct: false,
            keys: vec![IndexKey::column("email")],
            include: Vec::new(),
            predicate: None,
            options: Default::default(),
            tablespace: None,
        },
        primary: false,
        constraint: None,
        valid,
        part_of: None,
        reads: vec!["email".to_owned()],
        bytes: Some(5_000_000),
        scans: None,
        printed: None,
    }
}

/// One table that 1,000 statements a second use, and nothing in the way.
fn calm() -> Catalog {
    let table = Table {
        name: users(),
        rates: Some(TableRates { scans: 900.0, rows_written: 100.0 }),
        size: Size { rows: Some(1e6), frozen_age: Some(50_000_000), ..Size::default() },
        indexes: vec![index("users_email", true)],
        ..Table::default()
    };
    let mut catalog = Catalog { tables: vec![table].into(), ..Catalog::default() };
    catalog.server.taken_at = "2026-01-01T00:00:00Z".to_owned();
    catalog.server.role = Role::Primary;
    catalog.server.version_num = 170_005;
    catalog
}

fn session(pid: i32, open_s: Option<f64>, state: &str, holds: &[(&str, &str)]) -> Session {
    Session {
        pid,
        user: Some("shop".to_owned()),
        application: Some("reporting".to_owned()),
        state: Some(state.to_owned()),
        transaction_s: open_s,
        state_s: open_s,
        waits_for: None,
        statement: None,
        holds: holds.iter().map(|(name, mode)| (Name::new("public", *name), (*mode).to_owned())).collect(),
        snapshot: Some(true),
        kind: "client backend".to_owned(),
    }
}

fn locking(mode: LockMode) -> Effect {
    let mut effect = Effect::default();
    effect.take(&users(), RelationKind::Table, mode);
    effect
}

fn look(catalog: &Catalog, effect: &Effect) -> Preflight {
    preflight(catalog, effect, &Estimate::nothing())
}

fn kinds(found: &Preflight) -> Vec<(ObstacleKind, Severity)> {
    found.obstacles.iter().map(|o| (o.kind, o.severity)).collect()
}

#[test]
fn a_calm_server_is_no_obstacle_and_traffic_would_wait() {
    let found = look(&calm(), &locking(LockMode::AccessExclusive));
    assert_eq!((kinds(&found), found.unknowns), (vec![], vec![]));
    assert_eq!(found.behind, [Behind { table: users(), reads: true, per_second: Some(900.0) }]);
    let writes = look(&calm(), &locking(LockMode::Share)).behind;
    assert_eq!(writes, [Behind { table: users(), reads: false, per_second: Some(100.0) }]);
    assert!(look(&calm(), &locking(LockMode::ShareUpdateExclusive)).behind.is_empty());
}

#[test]
fn only_locks_that_conflict_are_waited_for() {
    let mut catalog = calm();
    catalog.activity.sessions =
        vec![session(1, Some(40.0), "idle in transaction", &[("users", "ROW EXCLUSIVE")])];
    let found = look(&catalog, &locking(LockMode::AccessExclusive));
    assert_eq!(kinds(&found), [(ObstacleKind::IdleTransaction, Severity::Critical)]);
    assert_eq!(
        found.obstacles[0].message,
        "a transaction open for 40 s (pid 1, idle in transaction for 40 s, reporting, role shop) holds ROW EXCLUSIVE on \
         public.users: the statement waits for it with ACCESS EXCLUSIVE, and every read and write of public.users \
         (some 900 a second) behind it"
    );
    assert!(found.obstacles[0].next.ends_with("SELECT pg_terminate_backend(1)"), "{found:?}");
    assert!(kinds(&look(&catalog, &locking(LockMode::ShareUpdateExclusive))).is_empty());
    let mut other = Effect::default();
    other.take(&Name::new("public", "orders"), RelationKind::Table, LockMode::AccessExclusive);
    assert!(kinds(&look(&catalog, &other)).is_empty());
    // An index that is locked alone is used by whoever uses its table.
    let mut of_index = Effect::default();
    of_index.take(&Name::new("public", "users_email"), RelationKind::Index, LockMode::AccessExclusive);
    assert_eq!(kinds(&look(&catalog, &of_index)), [(ObstacleKind::IdleTransaction, Severity::Critical)]);
}

#[test]
fn severity_follows_age_and_traffic() {
    let mut catalog = calm();
    let of = |catalog: &Catalog, mode| kinds(&look(catalog, &locking(mode))).first().map(|(_, s)| *s);
    catalog.activity.sessions = vec![session(1, Some(0.2), "active", &[("users", "ACCESS SHARE")])];
    assert_eq!(of(&catalog, LockMode::AccessExclusive), None, "everyday traffic");
    catalog.activity.sessions = vec![session(1, Some(20.0), "active", &[("users", "ACCESS SHARE")])];
    assert_eq!(of(&catalog, LockMode::AccessExclusive), Some(Severity::High));
    catalog.activity.sessions = vec![session(1, None, "active", &[("users", "ACCESS SHARE")])];
    assert_eq!(of(&catalog, LockMode::AccessExclusive), Some(Severity::High), "of unknown age");
    let users = catalog.table_mut(&users()).unwrap();
    users.rates = Some(TableRates { scans: 0.0, rows_written: 0.0 });
    assert_eq!(of(&catalog, LockMode::AccessExclusive), Some(Severity::Low), "nobody comes");
    catalog.activity.sessions =
        vec![session(1, Some(20.0), "active", &[("users", "SHARE UPDATE EXCLUSIVE")])];
    assert_eq!(of(&catalog, LockMode::ShareUpdateExclusive), Some(Severity::Low), "stops nobody else");
}

#[test]
fn prepared_transactions_and_waiting_sessions_are_in_the_way() {
    let mut catalog = calm();
    catalog.activity.prepared = vec![PreparedTransaction {
        identifier: "it's".to_owned(),
        age_s: 7_300.0,
        holds: vec![(users(), "ROW EXCLUSIVE".to_owned())],
    }];
    catalog.activity.lock_waits = vec![LockWait {
        pid: 9,
        relation: Some(users()),
        mode: "ACCESS EXCLUSIVE".to_owned(),
        blocked_by: vec![1, 2],
    }];
    let found = look(&catalog, &locking(LockMode::ShareRowExclusive));
    let expected = [
        (ObstacleKind::PreparedTransaction, Severity::Critical),
        (ObstacleKind::WaitingSession, Severity::Medium),
    ];
    assert_eq!(kinds(&found), expected);
    assert!(
        found.obstacles[0]
            .message
            .starts_with("the transaction 'it''s' prepared 2 h ago holds ROW EXCLUSIVE")
    );
    assert!(found.obstacles[0].next.ends_with("ROLLBACK PREPARED 'it''s'"));
    assert!(
        found.obstacles[1]
            .message
            .contains("pid 9 already waits for ACCESS EXCLUSIVE on public.users, behind pid 1 and pid 2")
    );
}

#[test]
fn an_index_build_waits_for_every_snapshot() {
    let mut catalog = calm();
    let mut vacuum = session(4, Some(900.0), "active", &[]);
    vacuum.statement = Some("VACUUM public.other".to_owned());
    catalog.activity.sessions = vec![
        session(1, Some(900.0), "active", &[("other", "ACCESS SHARE")]),
        session(2, Some(60.0), "idle in transaction", &[("users", "ROW EXCLUSIVE")]),
        Session {
            snapshot: Some(false),
            ..session(3, Some(60.0), "idle in transaction", &[("other", "ROW EXCLUSIVE")])
        },
        vacuum,
        session(5, Some(1.5), "active", &[]),
    ];
    let mut effect = locking(LockMode::ShareUpdateExclusive);
    effect.waits_for_transactions = true;
    let pids = |effect: &Effect| -> Vec<(Severity, bool)> {
        look(&catalog, effect).obstacles.iter().map(|o| (o.severity, o.message.contains("pid 2"))).collect()
    };
    assert_eq!(
        pids(&effect),
        [(Severity::Medium, true)],
        "DROP INDEX CONCURRENTLY waits for users of the table"
    );
    effect.creates.push(Created {
        object: Name::new("public", "new"),
        kind: RelationKind::Index,
        index: Some(index("new", true).definition),
        concurrently: true,
        excludes: false,
    });
    assert_eq!(pids(&effect), [(Severity::High, false), (Severity::Medium, true)]);
}

#[test]
fn a_vacuum_against_wraparound_does_not_give_way() {
    let mut catalog = calm();
    let worker = |title: Option<&str>| Session {
        statement: title.map(str::to_owned),
        kind: "autovacuum worker".to_owned(),
        ..session(8, Some(300.0), "active", &[("users", "SHARE UPDATE EXCLUSIVE")])
    };
    catalog.activity.progress = vec![Progress {
        pid: 8,
        command: "VACUUM".to_owned(),
        relation: Some(users()),
        phase: "scanning heap".to_owned(),
        done: Some(0.25),
    }];
    catalog.activity.sessions = vec![worker(Some("autovacuum: VACUUM public.users"))];
    let found = look(&catalog, &locking(LockMode::AccessExclusive));
    assert_eq!(kinds(&found), [(ObstacleKind::Autovacuum, Severity::Low)]);
    assert!(
        found.obstacles[0].message.contains("(scanning heap, 25 % done): it gives way 1 s after"),
        "{found:?}"
    );
    catalog.activity.sessions = vec![worker(Some("autovacuum: VACUUM public.users (to prevent wraparound)"))];
    let found = look(&catalog, &locking(LockMode::AccessExclusive));
    assert_eq!(kinds(&found), [(ObstacleKind::WraparoundVacuum, Severity::Critical)]);
    assert!(kinds(&look(&catalog, &locking(LockMode::RowExclusive))).is_empty(), "writes go on");
    // Hidden what it is for: the table's age tells.
    catalog.activity.sessions = vec![worker(None)];
    assert_eq!(kinds(&look(&catalog, &locking(LockMode::Share)))[0].0, ObstacleKind::Autovacuum);
    catalog.table_mut(&users()).unwrap().size.frozen_age = Some(210_000_000);
    assert_eq!(kinds(&look(&catalog, &locking(LockMode::Share)))[0].0, ObstacleKind::WraparoundVacuum);
    catalog.activity = Default::default();
    let found = look(&catalog, &locking(LockMode::Share));
    assert_eq!(kinds(&found), [(ObstacleKind::WraparoundVacuum, Severity::Medium)], "due, not yet at work");
}

#[test]
fn what_is_unfinished_on_the_table_is_said() {
    let mut catalog = calm();
    let users = catalog.table_mut(&users()).unwrap();
    users.indexes.push(index("broken", false));
    users.constraints.push(Constraint {
        comment: None,
        name: "positive".to_owned(),
        kind: ConstraintKind::Check,
        columns: vec!["a".to_owned()],
        definition: "CHECK ((a > 0)) NOT VALID".to_owned(),
        validated: false,
        deferrable: false,
        deferred: false,
        no_inherit: false,
        inherited: false,
        not_enforced: false,
        foreign: None,
        index: None,
    });
    users.detach_pending = true;
    let mut effect = locking(LockMode::AccessExclusive);
    let found = look(&catalog, &effect);
    let expected = [
        (ObstacleKind::HalfDetachedPartition, Severity::High),
        (ObstacleKind::InvalidIndex, Severity::Medium),
        (ObstacleKind::UnvalidatedConstraint, Severity::Low),
    ];
    assert_eq!(kinds(&found), expected);
    effect.drops.push(Name::new("public", "broken"));
    assert!(!kinds(&look(&catalog, &effect)).iter().any(|(kind, _)| *kind == ObstacleKind::InvalidIndex));
    effect.drops.clear();
    effect.locks[0].through = Some("foreign key a".to_owned());
    assert!(kinds(&look(&catalog, &effect)).is_empty(), "the statement is about another table");
    catalog.activity.progress.push(Progress {
        pid: 8,
        command: "CREATE INDEX CONCURRENTLY".to_owned(),
        relation: Some(Name::new("public", "users")),
        phase: "building index".to_owned(),
        done: None,
    });
    let found = look(&catalog, &locking(LockMode::ShareUpdateExclusive));
    assert!(kinds(&found).contains(&(ObstacleKind::RunningWork, Severity::Medium)), "{found:?}");
    assert!(
        kinds(&found).contains(&(ObstacleKind::InvalidIndex, Severity::Low)),
        "it is being built: {found:?}"
    );
}

#[test]
fn slots_keep_what_is_written() {
    let mut catalog = calm();
    let slot = |active, retained: f64| ReplicationSlot {
        name: "warehouse".to_owned(),
        logical: true,
        active,
        retained_bytes: Some(retained as u64),
    };
    let mut estimate = Estimate::nothing();
    let mut of = |catalog: &Catalog, wal: f64| {
        estimate.wal_bytes = Some(Range::new(wal, wal, wal, &[]));
        kinds(&preflight(catalog, &locking(LockMode::AccessExclusive), &estimate))
    };
    catalog.activity.slots = vec![slot(false, 1e6)];
    assert_eq!(of(&catalog, 1e5), [], "a slot nobody reads, but next to nothing is written");
    assert_eq!(of(&catalog, 1e9), [(ObstacleKind::RetainedWal, Severity::Medium)]);
    assert_eq!(of(&catalog, 2e10), [(ObstacleKind::RetainedWal, Severity::High)]);
    catalog.activity.slots = vec![slot(true, 1e6)];
    assert_eq!(of(&catalog, 2e10), []);
    catalog.server.settings.insert("max_slot_wal_keep_size".to_owned(), "1e10".to_owned());
    assert_eq!(of(&catalog, 2e10), [(ObstacleKind::RetainedWal, Severity::High)], "it would be given up");
}

#[test]
fn standbys_replay_exclusive_locks() {
    let mut catalog = calm();
    let standby = |name: &str| StandbyConnection {
        application: name.to_owned(),
        sync_state: Some("async".to_owned()),
        lag_bytes: Some(0),
        lag_s: Some(0.0),
    };
    catalog.activity.standbys = vec![standby("replica1"), standby("replica2")];
    let found = look(&catalog, &locking(LockMode::AccessExclusive));
    assert_eq!(kinds(&found), [(ObstacleKind::StandbyConflict, Severity::Low)]);
    assert!(
        found.obstacles[0]
            .message
            .starts_with("standbys (replica1 and replica2) replay ACCESS EXCLUSIVE on public.users")
    );
    assert!(found.obstacles[0].message.contains("cancelled after 30 s"), "{found:?}");
    assert!(kinds(&look(&catalog, &locking(LockMode::Exclusive))).is_empty(), "only that mode is logged");
    catalog.table_mut(&users()).unwrap().persistence = altimeter_catalog::Persistence::Unlogged;
    assert!(kinds(&look(&catalog, &locking(LockMode::AccessExclusive))).is_empty(), "it is not there");
}

#[test]
fn a_full_sequence_is_said() {
    let mut catalog = calm();
    let sequence = |used| Sequence {
        name: Name::new("public", "users_id_seq"),
        owned_by: Some(altimeter_catalog::Dependency { on: users(), columns: vec!["id".to_owned()] }),
        type_name: "integer".to_owned(),
        used,
        options: None,
    };
    let of = |catalog: &Catalog| kinds(&look(catalog, &locking(LockMode::AccessExclusive)));
    catalog.sequences = vec![sequence(Some(0.69))].into();
    assert_eq!(of(&catalog), []);
    catalog.sequences = vec![sequence(Some(0.75))].into();
    assert_eq!(of(&catalog), [(ObstacleKind::FullSequence, Severity::Medium)]);
    catalog.sequences = vec![sequence(Some(0.95))].into();
    assert_eq!(of(&catalog), [(ObstacleKind::FullSequence, Severity::High)]);
}

#[test]
fn what_cannot_be_seen_is_unknown_and_never_none() {
    let effect = locking(LockMode::AccessExclusive);
    let mut catalog = calm();
    catalog.activity.others_hidden = true;
    assert!(look(&catalog, &effect).unknowns[0].contains("GRANT pg_monitor"));
    catalog.server.role = Role::Standby { lag_s: Some(0.0), feedback: Some(false) };
    catalog.activity.sessions = vec![session(1, Some(40.0), "active", &[("users", "ACCESS SHARE")])];
    let found = look(&catalog, &effect);
    assert!(found.unknowns.iter().any(|u| u.contains("locks on the primary")), "{found:?}");
    assert!(found.unknowns.iter().any(|u| u.contains("slots of the primary")), "{found:?}");
    assert_eq!(kinds(&found), [(ObstacleKind::StandbyConflict, Severity::Medium)]);
    assert!(found.obstacles[0].message.contains("on this standby a transaction open for 40 s"), "{found:?}");
    let mut made = calm();
    made.server.taken_at.clear();
    let found = look(&made, &effect);
    assert!(found.unknowns.iter().all(|u| u.contains("no database was looked at")), "{found:?}");
    assert_eq!(found.unknowns.len(), 2);
    let mut unread = calm();
    unread.tables.clear();
    assert_eq!(look(&unread, &effect).behind, [], "a table that is not there has no traffic");
    assert_eq!(look(&calm(), &Effect::default()), Preflight::default(), "nothing is locked");
}

#[test]
fn a_lock_through_another_table_counts_in_the_queue() {
    let mut catalog = calm();
    catalog.activity.sessions = vec![session(1, Some(40.0), "active", &[("users", "ROW EXCLUSIVE")])];
    let mut effect = Effect::default();
    effect.locks.push(Lock {
        object: users(),
        kind: RelationKind::Table,
        mode: LockMode::ShareRowExclusive,
        through: Some("foreign key orders_user_id_fkey".to_owned()),
    });
    assert_eq!(kinds(&look(&catalog, &effect)), [(ObstacleKind::OpenTransaction, Severity::High)]);
}
