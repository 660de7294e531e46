//! A table becomes partitioned: on odd tables every statement runs on the oldest and the newest version, to the end and
//! back from every step; under load, too; and rows of new partitions come back.

use altimeter_tests::choice;
use altimeter_tests::database::Database;
use altimeter_tests::proof::{Plan, Statement, Trial, alone};
use altimeter_tests::server::Server;
use altimeter_tests::tool::run_altimeter;
use altimeter_tests::workload::Application;
use anyhow::{Context, Result, ensure};

use super::odd_tables::{Case, prove, prove_request, prove_shown};

const CASES: &[Case] = &[
    Case {
        name: "identity, generated column, foreign keys, checks, triggers, grants, row security, comments",
        setup: r#"CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE); INSERT INTO p SELECT g, 'c' || g FROM generate_series(1, 9) g;
                CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, p int NOT NULL REFERENCES p,
                    code text REFERENCES p (code) ON DELETE SET NULL DEFERRABLE, note text CHECK (note <> '') DEFAULT 'x',
                    created_at timestamptz NOT NULL DEFAULT now(), n int, twice int GENERATED ALWAYS AS (n * 2) STORED);
                COMMENT ON COLUMN t.note IS 'what it is'; ALTER TABLE t ALTER COLUMN note SET STATISTICS 300;
                ALTER TABLE t ALTER COLUMN note SET STORAGE EXTERNAL;
                CREATE INDEX ON t (p); CREATE INDEX ON t (lower(note)) WHERE n > 3; CREATE INDEX t_made ON t USING brin (created_at);
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN NEW.n := coalesce(NEW.n, 0) + 1; RETURN NEW; END $$;
                CREATE FUNCTION s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
                CREATE TRIGGER r BEFORE INSERT OR UPDATE OF note ON t FOR EACH ROW WHEN (NEW.p > 0) EXECUTE FUNCTION f();
                CREATE TRIGGER a AFTER DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION s('x', '1');
                CREATE ROLE partition_reader; GRANT SELECT, INSERT ON t TO partition_reader;
                GRANT UPDATE (note) ON t TO PUBLIC; GRANT UPDATE ON t TO partition_reader WITH GRANT OPTION;
                ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; CREATE POLICY "Some rows" ON t FOR SELECT TO PUBLIC USING (n > 0);
                CREATE POLICY w ON t AS RESTRICTIVE FOR UPDATE USING (true) WITH CHECK (note <> 'forbidden');
                COMMENT ON TABLE t IS 'all that happened'; COMMENT ON INDEX t_made IS 'small'; COMMENT ON TRIGGER r ON t IS 'counts';
                COMMENT ON CONSTRAINT t_pkey ON t IS 'the key'; COMMENT ON POLICY w ON t IS 'why'; COMMENT ON INDEX t_p_idx IS 'by p';
                CREATE VIEW v WITH (security_barrier = true) AS SELECT id, note FROM t WHERE n > 0; GRANT SELECT ON v TO partition_reader;
                CREATE VIEW "V of v" AS SELECT v.id FROM v JOIN t USING (id); COMMENT ON VIEW "V of v" IS 'of both';
                CREATE TABLE o (id int); ALTER TABLE o ENABLE ROW LEVEL SECURITY;
                CREATE POLICY by_t ON o USING (EXISTS (SELECT FROM t WHERE t.id = o.id));
                CREATE STATISTICS st ON p, n FROM t;
                INSERT INTO t (p, created_at) SELECT 1 + g % 9, now() - g * interval '1 day' FROM generate_series(1, 300) g"#,
        direct: "partition t by month on created_at",
        old: "INSERT INTO t (p, code) VALUES (3, 'c4'); UPDATE t SET note = 'y' WHERE id = 7",
        new: "INSERT INTO t (p, n) VALUES (4, 4); UPDATE t SET n = 40 WHERE id = 8",
        kept: "SELECT (SELECT n FROM t WHERE id = 8) = 40 AND (SELECT count(DISTINCT id) = count(*) FROM t)",
    },
    Case {
        name: "odd names, a composite key that has the column, a serial column, another unique key, a long index name",
        setup: r#"CREATE SCHEMA "S x"; CREATE TABLE "S x"."Odd ""Table" ("a b" serial, "Day" date, c text NOT NULL, PRIMARY KEY ("a b", "Day"));
                  CREATE UNIQUE INDEX "u; --" ON "S x"."Odd ""Table" (lower(c), "a b") INCLUDE (c) WHERE c <> 'x';
                  CREATE INDEX "a very long name of an index that nobody would ever give but here" ON "S x"."Odd ""Table" (c DESC NULLS LAST);
                  ALTER TABLE "S x"."Odd ""Table" ADD CONSTRAINT "k k" UNIQUE (c, "a b") DEFERRABLE;
                  INSERT INTO "S x"."Odd ""Table" ("Day", c) SELECT current_date - g, 'c' || g FROM generate_series(1, 300) g"#,
        direct: r#"partition "S x"."Odd ""Table" by quarter on "Day" "#,
        old: r#"INSERT INTO "S x"."Odd ""Table" ("Day", c) VALUES (current_date, 'z')"#,
        new: r#"INSERT INTO "S x"."Odd ""Table" ("Day", c) VALUES (current_date, 'new'); UPDATE "S x"."Odd ""Table" SET c = 'q' WHERE "a b" = 2"#,
        kept: r#"SELECT (SELECT c FROM "S x"."Odd ""Table" WHERE "a b" = 2) = 'q'"#,
    },
    Case {
        name: "numbers, the column being the key: nothing for the application to do",
        setup: "CREATE TABLE t (id bigserial PRIMARY KEY, n int); CREATE INDEX ON t (n);
                ALTER TABLE t SET (fillfactor = 70);
                INSERT INTO t (n) SELECT g FROM generate_series(1, 300) g",
        direct: "partition t by range (id) every 1000",
        old: "INSERT INTO t (n) VALUES (1) ON CONFLICT (id) DO NOTHING; UPDATE t SET n = 5 WHERE id = 5",
        new: "",
        kept: "SELECT true",
    },
    Case {
        name: "a column that may be NULL, without time zone, in a table without a key",
        setup: "CREATE TABLE t (made timestamp(3), n int); CREATE INDEX ON t (made);
                INSERT INTO t SELECT now() - g * interval '1 hour', g FROM generate_series(1, 300) g",
        direct: "partition t weekly on made",
        old: "INSERT INTO t (made, n) VALUES (now(), 0)",
        new: "INSERT INTO t (made, n) VALUES (now(), 1)",
        kept: "SELECT count(*) > 300 FROM t",
    },
    Case {
        name: "an index in the place of a key, another owner, daily",
        setup: "CREATE ROLE partition_owner; GRANT CREATE ON SCHEMA public TO partition_owner;
                CREATE TABLE t (id int NOT NULL, at date NOT NULL, n int); CREATE UNIQUE INDEX t_id ON t (id) WITH (fillfactor = 80);
                CREATE UNIQUE INDEX t_n ON t (n) WHERE n > 5;
                INSERT INTO t SELECT g, current_date - g, g FROM generate_series(1, 300) g; ALTER TABLE t OWNER TO partition_owner",
        direct: "partition t daily on at",
        old: "UPDATE t SET n = 1000 WHERE id = 1",
        new: "INSERT INTO t VALUES (900, current_date, 2000) ON CONFLICT (id, at) DO UPDATE SET n = 2000",
        kept: "SELECT (SELECT n FROM t WHERE id = 900) = 2000",
    },
];

fn odd(major: u32) -> Result<()> {
    let server = Server::shared(major)?;
    let roles = "DROP ROLE IF EXISTS partition_reader; DROP ROLE IF EXISTS partition_owner";
    let mut failed = Vec::new();
    for case in CASES {
        if let Err(error) = prove_shown(case, server) {
            failed.push(format!("{major}: {}: {error:#}", case.name));
        }
        // Databases of the case are gone by then, or hold them a moment longer.
        drop(server.database("roles")?.session()?.script(roles));
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n\n"));
    Ok(())
}

#[test]
fn odd_tables_become_partitioned_on_13() -> Result<()> {
    odd(13)
}

#[test]
fn odd_tables_become_partitioned_on_18() -> Result<()> {
    odd(18)
}

/// Events as an application of today writes them, with what hangs on them.
const EVENTS: &str = "CREATE TABLE accounts (id int PRIMARY KEY); INSERT INTO accounts SELECT generate_series(1, 100);
    CREATE TABLE events (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, account int NOT NULL REFERENCES accounts,
        kind text, source text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), changes int);
    INSERT INTO events (account, kind, source, created_at)
        SELECT 1 + g % 100, 'k' || g, 'source' || g, now() - g * interval '1 minute' FROM generate_series(1, $rows) g;
    CREATE INDEX ON events (kind); CREATE INDEX ON events (account, created_at DESC); CREATE UNIQUE INDEX ON events (source);
    CREATE FUNCTION count_changes() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.changes := coalesce(NEW.changes, 0) + 1; RETURN NEW; END $$;
    CREATE TRIGGER changes BEFORE INSERT OR UPDATE ON events FOR EACH ROW EXECUTE FUNCTION count_changes();
    GRANT SELECT ON events TO PUBLIC; COMMENT ON TABLE events IS 'all that happened';
    ALTER TABLE events ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON events USING (account > 0);
    CREATE VIEW kinds AS SELECT id, kind FROM events WHERE account > 0; GRANT SELECT ON kinds TO PUBLIC";

pub(super) fn events(server: &Server, rows: i64) -> Result<Database> {
    let database = server.database("events")?;
    let session = database.session()?;
    session.script(&EVENTS.replace("$rows", &rows.to_string()))?;
    session.execute("VACUUM (ANALYZE) events", &[])?;
    drop(session);
    Ok(database)
}

pub(super) fn planned(database: &Database, request: &str) -> Result<(Plan, String)> {
    let plan = Plan::made(database, request, &[])?;
    let direct = plan.direct.join(";\n");
    Ok((plan, direct))
}

/// Old code names the key it knows in ON CONFLICT, new code the wider one.
pub(super) fn application(name: &'static str, key: &str, source: &str) -> Application {
    Application {
        name,
        insert: format!(
            "INSERT INTO events (account, kind, source) VALUES (7, $1, $2) ON CONFLICT ({source}) \
             DO UPDATE SET kind = EXCLUDED.kind RETURNING id"
        ),
        update: format!(
            "INSERT INTO events (id, account, kind, source, created_at) \
             SELECT id, account, $2, source, created_at FROM events WHERE id = $1 \
             ON CONFLICT ({key}) DO UPDATE SET kind = EXCLUDED.kind"
        ),
        select: "SELECT kind, changes FROM events WHERE id = $1".to_owned(),
        find: "SELECT id, kind FROM kinds WHERE kind = $1".to_owned(),
        select_all: "SELECT id, kind FROM events".to_owned(),
    }
}

fn under_load(major: u32) -> Result<()> {
    let _alone = alone();
    let server = Server::shared(major)?;
    let rows = choice("ALTIMETER_ROWS").map_or(Ok(20_000), |rows| rows.parse())?;
    let original = events(server, rows)?;
    let (plan, direct) = planned(&original, "partition events by month on created_at")?;
    let applications =
        [application("old", "id", "source"), application("new", "id, created_at", "source, created_at")];
    Trial {
        server,
        original: &original,
        plan: &plan,
        applications: &applications,
        direct: &direct,
        any_order: false,
    }
    .prove()
}

#[test]
fn partitioning_under_load_on_13() -> Result<()> {
    under_load(13)
}

#[test]
fn partitioning_under_load_on_15() -> Result<()> {
    under_load(15)
}

#[test]
fn partitioning_under_load_on_17() -> Result<()> {
    under_load(17)
}

#[test]
fn partitioning_under_load_on_18() -> Result<()> {
    under_load(18)
}

/// Rows of the partitions ahead go home with the old table, and the plan can be run again.
fn rows_come_home(major: u32) -> Result<()> {
    let database = events(Server::shared(major)?, 1_000)?;
    let (plan, _) = planned(&database, "partition events by month on created_at")?;
    let session = database.session()?;
    let run = |statements: &[Statement]| statements.iter().try_for_each(|s| session.script(&s.sql));
    let sum = "SELECT count(*) || ' ' || sum(hashtext(id || kind || source || created_at || coalesce(changes, 0))) FROM events";
    for _ in 0..2 {
        plan.steps.iter().try_for_each(|step| run(&step.up))?;
        session.script(
            "INSERT INTO events (account, kind, source, created_at)
             SELECT 1, 'ahead', 'ahead' || g || now(), now() + g * interval '1 day' FROM generate_series(1, 400) g;
             UPDATE events SET kind = 'moved', created_at = now() + interval '50 days' WHERE id = 5",
        )?;
        let ahead = "SELECT count(*) FROM events WHERE tableoid <> 'events_before_2'::regclass";
        let first = session.value::<String>(
            "SELECT relname::text FROM pg_class WHERE relname LIKE 'events\\_before\\_____\\___'",
        )?;
        ensure!(session.value::<i64>(&ahead.replace("events_before_2", &first))? > 300, "no row is ahead");
        let wanted = session.value::<String>(sum)?;
        plan.steps.iter().rev().try_for_each(|step| run(&step.down))?;
        let found = session.value::<String>(sum)?;
        ensure!(found == wanted, "{wanted} became {found}");
        // Above the boundary they are in the plan's way, and its check says so.
        session.script("DELETE FROM events WHERE created_at > now()")?;
    }
    Ok(())
}

#[test]
fn rows_of_new_partitions_come_home() -> Result<()> {
    [13, 15, 17, 18]
        .into_iter()
        .try_for_each(|major| rows_come_home(major).with_context(|| format!("PostgreSQL {major}")))
}

/// What cannot be done is refused, with the reason and what would be needed.
#[test]
fn what_stays_with_the_old_table_is_refused() -> Result<()> {
    for (setup, request, said) in [
        (
            "CREATE VIEW v AS SELECT id FROM events; CREATE MATERIALIZED VIEW m AS SELECT id FROM v",
            "by month on created_at",
            "view public.v is needed by table public.m",
        ),
        (
            "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM events; END",
            "by month on created_at",
            "is read by the functions public.f",
        ),
        (
            "CREATE RULE r AS ON DELETE TO events DO INSTEAD NOTHING",
            "by month on created_at",
            "has the rules r",
        ),
        (
            "CREATE TABLE c (e bigint REFERENCES events)",
            "by month on created_at",
            "is referenced by the foreign keys c_e_fkey of public.c",
        ),
        (
            "CREATE POLICY newest ON events USING (id = (SELECT max(id) FROM events))",
            "by month on created_at",
            "is read by its own policies newest",
        ),
        (
            "CREATE FUNCTION f(events) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "by month on created_at",
            "are arguments or results of public.f(public.events)",
        ),
        (
            "CREATE FUNCTION f() RETURNS SETOF events LANGUAGE plpgsql AS 'BEGIN RETURN QUERY SELECT * FROM events; END'",
            "by hash of id into 3 partitions",
            "are arguments or results of public.f()",
        ),
        (
            "ALTER TABLE events ADD CONSTRAINT k CHECK (account > 0) NOT VALID",
            "by month on created_at",
            "k of public.events is NOT VALID",
        ),
        ("CREATE TABLE heir () INHERITS (events)", "by month on created_at", "inheritance"),
        (
            "CREATE TABLE events_default ()",
            "by month on created_at",
            "there is a relation public.events_default already",
        ),
        ("SELECT 1", "by month on kind", "needs a column of dates or times"),
        ("SELECT 1", "by range (account) every 10", "how far public.events.account has come is not known"),
        ("SELECT 1", "by month on created_at starting 2099-01-15", "no month begins on 2099-01-15"),
    ] {
        let database = events(Server::shared(18)?, 10)?;
        database.session()?.script(setup)?;
        let arguments =
            ["plan", &format!("partition events {request}"), "--db", &database.url, "--sample", "0"];
        for arguments in [arguments.to_vec(), [&arguments[..], &["--zero-downtime", "false"]].concat()] {
            let out = run_altimeter(&arguments, &[])?;
            ensure!(out.code == Some(5), "{setup}, {request}: {:?} {}", out.code, out.stderr);
            let text = out.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
            ensure!(text.contains(said), "{setup}, {request}: {text}");
        }
    }
    Ok(())
}

/// A table with partitions of both kinds and at two levels, one of which has a fitting index already.
const NESTED: &str = r#"CREATE TABLE t (id int, "Day" date NOT NULL, note text, PRIMARY KEY (id, "Day")) PARTITION BY RANGE ("Day");
    CREATE TABLE "t 1" PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
    CREATE TABLE t_2a PARTITION OF t_2 FOR VALUES IN (1, 2, 3); CREATE TABLE t_2b PARTITION OF t_2 DEFAULT;
    CREATE TABLE t_3 PARTITION OF t FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (id);
    CREATE TABLE t_rest PARTITION OF t DEFAULT;
    CREATE INDEX own ON t_rest (lower(note), id);
    INSERT INTO t SELECT g, date '2024-06-01' + g, 'n' || g FROM generate_series(1, 500) g;"#;

fn indexes(major: u32) -> Result<()> {
    let server = Server::shared(major)?;
    let case = |direct: &'static str, more: &str| Case {
        name: direct,
        setup: Box::leak(format!("{NESTED} {more}").into_boxed_str()),
        direct,
        old: "UPDATE t SET note = 'old' WHERE id = 1",
        new: "UPDATE t SET note = 'new' WHERE id = 2",
        kept: "SELECT (SELECT note FROM t WHERE id = 1) = 'old'",
    };
    for case in [
        case("CREATE INDEX by_note ON t (lower(note), id)", ""),
        case(r#"CREATE UNIQUE INDEX "By; note" ON t (note, id, "Day") WHERE note <> 'x'"#, ""),
        case("DROP INDEX by_note", "CREATE INDEX by_note ON t (lower(note), id);"),
        case(
            "DROP INDEX by_day",
            r#"CREATE INDEX by_day ON t USING brin ("Day"); ALTER INDEX "t 1_Day_idx" RENAME TO "Another"; "#,
        ),
    ] {
        prove(&case, server).with_context(|| format!("{major}: {}", case.name))?;
    }
    Ok(())
}

#[test]
fn indexes_of_partitioned_tables_on_13() -> Result<()> {
    indexes(13)
}

#[test]
fn indexes_of_partitioned_tables_on_18() -> Result<()> {
    indexes(18)
}

/// Indexes are built anew: a plain one, an invalid one, a constraint's, all of a table, those of partitions.
#[test]
fn indexes_are_rebuilt() -> Result<()> {
    const INVALID: &str = "CREATE TABLE t (id int PRIMARY KEY, note text); INSERT INTO t SELECT g, g FROM generate_series(1, 500) g;
        CREATE UNIQUE INDEX i ON t (note); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass";
    let case = |setup: &'static str, direct: &'static str| Case {
        name: direct,
        setup,
        direct,
        old: "UPDATE t SET note = 'old' WHERE id = 1",
        new: "",
        kept: "SELECT true",
    };
    for major in [13, 18] {
        let server = Server::shared(major)?;
        let below_14 = (NESTED, "REINDEX INDEX own", "rebuild the index own");
        let whole = (NESTED, "REINDEX INDEX t_pkey", "rebuild the index t_pkey");
        for (setup, direct, request) in [
            (INVALID, "REINDEX INDEX i", "rebuild index i"),
            (INVALID, "REINDEX TABLE t", "rebuild all indexes of t"),
            (INVALID, "REINDEX INDEX t_pkey", "REINDEX INDEX t_pkey"),
            // Before 14 the server refuses the whole, in the plain statement too.
            if major < 14 { below_14 } else { whole },
        ] {
            prove_request(&case(setup, direct), request, server)
                .with_context(|| format!("{major}: {request}"))?;
        }
    }
    Ok(())
}
