//! What estimates are made of on real servers: the arithmetic they show, what ran there before, and bad input.

use std::time::Duration;

use altimeter_analysis::{Estimate, cost};
use altimeter_catalog::{Catalog, Engine as _, InspectOptions, Inspector as _, PastKind, write_snapshot};
use altimeter_engine_postgres::{Environment, PostgresEngine, PostgresInspector, Target};
use altimeter_tests::folder::Folder;
use altimeter_tests::server::{Options, Server};
use altimeter_tests::session::wait_until;
use altimeter_tests::tool::{Output, run_altimeter, run_altimeter_with_input};
use anyhow::{Context as _, Result, ensure};

fn inspect(url: &str) -> Result<Catalog> {
    let url = format!("{url}?sslmode=disable");
    let inspector = PostgresInspector::new(Target::resolve(Some(&url), &Environment::default())?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut catalog = runtime.block_on(inspector.inspect(InspectOptions::default(), &|_| ()))?;
    cost::calibrate(&mut catalog);
    Ok(catalog)
}

fn of(catalog: &Catalog, sql: &str) -> Result<Estimate> {
    let statement =
        PostgresEngine.parse(catalog, sql).statements.into_iter().next().context("a statement")?;
    let effect = PostgresEngine.effect(catalog, &statement);
    let work = cost::Work::new(catalog, &effect, Some(2_000));
    Ok(cost::estimate(&cost::Work { changes: &statement.changes, ..work }))
}

const TABLE: &str = "
    CREATE TABLE t AS SELECT g AS id, md5(g::text) AS name FROM generate_series(1, 60000) AS g;
    CREATE TABLE other AS SELECT g AS id, md5(g::text) AS name FROM generate_series(1, 60000) AS g;
    ANALYZE t, other";

#[test]
fn what_ran_here_before_is_known_by_kind_and_table() -> Result<()> {
    for major in [13, 18] {
        let server = Server::shared(major)?;
        let database = server.database("history")?;
        let session = database.session()?;
        session.script(TABLE)?;
        let none = inspect(&database.url)?;
        ensure!(none.activity.history.is_none(), "without the extension: {:?}", none.activity.history);
        session.script("CREATE EXTENSION pg_stat_statements")?;
        let before = inspect(&database.url)?;
        ensure!(before.activity.history.as_deref() == Some(&[]), "{:?}", before.activity.history);
        for sql in [
            "/* app: 'secret' */ CREATE INDEX by_name ON t (name)",
            "ALTER TABLE t ALTER id TYPE bigint",
            "UPDATE other SET name = 'secret' || id WHERE id % 2 = 0",
            "CREATE INDEX partial ON other (id) WHERE name <> 'x'",
        ] {
            session.script(sql)?;
        }
        session.script("ANALYZE t, other")?;
        let catalog = inspect(&database.url)?;
        let history = catalog.activity.history.clone().context("there is a history")?;
        let kinds =
            |kind, table: &str| history.iter().filter(|p| (p.kind, &*p.table.name) == (kind, table)).count();
        for (kind, table) in [(PastKind::Build, "t"), (PastKind::Rewrite, "t"), (PastKind::Update, "other")] {
            ensure!(kinds(kind, table) == 1, "on {major}, {kind:?} of {table}: {history:#?}");
        }
        ensure!(history.len() == 3, "on {major}: {history:#?}");
        let logged = history.iter().all(|p| p.wal_bytes.is_some_and(|b| b > 1_000_000) && p.blocks.is_some());
        ensure!(logged, "on {major}: {history:#?}");
        let mut written = Vec::new();
        write_snapshot(&catalog, &mut written)?;
        ensure!(!String::from_utf8(written)?.contains("secret"), "no literal is kept");
        let basis = |sql: &str| -> Result<String> {
            Ok(of(&catalog, sql)?.duration_ms.context("a time")?.basis.join("; "))
        };
        let own = basis("CREATE INDEX ON t (id)")?;
        ensure!(own.contains("index builds ran once here") && own.contains("on this table"), "{own}");
        let others = basis("CREATE INDEX ON other (id)")?;
        ensure!(
            others.contains("index builds ran once here") && !others.contains("on this table"),
            "{others}"
        );
        // Who may not see other roles' statements is told so, and nothing is made of what he does not see.
        let url = server.role(&database.name, "nobody", &[])?;
        let seen = inspect(&url)?;
        ensure!(seen.activity.history.as_ref().is_some_and(Vec::is_empty), "{:?}", seen.activity.history);
        ensure!(
            seen.unknowns.iter().any(|u| u.what.contains("statements run by other roles")),
            "{:?}",
            seen.unknowns
        );
        session.value::<String>(
            "SELECT pg_stat_statements_reset(0, d.oid, 0)::text FROM pg_database d WHERE datname = current_database()",
        )?;
        let reset = inspect(&database.url)?;
        ensure!(reset.activity.history.as_ref().is_some_and(Vec::is_empty), "{:?}", reset.activity.history);
        ensure!(reset.server.paces.is_empty());
    }
    Ok(())
}

#[test]
fn the_arithmetic_is_shown_in_every_format() -> Result<()> {
    let server = Server::shared(18)?;
    let database = server.database("arithmetic")?;
    database.session()?.script(TABLE)?;
    let show = |format: &str, explain: &[&str]| {
        let asked =
            ["check", "--quiet", "--format", format, "--db", &database.url, "--fail-on", "critical", "-"];
        run_altimeter_with_input(&[&asked[..], explain].concat(), &[], "CREATE INDEX ON t (name);\n")
    };
    let said = "sorting and writing entries = 60,000 rows × 1.2 µs a row";
    for format in ["text", "markdown"] {
        let with =
            show(format, &["--explain-estimate"])?.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        ensure!(with.contains(said), "{format}: {with}");
        let without = show(format, &[])?.stdout;
        ensure!(!without.contains("sorting and writing"), "{format}: {without}");
    }
    let json = show("json", &["--explain-estimate"])?.json()?;
    let time = &json["statements"][0]["estimate"]["duration_ms"];
    let terms = time["terms"].as_array().context("terms")?;
    let sum: f64 = terms.iter().filter_map(|t| t["likely"].as_f64()).sum();
    ensure!((sum - time["likely"].as_f64().context("likely")?).abs() < 0.01, "{time:#}");
    ensure!(show("json", &[])?.json()?["statements"][0]["estimate"]["duration_ms"]["terms"].is_null());
    Ok(())
}

/// What a range must be, whatever it is made of.
fn sound(whose: &str, estimate: &Estimate) -> Result<()> {
    for (name, range) in estimate.quantities() {
        let Some(range) = range else { continue };
        let ends = [range.low, range.likely, range.high];
        ensure!(ends.iter().all(|v| v.is_finite()) && ends.is_sorted(), "{whose}: {name}: {range:?}");
    }
    Ok(())
}

#[test]
fn tables_nobody_knows_much_of_have_wide_ranges_or_none() -> Result<()> {
    for major in [13, 15, 18] {
        let server = Server::shared(major)?;
        let database = server.database("odd_sizes")?;
        let session = database.session()?;
        session.script(
            "CREATE TABLE empty (id integer, name text); \
             CREATE TABLE fresh (id integer, name text) WITH (autovacuum_enabled = off); \
             INSERT INTO fresh SELECT g, md5(g::text) FROM generate_series(1, 50000) AS g; \
             CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw; \
             CREATE FOREIGN TABLE abroad (id integer, name text) SERVER files OPTIONS (filename '/nowhere'); \
             CREATE TABLE growing (id integer, name text) WITH (autovacuum_enabled = off); \
             INSERT INTO growing SELECT g, md5(g::text) FROM generate_series(1, 10000) AS g; ANALYZE growing; \
             INSERT INTO growing SELECT g, md5(g::text) FROM generate_series(1, 30000) AS g",
        )?;
        // Counters of the inserting session arrive some time after its end.
        drop(session);
        wait_until("the rows are counted", Duration::from_secs(20), || {
            database
                .session()?
                .value("SELECT n_live_tup = 50000 FROM pg_stat_user_tables WHERE relname = 'fresh'")
        })?;
        let catalog = inspect(&database.url)?;
        let all = |table: &str| -> Result<Vec<Estimate>> {
            let statements = [
                format!("CREATE INDEX ON {table} (id)"),
                format!("ALTER TABLE {table} ALTER id TYPE bigint"),
                format!("ALTER TABLE {table} ALTER id SET NOT NULL"),
                format!("UPDATE {table} SET name = 'x'"),
                format!("DELETE FROM {table}"),
            ];
            statements
                .iter()
                .map(|sql| {
                    let estimate = of(&catalog, sql)?;
                    sound(sql, &estimate)?;
                    Ok(estimate)
                })
                .collect()
        };
        for estimate in all("empty")? {
            ensure!(estimate.duration_ms.is_some_and(|d| d.likely < 50.0), "an empty table, on {major}");
        }
        all("abroad")?;
        let fresh = all("fresh")?.swap_remove(0);
        match &fresh.duration_ms {
            Some(time) => ensure!(time.high > 3.0 * time.low && time.likely > 5.0, "on {major}: {time:?}"),
            None => ensure!(!fresh.unknowns.is_empty(), "on {major}"),
        }
        ensure!(fresh.unknowns.iter().any(|u| u.contains("never analysed")), "{major}: {:?}", fresh.unknowns);
        // Four times as large as when it was analysed.
        let grown = all("growing")?.swap_remove(0).disk_after_bytes.context("a size")?;
        ensure!((700_000.0..1_200_000.0).contains(&grown.likely), "on {major}: {grown:?}");
    }
    Ok(())
}

#[test]
fn times_the_server_keeps_are_read_where_it_keeps_them() -> Result<()> {
    for major in [13, 15, 17, 18] {
        let on = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut settings =
            vec![on("track_io_timing", "on"), on("shared_buffers", "2MB"), on("effective_cache_size", "2MB")];
        settings.extend((major >= 14).then(|| on("track_wal_io_timing", "on")));
        settings.push(on("max_parallel_workers_per_gather", "0"));
        let server = Server::start(major, &Options { settings, ..Options::default() })?;
        let database = server.database("timed")?;
        let session = database.session()?;
        session.script(
            "CREATE TABLE t AS SELECT g AS id, repeat('x', 800) AS name FROM generate_series(1, 50000) AS g; \
             ANALYZE t; SELECT count(*) FROM t; SELECT sum(id) FROM t",
        )?;
        // Counters arrive some time after the end of the session.
        drop(session);
        let mut catalog = Catalog::default();
        wait_until("the reads are counted", Duration::from_secs(20), || {
            catalog = inspect(&database.url)?;
            Ok(catalog.server.timings.reads.is_some_and(|t| t.bytes > 60_000_000))
        })?;
        let timings = &catalog.server.timings;
        ensure!(timings.bulk_reads.is_some() == (major >= 16), "on {major}: {timings:?}");
        ensure!(timings.log_writes.is_some() == (major >= 14), "on {major}: {timings:?}");
        let time = of(&catalog, "ALTER TABLE t ALTER id SET NOT NULL")?.duration_ms.context("a time")?;
        let source = if major >= 16 { "pg_stat_io" } else { "pg_stat_database" };
        ensure!(time.basis.iter().any(|b| b.starts_with(source)), "on {major}: {time:?}");
    }
    // Nothing is timed unless somebody wants it.
    let server = Server::shared(18)?;
    let untimed = inspect(&server.database("untimed")?.url)?;
    ensure!(untimed.server.timings == altimeter_catalog::Timings::default(), "{:?}", untimed.server.timings);
    Ok(())
}

#[test]
fn outcomes_are_recorded_beside_the_plan_and_used_next_time() -> Result<()> {
    let server = Server::shared(17)?;
    let database = server.database("outcomes")?;
    let session = database.session()?;
    session.script(TABLE)?;
    session.script("CREATE EXTENSION pg_stat_statements")?;
    let plan =
        run_altimeter(&["plan", "--format", "json", "--db", &database.url, "add an index on t (name)"], &[])?;
    let folder = Folder::with(&[("plan.json", &plan.stdout)])?;
    let file = folder.path().join("plan.json").to_string_lossy().into_owned();
    for phase in plan.json()?["phases"].as_array().context("phases")? {
        for statement in
            phase["steps"].as_array().into_iter().flatten().flat_map(|s| s["up"].as_array()).flatten()
        {
            session.script(statement["sql"].as_str().context("a statement")?)?;
        }
    }
    let recorded = run_altimeter(&["verify", "--record", "--db", &database.url, &file], &[])?;
    ensure!(recorded.code == Some(0) && recorded.stderr.contains("recorded 1 of 1"), "{recorded:?}");
    let beside = folder.path().join("plan.outcomes.json");
    let outcomes: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&beside)?)?;
    let one = &outcomes["statements"][0];
    ensure!(one["took"]["calls"] == 1 && one["took"]["kind"] == "build_concurrently", "{outcomes:#}");
    ensure!(one["duration_ms"]["likely"].as_f64() > Some(1.0), "{outcomes:#}");
    // The server forgets; the file does not.
    session.script("DROP EXTENSION pg_stat_statements")?;
    let beside = beside.to_string_lossy().into_owned();
    let ask = |url: &str, more: &[&str]| {
        let asked = ["check", "--format", "json", "--fail-on", "critical", "--db", url, "-"];
        run_altimeter_with_input(&[&asked[..], more].concat(), &[], "CREATE INDEX ON other (name);\n")
    };
    let basis = |output: &Output| -> Result<String> {
        Ok(output.json()?["statements"][0]["estimate"]["duration_ms"]["basis"].to_string())
    };
    for path in [beside.as_str(), &folder.path().to_string_lossy()] {
        let learnt = ask(&database.url, &["--outcomes", path])?;
        ensure!(basis(&learnt)?.contains("recorded outcomes: index builds ran once here"), "{learnt:?}");
    }
    ensure!(!basis(&ask(&database.url, &[])?)?.contains("recorded"));
    // Of another database, of no server that counts, of no file, of something else.
    let other = server.database("elsewhere")?;
    other.session()?.script(TABLE)?;
    let elsewhere = ask(&other.url, &["--outcomes", &beside])?;
    ensure!(
        !basis(&elsewhere)?.contains("recorded") && elsewhere.stderr.contains("another database"),
        "{elsewhere:?}"
    );
    let uncounted = run_altimeter(&["verify", "--record", "--db", &database.url, &file], &[])?;
    ensure!(uncounted.code == Some(2) && uncounted.stderr.contains("CREATE EXTENSION"), "{uncounted:?}");
    let input =
        run_altimeter_with_input(&["verify", "--record", "--db", &database.url, "-"], &[], &plan.stdout)?;
    ensure!(input.code == Some(2) && input.stderr.contains("--record"), "{input:?}");
    let nonsense = ask(&database.url, &["--outcomes", &file])?;
    ensure!(nonsense.code == Some(2) && nonsense.stderr.contains("altimeter-outcomes/1"), "{nonsense:?}");
    Ok(())
}
