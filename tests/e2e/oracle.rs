//! The server's own parser as a witness: it is asked about schema statements only, takes no lock for them and writes
//! nothing, on every version, on a standby and through a pooler.

#![expect(clippy::disallowed_methods, reason = "what Parse alone does is what is tested")]

use altimeter_catalog::{SyntaxOracle as _, Verdict};
use altimeter_engine_postgres::{Environment, PostgresOracle, Target};
use altimeter_tests::database::Database;
use altimeter_tests::pooler::Pooler;
use altimeter_tests::server::{Options, Server};
use altimeter_tests::session::{Session, block_on};
use altimeter_tests::standby::standby_of;
use anyhow::{Context as _, Result, ensure};

const MAJORS: [u32; 3] = [13, 15, 18];

const SCHEMA: &str = "CREATE SCHEMA s; CREATE TABLE s.t (a integer PRIMARY KEY, b text); \
    CREATE VIEW s.v AS SELECT a FROM s.t; CREATE MATERIALIZED VIEW s.m AS SELECT a FROM s.t; \
    CREATE TABLE s.p (a integer) PARTITION BY RANGE (a); CREATE SEQUENCE s.q; CREATE DOMAIN s.d AS integer; \
    CREATE FUNCTION s.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE INDEX i ON s.t (b)";

/// One of every kind that may be asked about, each naming what is there.
const ASKED: &[&str] = &[
    "ALTER TABLE s.t ADD COLUMN c integer DEFAULT 1 CHECK (c > 0) REFERENCES s.t",
    "ALTER TABLE s.t ALTER COLUMN b TYPE integer USING (SELECT max(a) FROM s.t), DROP COLUMN a",
    "ALTER TABLE s.t ADD CONSTRAINT positive CHECK (a > (SELECT max(a) FROM s.t)) NOT VALID",
    "ALTER TABLE s.p ATTACH PARTITION s.t FOR VALUES FROM (1) TO (2)",
    "ALTER INDEX s.i RENAME TO j",
    "ALTER SEQUENCE s.q RESTART",
    "ALTER VIEW s.v RENAME TO w",
    "ALTER MATERIALIZED VIEW s.m SET SCHEMA public",
    "ALTER DOMAIN s.d ADD CONSTRAINT c CHECK (VALUE > 0)",
    "ALTER FUNCTION s.f() STABLE",
    "ALTER DATABASE postgres SET lock_timeout = '1s'",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
    "ANALYZE s.t",
    "CLUSTER s.t USING t_pkey",
    "COMMENT ON COLUMN s.t.a IS 'x'",
    "CREATE INDEX CONCURRENTLY k ON s.t (lower(b)) WHERE a > 0",
    "CREATE TABLE s.u (LIKE s.t INCLUDING ALL, x integer GENERATED ALWAYS AS (a + 1) STORED, FOREIGN KEY (a) REFERENCES s.t)",
    "CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES FROM (1) TO (2)",
    "CREATE OR REPLACE VIEW s.v AS SELECT a FROM s.t WHERE b > 'x'",
    "CREATE RULE r AS ON INSERT TO s.t DO ALSO SELECT * FROM s.t",
    "CREATE TRIGGER g BEFORE INSERT ON s.t FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION s.f()",
    "CREATE POLICY y ON s.t USING (a > (SELECT 1 FROM s.t))",
    "CREATE FUNCTION s.g() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM s.t'",
    "CREATE SEQUENCE s.r OWNED BY s.t.a",
    "CREATE TYPE s.y AS ENUM ('a', 'b')",
    "CREATE STATISTICS s.z ON a, b FROM s.t",
    "CREATE SCHEMA x CREATE TABLE t (a integer) CREATE VIEW v AS SELECT a FROM t",
    "CREATE EXTENSION citext",
    "CREATE PUBLICATION p FOR TABLE s.t",
    "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION s.f()",
    "DROP TABLE s.t CASCADE",
    "DROP INDEX CONCURRENTLY s.i",
    "DROP OWNED BY CURRENT_USER",
    "GRANT SELECT (a) ON s.t TO PUBLIC",
    "IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c",
    "REASSIGN OWNED BY CURRENT_USER TO postgres",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY s.m",
    "REINDEX TABLE s.t",
    "REVOKE ALL ON s.t FROM PUBLIC",
    "SECURITY LABEL ON TABLE s.t IS 'x'",
    "TRUNCATE s.t",
    "VACUUM (FULL) s.t",
];

/// Statements that the server would analyse, run, or that end a transaction: never sent.
const NOT_ASKED: &[&str] = &[
    "SELECT * FROM s.t",
    "INSERT INTO s.t VALUES (1)",
    "UPDATE s.t SET a = 2",
    "DELETE FROM s.t",
    "WITH x AS (DELETE FROM s.t RETURNING *) SELECT * FROM x",
    "CREATE TABLE s.u AS SELECT * FROM s.t",
    "CREATE MATERIALIZED VIEW s.n AS SELECT * FROM s.t",
    "EXPLAIN ANALYZE DELETE FROM s.t",
    "DECLARE c CURSOR FOR SELECT * FROM s.t",
    "CALL s.p()",
    "COPY s.t FROM stdin",
    "LOCK TABLE s.t",
    "DO $$ BEGIN DELETE FROM s.t; END $$",
    "COMMIT",
    "BEGIN READ WRITE",
    "SET TRANSACTION READ WRITE",
];

fn prepared(major: u32) -> Result<Database> {
    let database = Server::shared(major)?.database("oracle")?;
    database.session()?.script(SCHEMA)?;
    Ok(database)
}

fn confirm(url: &str, statements: &[&str]) -> Result<Vec<Verdict>> {
    let url = format!("{url}?sslmode=disable");
    let oracle = PostgresOracle::new(Target::resolve(Some(&url), &Environment::default())?);
    let statements: Vec<String> = statements.iter().map(|s| (*s).to_owned()).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(oracle.confirm(&statements))?)
}

/// Every statement that may be asked about is accepted, though all relations are locked.
fn ensure_accepted(url: &str) -> Result<()> {
    let verdicts = confirm(url, ASKED)?;
    ensure!(verdicts.len() == ASKED.len(), "{} verdicts", verdicts.len());
    for (sql, verdict) in ASKED.iter().zip(verdicts) {
        ensure!(verdict == Verdict::Accepted, "{sql}: {verdict:?}");
    }
    Ok(())
}

#[test]
fn parsing_takes_no_lock_and_writes_nothing() -> Result<()> {
    for major in MAJORS {
        let database = prepared(major)?;
        let session = database.session()?;
        let locks = "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE l.pid = pg_backend_pid() AND n.nspname NOT IN ('pg_catalog', 'pg_toast')";
        let writes = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL";
        for sql in ASKED {
            session.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1")?;
            let parsed =
                block_on(session.client().prepare(sql)).with_context(|| format!("{sql} on {major}"))?;
            ensure!(session.value::<i64>(locks)? == 0, "{sql} locks something on {major}");
            ensure!(!session.value::<bool>(writes)?, "{sql} writes on {major}");
            drop(parsed);
            session.script("ROLLBACK")?;
        }
        // What would be seen if there were something to see.
        session.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1")?;
        let _parsed = block_on(session.client().prepare("CREATE TABLE s.u AS SELECT * FROM s.t"))?;
        ensure!(session.value::<i64>(locks)? > 0, "a query is analysed at once on {major}");
    }
    Ok(())
}

#[test]
fn locked_relations_stop_nobody_and_nothing_is_left() -> Result<()> {
    for major in MAJORS {
        let database = prepared(major)?;
        let locking = database.session()?;
        locking.script("BEGIN; LOCK TABLE s.t, s.p IN ACCESS EXCLUSIVE MODE; DROP VIEW s.v")?;
        ensure_accepted(&database.url).with_context(|| format!("on {major}"))?;
        locking.script("ROLLBACK")?;
        let relations: i64 = locking.value(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 's'",
        )?;
        ensure!(relations == 7, "{relations} relations on {major}");
    }
    Ok(())
}

#[test]
fn what_would_be_analysed_or_run_is_not_sent() -> Result<()> {
    let database = prepared(18)?;
    let locking = database.session()?;
    locking.script("INSERT INTO s.t VALUES (1, 'x')")?;
    locking.script("BEGIN; LOCK TABLE s.t IN ACCESS EXCLUSIVE MODE")?;
    for (sql, verdict) in NOT_ASKED.iter().zip(confirm(&database.url, NOT_ASKED)?) {
        ensure!(matches!(verdict, Verdict::NotAsked { .. }), "{sql}: {verdict:?}");
    }
    locking.script("ROLLBACK")?;
    ensure!(locking.value::<i64>("SELECT count(*) FROM s.t")? == 1, "the row is there");
    // Nothing of it needs a connection.
    let verdicts = confirm("postgresql://nobody@127.0.0.1:1/nowhere", NOT_ASKED)?;
    ensure!(verdicts.len() == NOT_ASKED.len(), "{}", verdicts.len());
    Ok(())
}

#[test]
fn what_the_server_does_not_read_is_said_with_its_place() -> Result<()> {
    let newer = "ALTER TABLE s.t ADD CONSTRAINT c NOT NULL b NOT VALID";
    let both =
        ["ALTER TABEL s.t ADD a int", newer, "CREATE INDEX ON s.t (a); DROP TABLE s.t", "DROP TABLE s.t, ü,"];
    let refused = |verdict: &Verdict, part: &str, at: Option<u32>| {
        let Verdict::Refused { message, position } = verdict else { return false };
        message.contains(part) && *position == at
    };
    for major in MAJORS {
        let verdicts = confirm(&prepared(major)?.url, &both)?;
        let [typo, constraint, two, end] = verdicts.as_slice() else { anyhow::bail!("{verdicts:?}") };
        ensure!(refused(typo, "\"TABEL\"", Some(7)), "{typo:?} on {major}");
        ensure!(refused(two, "multiple commands", None), "{two:?} on {major}");
        ensure!(refused(end, "end of input", Some(19)), "{end:?} on {major}");
        let expected =
            if major >= 18 { *constraint == Verdict::Accepted } else { refused(constraint, "NOT", Some(34)) };
        ensure!(expected, "{constraint:?} on {major}");
    }
    Ok(())
}

#[test]
fn a_standby_answers_too() -> Result<()> {
    let primary = Server::start(18, &Options::default())?;
    let database = primary.database("oracle")?;
    database.session()?.script(SCHEMA)?;
    let standby = standby_of(&primary)?;
    ensure_accepted(&standby.url(&database.name))
}

#[test]
fn a_pooler_in_transaction_mode_is_no_obstacle() -> Result<()> {
    let server = Server::shared(15)?;
    let database = prepared(15)?;
    let pooler = Pooler::start(server, &[])?;
    let url = pooler.url("postgres", &database.name);
    ensure_accepted(&url)?;
    // What others left on its connections takes names that the driver, which counts, would use next.
    let session = database.session()?;
    let _one = block_on(session.client().prepare("SELECT 1"))?;
    let last: i32 = session
        .value("SELECT max(substr(name, 2)::integer) FROM pg_prepared_statements WHERE name ~ '^s[0-9]'")?;
    let other = Session::connect(&url)?;
    for next in last..last + 100 {
        other.script(&format!("PREPARE s{next} AS SELECT 1"))?;
    }
    ensure_accepted(&url)?;
    let ours = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'ALTER%'";
    ensure!(other.simple_value(ours)? == "0", "nothing of ours is left");
    Ok(())
}
