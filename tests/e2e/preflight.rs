//! Pre-flight on a busy server: what is really there is found, with who it is, and by a role that sees little, too.

use std::time::Duration;

use altimeter_analysis::preflight::{ObstacleKind, Preflight, preflight};
use altimeter_analysis::{Estimate, Range, Severity, cost};
use altimeter_catalog::{Catalog, Engine as _, InspectOptions, Inspector as _, Name};
use altimeter_engine_postgres::{Environment, PostgresEngine, PostgresInspector, Target};
use altimeter_tests::server::Server;
use altimeter_tests::session::wait_until;
use anyhow::{Context as _, Result, ensure};

fn inspect(url: &str) -> Result<Catalog> {
    let url = format!("{url}?sslmode=disable");
    let inspector = PostgresInspector::new(Target::resolve(Some(&url), &Environment::default())?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(inspector.inspect(InspectOptions::default(), &|_| ()))?)
}

/// What the statement would meet; `wal` is what it is to write.
fn of(catalog: &Catalog, sql: &str, wal: Option<f64>) -> Result<Preflight> {
    let statement =
        PostgresEngine.parse(catalog, sql).statements.into_iter().next().context("a statement")?;
    let effect = PostgresEngine.effect(catalog, &statement);
    let mut estimate: Estimate = cost::estimate(&cost::Work::new(catalog, &effect, None));
    if let Some(wal) = wal {
        estimate.wal_bytes = Some(Range::new(wal, wal, wal, &[]));
    }
    Ok(preflight(catalog, &effect, &estimate))
}

fn ensure_found(found: &Preflight, kind: ObstacleKind, severity: Severity, part: &str) -> Result<()> {
    let there =
        found.obstacles.iter().any(|o| (o.kind, o.severity) == (kind, severity) && o.message.contains(part));
    ensure!(there, "no {kind:?}, {severity}, with \"{part}\" among {:#?}", found.obstacles);
    Ok(())
}

#[test]
fn what_is_in_the_way_is_found() -> Result<()> {
    for major in [13, 18] {
        let server = Server::shared(major)?;
        let database = server.database("busy")?;
        let setup = database.session()?;
        setup.script(
            "CREATE TABLE t (id smallserial PRIMARY KEY, v integer, w integer); CREATE TABLE other (a integer); \
             SELECT setval('t_id_seq', 31000); INSERT INTO t (v) VALUES (1), (1); \
             ALTER TABLE t ADD CONSTRAINT small CHECK (v < 1000) NOT VALID",
        )?;
        let broken = setup.execute("CREATE UNIQUE INDEX CONCURRENTLY broken ON t (v)", &[]);
        ensure!(broken.is_err(), "the values are not unique");
        let slot = format!("idle_{}", database.name);
        setup.script(&format!("SELECT pg_create_physical_replication_slot('{slot}', true)"))?;
        let identifier = format!("two_{}", database.name);
        database
            .session()?
            .script(&format!("BEGIN; UPDATE t SET w = 1; PREPARE TRANSACTION '{identifier}'"))?;
        let idle = database.session()?;
        idle.script("SET application_name = 'forgetful'; BEGIN; INSERT INTO t (v) VALUES (2)")?;
        let reader = database.session()?;
        reader.script("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM other")?;
        wait_until("the transactions are old enough to be noticed", Duration::from_secs(20), || {
            setup.value(
                "SELECT count(*) = 2 FROM pg_stat_activity WHERE datname = current_database() \
                AND pid <> pg_backend_pid() AND clock_timestamp() - xact_start > interval '1.2 seconds'",
            )
        })?;
        let catalog = inspect(&database.url)?;
        let found = of(&catalog, "ALTER TABLE t ADD COLUMN x integer", Some(1e9))?;
        let (forgetful, old) = (format!("pid {}", idle.backend()?), format!("pid {}", reader.backend()?));
        let check = |kind, severity, part: &str| {
            ensure_found(&found, kind, severity, part).with_context(|| format!("on {major}"))
        };
        check(ObstacleKind::IdleTransaction, Severity::High, &forgetful)?;
        check(
            ObstacleKind::IdleTransaction,
            Severity::High,
            "forgetful, role postgres) holds ROW EXCLUSIVE on public.t",
        )?;
        check(ObstacleKind::PreparedTransaction, Severity::High, &identifier)?;
        check(ObstacleKind::InvalidIndex, Severity::Medium, "public.broken")?;
        check(ObstacleKind::UnvalidatedConstraint, Severity::Low, "small of public.t")?;
        check(ObstacleKind::FullSequence, Severity::High, "95 %")?;
        check(ObstacleKind::RetainedWal, Severity::Medium, &slot)?;
        ensure!(
            !found.obstacles.iter().any(|o| o.message.contains(&old)),
            "it uses another table: {found:#?}"
        );
        ensure!(found.behind.len() == 1 && found.behind[0].reads, "{:?}", found.behind);
        // An index build waits for snapshots too, once they are old.
        let concurrent = of(&aged(catalog.clone()), "CREATE INDEX CONCURRENTLY ON t (w)", None)?;
        ensure_found(&concurrent, ObstacleKind::OldSnapshot, Severity::Medium, &old)?;
        ensure_found(&concurrent, ObstacleKind::OldSnapshot, Severity::Medium, &forgetful)?;
        // Reads are in nobody's way.
        let free = of(&catalog, "CREATE INDEX ON other (a)", None)?;
        let kinds: Vec<ObstacleKind> = free.obstacles.iter().map(|o| o.kind).collect();
        ensure!(!kinds.contains(&ObstacleKind::IdleTransaction), "{free:#?}");
        // A role without privileges sees who holds what, and that it does not see since when.
        let seen = inspect(&server.role(&database.name, "nobody", &[])?)?;
        ensure!(seen.activity.others_hidden && !catalog.activity.others_hidden, "{:?}", seen.activity);
        let reads = seen
            .activity
            .sessions
            .iter()
            .find(|s| s.holds.iter().any(|(n, _)| n == &Name::new("public", "other")));
        ensure!(reads.is_some_and(|s| s.snapshot == Some(true)), "{:?}", seen.activity.sessions);
        let hidden = of(&seen, "ALTER TABLE t ADD COLUMN x integer", None)?;
        ensure_found(&hidden, ObstacleKind::OpenTransaction, Severity::Medium, &forgetful)?;
        ensure!(hidden.unknowns.iter().any(|u| u.contains("pg_monitor")), "{:?}", hidden.unknowns);
        ensure!(
            hidden.unknowns.iter().any(|u| u.contains("how full the sequence public.t_id_seq")),
            "{:?}",
            hidden.unknowns
        );
        setup.script(&format!("ROLLBACK PREPARED '{identifier}'"))?;
        setup.script(&format!("SELECT pg_drop_replication_slot('{slot}')"))?;
    }
    Ok(())
}

/// The same a minute later.
fn aged(mut catalog: Catalog) -> Catalog {
    for session in &mut catalog.activity.sessions {
        session.transaction_s = session.transaction_s.map(|s| s + 60.0);
    }
    catalog
}

#[test]
fn a_lock_that_stands_for_two_is_seen_as_two() -> Result<()> {
    let database = Server::shared(18)?.database("two_modes")?;
    let session = database.session()?;
    session.script("CREATE TABLE t (a integer); CREATE SEQUENCE s")?;
    session.script("BEGIN; LOCK TABLE t IN SHARE MODE; INSERT INTO t VALUES (1); SELECT nextval('s')")?;
    let pid = session.backend()?;
    let catalog = inspect(&database.url)?;
    let holds =
        catalog.activity.sessions.iter().find(|s| s.pid == pid).map(|s| s.holds.clone()).context("it")?;
    let held = |name: &str, mode: &str| (Name::new("public", name), mode.to_owned());
    ensure!(
        holds == [held("s", "ROW EXCLUSIVE"), held("t", "SHARE"), held("t", "ROW EXCLUSIVE")],
        "{holds:?}"
    );
    Ok(())
}
