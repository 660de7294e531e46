//! Plans for tables that are not the shop's: every statement they print runs on the oldest and the newest version, to
//! the end and back from every step, and rows written under either name in between are the same under both.

use altimeter_tests::database::Database;
use altimeter_tests::dump::Dump;
use altimeter_tests::proof::{Plan, Statement, Step};
use altimeter_tests::server::Server;
use altimeter_tests::session::Session;
use anyhow::{Context, Result, ensure};

use crate::on_oldest_and_newest;

/// A table, the plain statement that is planned for, and writes of the old and of the new application.
pub(super) struct Case {
    /// What is odd about it.
    pub(super) name: &'static str,
    /// Makes the tables.
    pub(super) setup: &'static str,
    /// The request and the plain statement.
    pub(super) direct: &'static str,
    /// Run before the first step and between any two while the old column or code is there.
    pub(super) old: &'static str,
    /// Run between the deploy and the last step.
    pub(super) new: &'static str,
    /// What must be true of the rows when both have written: a query that gives true.
    pub(super) kept: &'static str,
}

const CASES: &[Case] = &[
    Case {
        name: "numeric, whose equality does not see every change",
        setup: "CREATE TABLE t (id int PRIMARY KEY, price numeric); INSERT INTO t SELECT g, g FROM generate_series(1, 300) g;
                CREATE INDEX ON t (price) WHERE price > 10; CREATE INDEX ON t ((price * 2) DESC NULLS LAST)",
        direct: "ALTER TABLE t RENAME COLUMN price TO amount",
        old: "UPDATE t SET price = 1.00 WHERE id = 1",
        new: "UPDATE t SET amount = 2.00 WHERE id = 2",
        kept: "SELECT (SELECT price::text FROM t WHERE id = 1) = '1.00' AND (SELECT price::text FROM t WHERE id = 2) = '2.00'",
    },
    Case {
        name: "json, which has no equality, with odd names and a composite key",
        setup: r#"CREATE TABLE "Odd ""Table" ("a b" int, c text, "old; --" json, PRIMARY KEY ("a b", c));
                  INSERT INTO "Odd ""Table" SELECT g, 'x' || g, '{"n": 1}' FROM generate_series(1, 300) g"#,
        direct: r##"ALTER TABLE "Odd ""Table" RENAME COLUMN "old; --" TO "Neu'" "##,
        old: r#"UPDATE "Odd ""Table" SET "old; --" = '{"n":  2}' WHERE "a b" = 1"#,
        new: r#"UPDATE "Odd ""Table" SET "Neu'" = '{"n":   3}' WHERE "a b" = 2"#,
        kept: r#"SELECT (SELECT "old; --"::text FROM "Odd ""Table" WHERE "a b" = 1) = '{"n":  2}'
                 AND (SELECT "old; --"::text FROM "Odd ""Table" WHERE "a b" = 2) = '{"n":   3}'"#,
    },
    Case {
        name: "a default, grants on the column, NOT NULL, a check, a foreign key, a comment, other triggers",
        setup: "CREATE TABLE p (code text PRIMARY KEY); INSERT INTO p VALUES ('a'), ('b'), ('c');
                CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                    code text NOT NULL DEFAULT 'a' REFERENCES p CHECK (code <> 'x'), UNIQUE (id, code));
                COMMENT ON COLUMN t.code IS 'what it is';
                INSERT INTO t (code) SELECT 'b' FROM generate_series(1, 300);
                GRANT SELECT (code), UPDATE (code) ON t TO PUBLIC;
                CREATE FUNCTION lower_code() RETURNS trigger LANGUAGE plpgsql AS
                    $$ DECLARE k text; BEGIN
                         -- Knows the column under both names, so that it works before and after.
                         FOREACH k IN ARRAY ARRAY['code', 'kind'] LOOP
                           NEW := jsonb_populate_record(NEW, jsonb_build_object(k, lower(to_jsonb(NEW) ->> k)));
                         END LOOP;
                         RETURN NEW; END $$;
                CREATE TRIGGER m BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION lower_code();
                CREATE VIEW v AS SELECT id, code FROM t",
        direct: "ALTER TABLE t RENAME COLUMN code TO kind",
        old: "INSERT INTO t (code) VALUES ('C'); INSERT INTO t DEFAULT VALUES",
        new: "INSERT INTO t (kind) VALUES ('C'); INSERT INTO t DEFAULT VALUES; UPDATE t SET kind = 'C' WHERE id = 5",
        kept: "SELECT (SELECT count(*) FROM t WHERE code = 'c') >= 2 AND (SELECT count(*) FROM t WHERE code = 'a') >= 2
               AND (SELECT code FROM t WHERE id = 5) = 'c' AND NOT EXISTS (SELECT FROM t WHERE code NOT IN ('a', 'b', 'c'))",
    },
    Case {
        name: "a partitioned table",
        setup: "CREATE TABLE t (id int, day date, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
                CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
                CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
                CREATE INDEX ON t (note);
                INSERT INTO t SELECT g, date '2024-06-01' + g, 'n' || g FROM generate_series(1, 300) g",
        direct: "ALTER TABLE t RENAME COLUMN note TO remark",
        old: "UPDATE t SET note = 'old' WHERE id = 1",
        new: "UPDATE t SET remark = 'new' WHERE id = 2; INSERT INTO t (id, day, remark) VALUES (900, '2024-02-02', 'in') ON CONFLICT DO NOTHING",
        kept: "SELECT (SELECT note FROM t WHERE id = 1) = 'old' AND (SELECT note FROM t WHERE id = 2) = 'new'
               AND (SELECT note FROM t WHERE id = 900) = 'in'",
    },
    Case {
        name: "a primary key that others reference",
        setup: "CREATE TABLE t (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, n int);
                INSERT INTO t (n) SELECT g FROM generate_series(1, 300) g;
                CREATE TABLE c (t_id bigint REFERENCES t); INSERT INTO c SELECT 7",
        direct: "ALTER TABLE t RENAME COLUMN id TO t_id",
        old: "INSERT INTO t (n) VALUES (5); UPDATE t SET n = n + 1 WHERE id = 7",
        new: "INSERT INTO t (n) VALUES (6); UPDATE t SET n = n + 1 WHERE t_id = 7",
        kept: "SELECT (SELECT n FROM t WHERE id = 7) > 7 AND NOT EXISTS (SELECT FROM t WHERE id IS NULL)",
    },
    Case {
        name: "an enum with a volatile default, NOT NULL at once",
        setup: "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id int PRIMARY KEY, n int);
                INSERT INTO t SELECT g, g FROM generate_series(1, 300) g",
        direct: "ALTER TABLE t ADD COLUMN feeling mood NOT NULL DEFAULT 'ok'",
        old: "UPDATE t SET n = 0 WHERE id = 1",
        new: "UPDATE t SET feeling = 'sad' WHERE id = 2",
        kept: "SELECT (SELECT n FROM t WHERE id = 1) = 0",
    },
    Case {
        name: "a NOT NULL column without a default, unique and checked",
        setup: "CREATE TABLE t (id int PRIMARY KEY, code text NOT NULL UNIQUE CHECK (code <> ''), n int);
                INSERT INTO t SELECT g, 'c' || g, g FROM generate_series(1, 300) g",
        direct: "ALTER TABLE t DROP COLUMN code",
        old: "UPDATE t SET code = 'changed' WHERE id = 1",
        new: "UPDATE t SET n = 1 WHERE id = 2",
        kept: "SELECT (SELECT n FROM t WHERE id = 2) = 1",
    },
];

pub(super) fn run(session: &Session, statements: &[Statement], step: &Step) -> Result<()> {
    for statement in statements {
        session.script(&format!("SET lock_timeout = {}", statement.lock_timeout_ms))?;
        if statement.own_transaction {
            session.script("BEGIN")?;
        }
        session.execute(&statement.sql, &[]).with_context(|| format!("{}: {}", step.id, statement.sql))?;
        if statement.own_transaction {
            session.script("COMMIT")?;
        }
    }
    session.script("RESET lock_timeout")
}

fn hold(session: &Session, step: &Step, checks: &[altimeter_tests::proof::Check]) -> Result<()> {
    for check in checks.iter().filter(|c| !c.says.contains("transaction has been open")) {
        ensure!(session.value::<bool>(&check.sql)?, "{}: does not hold: {}", step.id, check.says);
    }
    Ok(())
}

/// Whether the new application may run once `done` steps are done: after the deploy.
fn deployed(plan: &Plan, done: usize) -> bool {
    plan.steps[..done].iter().any(|s| s.kind == "deploy")
}

/// Up to and with the step at `last`, both applications writing where they may; then back.
fn there_and_back(case: &Case, database: &Database, plan: &Plan, last: usize) -> Result<()> {
    let session = database.session()?;
    let before = Dump::of(database)?;
    for (at, step) in plan.steps[..=last].iter().enumerate() {
        session.script(case.old)?;
        hold(&session, step, &step.before)?;
        run(&session, &step.up, step)?;
        hold(&session, step, &step.after)?;
        if deployed(plan, at + 1) {
            session.script(case.new)?;
        }
    }
    let no_return = plan.steps[..=last].iter().any(|s| s.point_of_no_return);
    // Beyond a point of no return only the last step is promised to be undone.
    let undone = if no_return { 1 } else { last + 1 };
    for step in plan.steps[..=last].iter().rev().take(undone) {
        run(&session, &step.down, step)?;
    }
    session.script(case.old)?;
    let there = Dump::of(database)?;
    let differences = if no_return { Vec::new() } else { there.differences(&before) };
    ensure!(differences.is_empty(), "after DOWN: {differences:#?}");
    if deployed(plan, last + 1) && !no_return {
        ensure!(session.value::<bool>(case.kept)?, "rows were lost: {}", case.kept);
    }
    Ok(())
}

/// Runs the plan and compares the schema with the plain statement's.
pub(super) fn to_the_end(
    case: &Case,
    database: &Database,
    plain: &Database,
    plan: &Plan,
    any_order: bool,
) -> Result<()> {
    ends_like(database, (plain, case.direct), plan, any_order)
}

/// The same for a plain statement of its own.
fn ends_like(database: &Database, plain: (&Database, &str), plan: &Plan, any_order: bool) -> Result<()> {
    let session = database.session()?;
    for step in &plan.steps {
        hold(&session, step, &step.before)?;
        run(&session, &step.up, step)?;
        hold(&session, step, &step.after)?;
    }
    plain.0.session()?.script(plain.1)?;
    let (there, wanted) = (Dump::of(database)?, Dump::of(plain.0)?);
    let differences =
        if any_order { there.differences_in_any_order(&wanted) } else { there.differences(&wanted) };
    ensure!(differences.is_empty(), "after UP: {differences:#?}");
    Ok(())
}

/// Runs the plan of a case to its end, and back from every step.
pub(super) fn prove(case: &Case, server: &Server) -> Result<()> {
    prove_request(case, case.direct, server)
}

/// The same where the request is not the plain statement.
pub(super) fn prove_request(case: &Case, request: &str, server: &Server) -> Result<()> {
    prove_plan(case, request, server, Plain::Request, false, &[])
}

/// The same where no one statement does it: the plan is compared with the plain statements it shows.
pub(super) fn prove_shown(case: &Case, server: &Server) -> Result<()> {
    prove_plan(case, case.direct, server, Plain::Shown, false, &[])
}

/// The same for the plan with downtime.
pub(super) fn prove_with_downtime(case: &Case, server: &Server) -> Result<()> {
    prove_plan(case, case.direct, server, Plain::Request, false, &["--zero-downtime", "false"])
}

/// What a plan's end is compared with.
#[derive(PartialEq)]
enum Plain {
    /// The statement that was asked for.
    Request,
    /// What the plan says would be run directly.
    Shown,
}

/// The same where the columns may stand in another order than the plain statement leaves them in.
pub(super) fn prove_in_any_order(case: &Case, server: &Server) -> Result<()> {
    prove_plan(case, case.direct, server, Plain::Request, true, &[])
}

/// Both of these: the plain statement is another than the request, and the columns may stand in another order.
pub(super) fn prove_request_in_any_order(case: &Case, request: &str, server: &Server) -> Result<()> {
    prove_plan(case, request, server, Plain::Request, true, &[])
}

fn prove_plan(
    case: &Case,
    request: &str,
    server: &Server,
    plain: Plain,
    any_order: bool,
    options: &[&str],
) -> Result<()> {
    let original = server.database("odd")?;
    original.session()?.script(case.setup)?;
    original.session()?.script("ANALYZE")?;
    let plan = Plan::made(&original, request, options)?;
    let plain = if plain == Plain::Shown { plan.direct.join(";\n") } else { case.direct.to_owned() };
    ends_like(
        &original.copy(server, "odd_up")?,
        (&original.copy(server, "odd_plain")?, &plain),
        &plan,
        any_order,
    )?;
    for last in 0..plan.steps.len() {
        let copy = original.copy(server, "odd_down")?;
        there_and_back(case, &copy, &plan, last)
            .with_context(|| format!("stopped after {}", plan.steps[last].id))?;
    }
    Ok(())
}

#[test]
fn every_statement_runs_on_odd_tables() -> Result<()> {
    on_oldest_and_newest(CASES, |c| c.name, prove)
}

/// Names no copy can stand for: a column nobody writes, and one that decides where a row is.
const ONLY_BY_VIEW: &[Case] = &[
    Case {
        name: "a generated column",
        setup: "CREATE TABLE t (id int PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED);
                INSERT INTO t (id, n) SELECT g, g FROM generate_series(1, 300) g; CREATE INDEX ON t (twice)",
        direct: "ALTER TABLE t RENAME COLUMN twice TO doubled",
        old: "UPDATE t SET n = n + 1 WHERE twice = 10; INSERT INTO t (id, n) VALUES (1000, 5) ON CONFLICT (id) DO UPDATE SET n = 6",
        new: "UPDATE t SET n = 1 WHERE doubled > 500",
        kept: "SELECT NOT EXISTS (SELECT FROM t WHERE twice <> n * 2 OR twice > 500)",
    },
    Case {
        name: "a partition key, with odd names",
        setup: r#"CREATE TABLE "T t" (id int, "the day" date, note text, PRIMARY KEY (id, "the day")) PARTITION BY RANGE ("the day");
                CREATE TABLE t_1 PARTITION OF "T t" FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
                CREATE TABLE t_2 PARTITION OF "T t" DEFAULT; GRANT SELECT (id, "the day"), INSERT ON "T t" TO PUBLIC;
                INSERT INTO "T t" SELECT g, date '2024-06-01' + g, 'n' || g FROM generate_series(1, 300) g"#,
        direct: r#"ALTER TABLE "T t" RENAME COLUMN "the day" TO "Tag""#,
        old: r#"UPDATE "T t" SET "the day" = '2030-01-01' WHERE id = 1"#,
        new: r#"UPDATE "T t" SET "Tag" = '2031-01-01' WHERE id = 2; INSERT INTO "T t" (id, "Tag") VALUES (7000, '2024-02-02') ON CONFLICT DO NOTHING"#,
        kept: r#"SELECT (SELECT "the day" FROM "T t" WHERE id = 1) = '2030-01-01' AND (SELECT "the day" FROM "T t" WHERE id = 2) = '2031-01-01'
                AND EXISTS (SELECT FROM "T t" WHERE id = 7000)"#,
    },
];

#[test]
fn both_names_are_there_through_a_view() -> Result<()> {
    let mut failed = Vec::new();
    for major in [13, 18] {
        let server = Server::shared(major)?;
        let renames = CASES.iter().filter(|c| c.direct.contains("RENAME COLUMN"));
        for (case, options) in
            renames.map(|c| (c, &["--prefer", "view"][..])).chain(ONLY_BY_VIEW.iter().map(|c| (c, &[][..])))
        {
            if let Err(error) = prove_plan(case, case.direct, server, Plain::Request, false, options) {
                failed.push(format!("{major}: {}: {error:#}", case.name));
            }
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n\n"));
    Ok(())
}
