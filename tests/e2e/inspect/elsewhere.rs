//! From other places and with less to see: a standby, a pooler, roles without privileges.

use altimeter_catalog::{Catalog, Role};
use altimeter_tests::pooler::Pooler;
use altimeter_tests::server::{Options, Server};
use altimeter_tests::standby::standby_of;
use anyhow::{Context as _, Result, ensure};

use super::{MAJORS, ensure_unknown, inspect, table, zoo};

/// What is the same on a primary and its standby: everything but sizes of the free space map, which is not
/// replicated as such, and what a server counts for itself.
fn replicated(mut catalog: Catalog) -> Catalog {
    catalog.server = Default::default();
    catalog.activity = Default::default();
    catalog.unknowns.clear();
    catalog.views.change_all(|view| view.bytes = None);
    catalog.tables.change_all(|table| {
        (table.activity, table.rates) = (None, None);
        table.size =
            altimeter_catalog::Size { rows: table.size.rows, pages: table.size.pages, ..Default::default() };
        for index in &mut table.indexes {
            (index.scans, index.bytes) = (None, None);
        }
    });
    catalog
}

#[test]
fn a_standby_shows_the_same_objects_and_says_what_it_cannot_know() -> Result<()> {
    for major in MAJORS {
        let primary = Server::start(major, &Options::default())?;
        let database = zoo(&primary)?;
        // Not replicated, so its rows are unknown there, whatever they are here.
        database.session()?.script("DROP TABLE zoo.scratch; CREATE EXTENSION pg_stat_statements")?;
        let standby = standby_of(&primary)?;
        let there = inspect(&standby.url(&database.name))?;
        let here = inspect(&database.url)?;
        ensure!(
            matches!(there.server.role, Role::Standby { lag_s: Some(_), feedback: Some(false) }),
            "{:?}",
            there.server.role
        );
        for (ours, theirs) in here.tables.iter().zip(&there.tables) {
            let difference =
                ours.size.total_bytes().zip(theirs.size.total_bytes()).map(|(a, b)| a.abs_diff(b));
            let allowed = 32_768 * u64::from(ours.size.summed_partitions.max(1));
            ensure!(
                difference.is_none_or(|d| d <= allowed)
                    && ours.size.heap_bytes.is_some() == theirs.size.heap_bytes.is_some(),
                "{} is {:?} here, {:?} there",
                ours.name,
                ours.size,
                theirs.size
            );
            ensure!(
                theirs.activity.is_none() && theirs.indexes.iter().all(|i| i.scans.is_none()),
                "{}",
                theirs.name
            );
        }
        ensure!(there.server.wal.bytes.is_some_and(|b| b > 0), "{:?}", there.server.wal);
        ensure!(there.activity.statements.is_none(), "statements of a standby are its own");
        ensure!(there.activity.history.is_none(), "and so is what ran before");
        ensure_unknown(&there, "write rates of tables", "altimeter snapshot")?;
        ensure!(here.activity.standbys.len() == 1, "{:?}", here.activity.standbys);
        ensure!(here.activity.standbys[0].lag_bytes.is_some(), "{:?}", here.activity.standbys);
        ensure!(
            here.activity.slots.iter().any(|s| s.active && !s.logical && s.retained_bytes.is_some()),
            "slots"
        );
        let (here, there) = (replicated(here), replicated(there));
        for (ours, theirs) in here.tables.iter().zip(&there.tables) {
            ensure!(ours == theirs, "{ours:#?}\n{theirs:#?}");
        }
        ensure!(here == there, "{here:#?}\n{there:#?}");
    }
    Ok(())
}

#[test]
fn an_unlogged_table_is_unknown_on_a_standby() -> Result<()> {
    let primary = Server::start(18, &Options::default())?;
    let database = zoo(&primary)?;
    database.session()?.script("INSERT INTO zoo.scratch SELECT generate_series(1, 1000)")?;
    let standby = standby_of(&primary)?;
    let catalog = inspect(&standby.url(&database.name))?;
    let size = &table(&catalog, "scratch")?.size;
    ensure!(size.rows.is_none() && size.heap_bytes.is_none(), "{size:?}");
    ensure_unknown(&catalog, "unlogged zoo.scratch", "primary")
}

#[test]
fn roles_that_see_little_say_so() -> Result<()> {
    for major in MAJORS {
        let server = Server::shared(major)?;
        let database = zoo(server)?;
        // Three looks at one table: nobody may vacuum it in between.
        database.session()?.script(
            "CREATE EXTENSION pg_stat_statements; ALTER TABLE zoo.animals SET (autovacuum_enabled = off)",
        )?;
        let all = inspect(&database.url)?;
        let monitor = inspect(&server.role(&database.name, "monitor", &["GRANT pg_monitor TO {role}"])?)?;
        let nobody = inspect(&server.role(&database.name, "nobody", &[])?)?;
        for catalog in [&monitor, &nobody] {
            let animals = table(catalog, "animals")?;
            ensure!(
                animals.size == table(&all, "animals")?.size,
                "sizes need no privilege: {:?}",
                animals.size
            );
            ensure!(animals.indexes == table(&all, "animals")?.indexes, "nor do definitions");
            ensure!(animals.columns.iter().all(|c| c.statistics.is_none()), "statistics do");
            let remedy = if major >= 14 {
                "GRANT pg_read_all_data TO"
            } else {
                "GRANT SELECT ON ALL TABLES IN SCHEMA zoo TO"
            };
            ensure_unknown(catalog, "column statistics", remedy)?;
            ensure_unknown(
                catalog,
                "how full sequences are",
                "GRANT SELECT ON ALL SEQUENCES IN SCHEMA zoo TO",
            )?;
            ensure!(catalog.sequences.iter().all(|s| s.used.is_none()), "not zero");
            // Granted to everybody: of these columns there are statistics.
            let email = table(catalog, "keepers")?.column("email").context("email")?;
            ensure!(email.statistics.is_some(), "{email:?}");
        }
        ensure_unknown(&nobody, "other roles' sessions", "GRANT pg_monitor TO")?;
        ensure_unknown(&nobody, "kinds of statements run by other roles", "GRANT pg_read_all_stats TO")?;
        ensure!(!monitor.unknowns.iter().any(|u| u.remedy.contains("pg_monitor")), "{:?}", monitor.unknowns);
        ensure!(monitor.activity.statements.as_ref().is_some_and(|s| !s.is_empty()), "statements of others");
        ensure!(!all.unknowns.iter().any(|u| u.remedy.contains("GRANT")), "{:?}", all.unknowns);
    }
    Ok(())
}

#[test]
fn a_pooler_is_noticed_and_no_obstacle() -> Result<()> {
    let server = Server::shared(15)?;
    let database = zoo(server)?;
    let pooler = Pooler::start(server, &[])?;
    let direct = inspect(&database.url)?;
    let pooled = inspect(&pooler.url("postgres", &database.name))?;
    ensure!(pooled.server.pooler.is_some() && direct.server.pooler.is_none(), "{:?}", pooled.server.pooler);
    ensure!(replicated(direct) == replicated(pooled), "the same catalog");
    Ok(())
}
