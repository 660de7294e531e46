//! Rows deleted and set in batches: every statement of the plans runs on the oldest and the newest version, the rows at
//! the end are those the plain statement leaves, and from every step the way back brings back the rows from before, but
//! for those that somebody has written since.

use altimeter_tests::database::Database;
use altimeter_tests::dump::Dump;
use altimeter_tests::proof::{Plan, Step};
use altimeter_tests::server::Server;
use altimeter_tests::session::Session;
use anyhow::{Context, Result, ensure};

use super::odd_tables::run;
use crate::on_oldest_and_newest;

/// Tables, what is asked for, the plain statement, and what the application writes behind the last step run.
pub(super) struct Case {
    /// What is odd about it.
    pub(super) name: &'static str,
    /// Makes the tables.
    pub(super) setup: &'static str,
    /// The request.
    pub(super) request: &'static str,
    /// The plain statement.
    pub(super) direct: &'static str,
    /// Run on the way back, behind the last step there and before the first one back.
    pub(super) meanwhile: &'static str,
    /// What must be true of the rows when the way back has been run: a query that gives true.
    pub(super) kept: &'static str,
}

const CASES: &[Case] = &[
    Case {
        name: "a condition over a time, identity and generated columns, an enum, arrays and json",
        setup: "CREATE TYPE mood AS ENUM ('sad', 'ok');
                CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, m mood, a int[], j json,
                  b boolean GENERATED ALWAYS AS (id > 10) STORED, attempts int);
                INSERT INTO t (at, m, a, j, attempts) SELECT timestamptz '2024-01-01' + g * interval '1 hour', 'ok', ARRAY[g], '{\"a\":  1}', g
                  FROM generate_series(1, 3000) g",
        request: "delete from t where at < '2024-03-01' and attempts > 5",
        direct: "DELETE FROM t WHERE at < '2024-03-01' AND attempts > 5",
        meanwhile: "INSERT INTO t (at, attempts) VALUES ('2030-01-01', 1); UPDATE t SET attempts = -1 WHERE id = 2000",
        kept: "SELECT (SELECT count(*) FROM t) = 3001 AND (SELECT attempts FROM t WHERE id = 2000) = -1
               AND (SELECT (m = 'ok' AND a = ARRAY[100] AND j::text = '{\"a\":  1}' AND b) FROM t WHERE id = 100)",
    },
    Case {
        name: "cascades over two tables, one set to NULL, one set to its default, odd names and a composite key",
        setup: r#"CREATE TABLE "O d" (a int, "B b" text, x int, PRIMARY KEY (a, "B b"));
                CREATE TABLE c (id int PRIMARY KEY, "Ref a" int, ref_b text, FOREIGN KEY ("Ref a", ref_b) REFERENCES "O d" ON DELETE CASCADE);
                CREATE TABLE cc (id int PRIMARY KEY, c_id int REFERENCES c ON DELETE CASCADE);
                CREATE TABLE n (id int PRIMARY KEY, a int, b text, note text, FOREIGN KEY (a, b) REFERENCES "O d" ON DELETE SET NULL);
                CREATE TABLE d (id int PRIMARY KEY, c_id int DEFAULT 1 REFERENCES c ON DELETE SET DEFAULT);
                INSERT INTO "O d" SELECT g, 'b' || g, g % 10 FROM generate_series(1, 2000) g;
                INSERT INTO c SELECT g, g, 'b' || g FROM generate_series(1, 2000) g;
                INSERT INTO cc SELECT g, g FROM generate_series(1, 2000) g;
                INSERT INTO n SELECT g, g, 'b' || g, 'x' FROM generate_series(1, 2000) g;
                INSERT INTO d SELECT g, g FROM generate_series(1, 500) g"#,
        request: r#"DELETE FROM "O d" WHERE x = 7 OR a > 1900"#,
        direct: r#"DELETE FROM "O d" WHERE x = 7 OR a > 1900"#,
        meanwhile: "UPDATE n SET a = 1, b = 'b1' WHERE id = 17; UPDATE n SET note = 'y' WHERE id = 27; INSERT INTO cc VALUES (9000, 1)",
        kept: r#"SELECT (SELECT count(*) FROM "O d") = 2000 AND (SELECT count(*) FROM c) = 2000 AND (SELECT count(*) FROM cc) = 2001
               AND (SELECT a FROM n WHERE id = 17) = 1 AND (SELECT a = 27 AND note = 'y' FROM n WHERE id = 27)
               AND NOT EXISTS (SELECT FROM n WHERE id NOT IN (17) AND a IS DISTINCT FROM id) AND NOT EXISTS (SELECT FROM d WHERE c_id <> id)"#,
    },
    Case {
        name: "rows that reference each other",
        setup: "CREATE TABLE t (id int PRIMARY KEY, parent int REFERENCES t, x int); CREATE INDEX ON t (parent);
                INSERT INTO t SELECT g, CASE WHEN g % 100 <> 1 THEN g - 1 END, g / 101 FROM generate_series(1, 2000) g;
                UPDATE t SET x = (id - 1) / 100",
        request: "delete rows from t where x = 3 or x = 5",
        direct: "DELETE FROM t WHERE x = 3 OR x = 5",
        meanwhile: "",
        kept: "SELECT (SELECT count(*) FROM t) = 2000 AND (SELECT count(*) FROM t WHERE parent IS NULL) = 20",
    },
    Case {
        name: "a partitioned table, with a trigger",
        setup: "CREATE TABLE t (id int, day date, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
                CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
                CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
                CREATE TABLE log (n bigserial PRIMARY KEY, id int);
                CREATE FUNCTION logged() RETURNS trigger LANGUAGE plpgsql AS
                  $$ BEGIN INSERT INTO log (id) VALUES (OLD.id); RETURN OLD; END $$;
                CREATE TRIGGER l AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION logged();
                INSERT INTO t SELECT g, date '2024-06-01' + g % 500, 'n' || g FROM generate_series(1, 3000) g",
        request: "delete rows of t where day < '2025-02-01'",
        direct: "DELETE FROM t WHERE day < '2025-02-01'",
        meanwhile: "INSERT INTO t VALUES (9000, '2024-02-02', 'in')",
        kept: "SELECT (SELECT count(*) FROM t) = 3001",
    },
    Case {
        name: "a value where there is none, with other triggers",
        setup: "CREATE TABLE orders (id int PRIMARY KEY, status text, touched int DEFAULT 0);
                CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := NEW.touched + 1; RETURN NEW; END $$;
                CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
                INSERT INTO orders SELECT g, CASE WHEN g % 3 = 0 THEN 'old' END FROM generate_series(1, 3000) g",
        request: "set status to 'new' where status is null in orders",
        direct: "UPDATE orders SET status = 'new' WHERE status IS NULL",
        meanwhile: "UPDATE orders SET status = 'paid' WHERE id = 10",
        kept: "SELECT (SELECT status FROM orders WHERE id = 10) = 'paid'
               AND NOT EXISTS (SELECT FROM orders WHERE id <> 10 AND status IS DISTINCT FROM CASE WHEN id % 3 = 0 THEN 'old' END)",
    },
    Case {
        name: "values that depend on what they replace, over several columns",
        setup: r#"CREATE TABLE t (k int, "K 2" text, n numeric, "m m" numeric, d timestamptz, PRIMARY KEY (k, "K 2"));
                INSERT INTO t SELECT g, 'x', g, 2 * g, NULL FROM generate_series(1, 3000) g"#,
        request: r#"UPDATE t SET n = "m m", "m m" = n + 1.00, d = DEFAULT WHERE k > 100 AND "K 2" = 'x'"#,
        direct: r#"UPDATE t SET n = "m m", "m m" = n + 1.00, d = DEFAULT WHERE k > 100 AND "K 2" = 'x'"#,
        meanwhile: r#"UPDATE t SET n = 5 WHERE k = 200"#,
        kept: r#"SELECT (SELECT n = 5 AND "m m" = 201 FROM t WHERE k = 200)
               AND NOT EXISTS (SELECT FROM t WHERE k <> 200 AND (n <> k OR "m m" <> 2 * k))"#,
    },
    Case {
        name: "all rows",
        setup: "CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT g, g FROM generate_series(1, 1500) g",
        request: "UPDATE t SET n = 0",
        direct: "UPDATE t SET n = 0",
        meanwhile: "",
        kept: "SELECT NOT EXISTS (SELECT FROM t WHERE n <> id)",
    },
];

/// All rows of all tables, as text, but for logs that every write adds to.
fn rows(session: &Session) -> Result<String> {
    let tables: String = session.value(
        "SELECT string_agg(format('SELECT %L || string_agg(t::text, E''\\n'' ORDER BY t::text) FROM %s AS t', oid::regclass::text, oid::regclass),
                           ' UNION ALL ' ORDER BY oid::regclass::text)
         FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'log' AND relnamespace = 'public'::regnamespace",
    )?;
    session.value(&format!("SELECT string_agg(rows, E'\\n') FROM ({tables}) AS a(rows)"))
}

fn hold(session: &Session, step: &Step, checks: &[altimeter_tests::proof::Check]) -> Result<()> {
    for check in checks.iter().filter(|c| !c.says.contains("transaction has been open")) {
        ensure!(session.value::<bool>(&check.sql)?, "{}: does not hold: {}", step.id, check.says);
    }
    Ok(())
}

fn up(session: &Session, step: &Step) -> Result<()> {
    hold(session, step, &step.before)?;
    run(session, &step.up, step)?;
    // What may be stopped and run again does nothing the second time.
    if step.kind == "backfill" {
        run(session, &step.up, step)?;
    }
    hold(session, step, &step.after)
}

fn back(case: &Case, database: &Database, plan: &Plan, last: usize, busy: bool) -> Result<()> {
    let session = database.session()?;
    let (schema, before) = (Dump::of(database)?, rows(&session)?);
    plan.steps[..=last].iter().try_for_each(|step| up(&session, step))?;
    if busy {
        session.script(case.meanwhile)?;
    }
    for step in plan.steps[..=last].iter().rev() {
        run(&session, &step.down, step)?;
    }
    let differences = Dump::of(database)?.differences(&schema);
    ensure!(differences.is_empty(), "after DOWN: {differences:#?}");
    if busy {
        ensure!(session.value::<bool>(case.kept)?, "rows were lost: {}", case.kept);
    } else if !case.setup.contains("touched") {
        ensure!(rows(&session)? == before, "the rows after DOWN are not those from before");
    }
    Ok(())
}

fn prove(case: &Case, server: &Server) -> Result<()> {
    let original = server.database("rows")?;
    original.session()?.script(case.setup)?;
    original.session()?.script("ANALYZE")?;
    let plan = Plan::made(&original, case.request, &[])?;
    let (ended, plain) = (original.copy(server, "rows_up")?, original.copy(server, "rows_plain")?);
    let session = ended.session()?;
    plan.steps.iter().try_for_each(|step| up(&session, step))?;
    plain.session()?.script(case.direct)?;
    let differences = Dump::of(&ended)?.differences(&Dump::of(&plain)?);
    ensure!(differences.is_empty(), "after UP: {differences:#?}");
    ensure!(rows(&session)? == rows(&plain.session()?)?, "the rows are not those the plain statement leaves");
    let returns = plan.steps.iter().take_while(|s| !s.point_of_no_return).count();
    for last in 0..returns {
        let swept = plan.steps[..=last].iter().filter(|s| s.kind == "backfill").count();
        let all = plan.steps.iter().filter(|s| s.kind == "backfill").count();
        for busy in [false, true] {
            if busy && swept < all {
                continue;
            }
            let copy = original.copy(server, "rows_down")?;
            back(case, &copy, &plan, last, busy)
                .with_context(|| format!("stopped after {}", plan.steps[last].id))?;
        }
    }
    Ok(())
}

#[test]
fn rows_go_and_come_back() -> Result<()> {
    on_oldest_and_newest(CASES, |c| c.name, prove)
}

/// Nothing is kept where that is asked for: the same rows, and no table is left or made.
#[test]
fn rows_go_for_good() -> Result<()> {
    for major in [13, 18] {
        let server = Server::shared(major)?;
        for case in CASES.iter().filter(|c| !c.request.contains("\"m m\" = n")) {
            let original = server.database("discard")?;
            original.session()?.script(case.setup)?;
            original.session()?.script("ANALYZE")?;
            let plan = Plan::made(&original, case.request, &["--prefer", "discard"])?;
            let made = plan.steps.iter().flat_map(|s| &s.up).any(|s| s.sql.contains("CREATE TABLE"));
            ensure!(!made, "{}: something is kept", case.name);
            ensure!(plan.steps.iter().any(|s| s.point_of_no_return), "{}: nothing is lost", case.name);
            let plain = original.copy(server, "discard_plain")?;
            plain.session()?.script(case.direct)?;
            let session = original.session()?;
            plan.steps.iter().try_for_each(|step| up(&session, step)).with_context(|| case.name)?;
            let touched = case.setup.contains("touched");
            ensure!(touched || rows(&session)? == rows(&plain.session()?)?, "{}: other rows", case.name);
            let differences = Dump::of(&original)?.differences(&Dump::of(&plain)?);
            ensure!(differences.is_empty(), "{}: {differences:#?}", case.name);
        }
    }
    Ok(())
}
