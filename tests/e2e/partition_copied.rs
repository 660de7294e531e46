//! A table becomes partitioned by copying every row: on odd tables every statement runs on the oldest and the newest
//! version, to the end and back from every step; under load, too; whatever the applications do to the table meanwhile.

use altimeter_tests::proof::{Trial, alone, rows};
use altimeter_tests::server::Server;
use altimeter_tests::tool::run_altimeter;
use altimeter_tests::workload::Application;
use anyhow::{Context, Result, ensure};

use super::odd_tables::{Case, prove_shown, run};
use super::partition::{application, events, planned};

const CASES: &[Case] = &[
    Case {
        name: "identity, generated column, foreign keys, checks, triggers, grants, row security, statistics, comments",
        setup: r#"CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE); INSERT INTO p SELECT g, 'c' || g FROM generate_series(1, 9) g;
                CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, p int NOT NULL REFERENCES p,
                    code text REFERENCES p (code) ON DELETE SET NULL DEFERRABLE, note text CHECK (note <> '') DEFAULT 'x',
                    created_at timestamptz NOT NULL DEFAULT now(), n int, twice int GENERATED ALWAYS AS (n * 2) STORED);
                COMMENT ON COLUMN t.note IS 'what it is'; ALTER TABLE t ALTER COLUMN note SET STATISTICS 300;
                ALTER TABLE t ALTER COLUMN note SET STORAGE EXTERNAL; ALTER TABLE t REPLICA IDENTITY FULL;
                CREATE INDEX ON t (p); CREATE INDEX ON t (lower(note)) WHERE n > 3; CREATE INDEX t_made ON t USING brin (created_at);
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN NEW.n := coalesce(NEW.n, 0) + 1; RETURN NEW; END $$;
                CREATE FUNCTION s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
                CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN UPDATE t SET note = 'by a trigger' WHERE id = NEW.id AND note = 'again'; RETURN NULL; END $$;
                CREATE TRIGGER r BEFORE INSERT OR UPDATE OF note ON t FOR EACH ROW WHEN (NEW.p > 0) EXECUTE FUNCTION f();
                CREATE TRIGGER a AFTER DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION s('x', '1');
                CREATE TRIGGER n AFTER INSERT OR UPDATE OF note ON t FOR EACH ROW EXECUTE FUNCTION again();
                CREATE ROLE copied_reader; GRANT SELECT, INSERT ON t TO copied_reader;
                GRANT UPDATE (note) ON t TO PUBLIC; GRANT UPDATE ON t TO copied_reader WITH GRANT OPTION;
                ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; CREATE POLICY "Some rows" ON t FOR SELECT TO PUBLIC USING (n > 0);
                CREATE POLICY w ON t AS RESTRICTIVE FOR UPDATE USING (true) WITH CHECK (note <> 'forbidden');
                COMMENT ON TABLE t IS 'all that happened'; COMMENT ON INDEX t_made IS 'small'; COMMENT ON TRIGGER r ON t IS 'counts';
                COMMENT ON CONSTRAINT t_pkey ON t IS 'the key'; COMMENT ON POLICY w ON t IS 'why'; COMMENT ON INDEX t_p_idx IS 'by p';
                CREATE VIEW v WITH (security_barrier = true) AS SELECT id, note FROM t WHERE n > 0; GRANT SELECT ON v TO copied_reader;
                CREATE VIEW "V of v" AS SELECT v.id FROM v JOIN t USING (id); COMMENT ON VIEW "V of v" IS 'of both';
                CREATE TABLE o (id int); ALTER TABLE o ENABLE ROW LEVEL SECURITY;
                CREATE POLICY by_t ON o USING (EXISTS (SELECT FROM t WHERE t.id = o.id));
                CREATE STATISTICS st ON p, n FROM t; COMMENT ON STATISTICS st IS 'together';
                INSERT INTO t (p, created_at) SELECT 1 + g % 9, now() - g * interval '1 day' FROM generate_series(1, 300) g"#,
        direct: "partition t by hash of p into 3 partitions",
        old: "INSERT INTO t (p, code) VALUES (3, 'c4'); UPDATE t SET note = 'again' WHERE id = 7; DELETE FROM t WHERE id = 9;
              UPDATE t SET p = 1 + (p + 3) % 9 WHERE id % 50 = 3",
        new: "INSERT INTO t (p, n) VALUES (4, 4); UPDATE t SET n = 40 WHERE id = 8",
        kept: "SELECT (SELECT n FROM t WHERE id = 8) = 40 AND (SELECT count(DISTINCT id) = count(*) FROM t)
               AND (SELECT note FROM t WHERE id = 7) = 'by a trigger' AND NOT EXISTS (SELECT FROM t WHERE id = 9)",
    },
    Case {
        name: "by list, odd names and values, a composite key that has the column, a serial column, another unique key",
        setup: r#"CREATE SCHEMA "S x"; CREATE TABLE "S x"."Odd ""Table" ("a b" serial, "Region; --" text, c text NOT NULL, PRIMARY KEY ("a b", "Region; --"));
                  CREATE UNIQUE INDEX "u; --" ON "S x"."Odd ""Table" (lower(c), "a b") INCLUDE (c) WHERE c <> 'x';
                  CREATE INDEX "a very long name of an index that nobody would ever give but here" ON "S x"."Odd ""Table" (c DESC NULLS LAST);
                  ALTER TABLE "S x"."Odd ""Table" ADD CONSTRAINT "k k" UNIQUE (c, "a b") DEFERRABLE;
                  INSERT INTO "S x"."Odd ""Table" ("Region; --", c) SELECT (ARRAY['eu', 'US', 'it''s'])[1 + g % 3], 'c' || g FROM generate_series(1, 300) g"#,
        direct: r#"partition "S x"."Odd ""Table" by list of "Region; --": eu, 'US', 'it''s', others in a default"#,
        old: r#"INSERT INTO "S x"."Odd ""Table" ("Region; --", c) VALUES ('other', 'z');
                UPDATE "S x"."Odd ""Table" SET "a b" = "a b" + 100000 WHERE "a b" = 5; DELETE FROM "S x"."Odd ""Table" WHERE "a b" = 6"#,
        new: r#"INSERT INTO "S x"."Odd ""Table" ("Region; --", c) VALUES ('eu', 'new'); UPDATE "S x"."Odd ""Table" SET c = 'q' WHERE "a b" = 2"#,
        kept: r#"SELECT (SELECT c FROM "S x"."Odd ""Table" WHERE "a b" = 2) = 'q' AND EXISTS (SELECT FROM "S x"."Odd ""Table" WHERE "a b" = 100005)"#,
    },
    Case {
        name: "by hash of the key that others reference, cascading both ways, an odd reference, a deferred one",
        setup: r#"CREATE TABLE t (id bigserial PRIMARY KEY, n numeric, j json); CREATE INDEX ON t (n);
                ALTER TABLE t SET (fillfactor = 70);
                INSERT INTO t (n, j) SELECT g, '{"a":  1}' FROM generate_series(1, 300) g;
                CREATE TABLE c (t_id bigint NOT NULL REFERENCES t ON DELETE CASCADE ON UPDATE CASCADE, x int);
                INSERT INTO c SELECT g FROM generate_series(1, 200) g; CREATE INDEX ON c (t_id);
                CREATE TABLE "D d" ("T t" bigint CONSTRAINT "to; t" REFERENCES t (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED);
                COMMENT ON CONSTRAINT "to; t" ON "D d" IS 'later'; INSERT INTO "D d" SELECT g FROM generate_series(1, 100) g;
                CREATE TABLE e (id bigint); INSERT INTO e VALUES (-1); ALTER TABLE e ADD CONSTRAINT nv FOREIGN KEY (id) REFERENCES t NOT VALID"#,
        direct: "partition t by hash of id into 4 partitions",
        old: r#"INSERT INTO t (n) VALUES (1) ON CONFLICT (id) DO NOTHING; UPDATE t SET n = 5.00 WHERE id = 5; DELETE FROM t WHERE id = 11;
                UPDATE t SET id = id + 100000 WHERE id = 150; INSERT INTO c (t_id) SELECT max(id) FROM t;
                WITH made AS (INSERT INTO t (n) VALUES (3) RETURNING id) INSERT INTO c (t_id) SELECT id FROM made;
                BEGIN; INSERT INTO "D d" VALUES (777777); INSERT INTO t (id) VALUES (777777); DELETE FROM "D d" WHERE "T t" = 777777; DELETE FROM t WHERE id = 777777; COMMIT"#,
        new: "",
        kept: "SELECT true",
    },
    Case {
        name: "a column that may be NULL, an enum, an index in the place of a key, another owner",
        setup: "CREATE ROLE copied_owner; GRANT CREATE ON SCHEMA public TO copied_owner; CREATE TYPE region AS ENUM ('eu', 'us', 'as');
                CREATE TABLE t (id int NOT NULL, at region, n int); CREATE UNIQUE INDEX t_id ON t (id) WITH (fillfactor = 80);
                CREATE UNIQUE INDEX t_n ON t (n) WHERE n > 5;
                INSERT INTO t SELECT g, 'eu', g FROM generate_series(1, 300) g; ALTER TABLE t OWNER TO copied_owner",
        direct: "partition t by list (at): eu, us",
        old: "UPDATE t SET n = 1000 WHERE id = 1; UPDATE t SET at = 'as' WHERE id = 3",
        new: "INSERT INTO t VALUES (900, 'us', 2000) ON CONFLICT (id, at) DO UPDATE SET n = 2000",
        kept: "SELECT (SELECT n FROM t WHERE id = 900) = 2000",
    },
    Case {
        name: "materialized views, one with an index, a comment, privileges and a view over it; one without rows",
        setup: r#"CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT g, g FROM generate_series(1, 300) g;
                CREATE MATERIALIZED VIEW m AS SELECT id % 10 AS part, count(*) AS rows FROM t GROUP BY 1; CREATE UNIQUE INDEX m_part ON m (part);
                COMMENT ON MATERIALIZED VIEW m IS 'counted'; COMMENT ON INDEX m_part IS 'by part'; GRANT SELECT ON m TO PUBLIC;
                CREATE VIEW over_m AS SELECT part FROM m WHERE rows > 3; CREATE VIEW v AS SELECT id FROM t;
                CREATE MATERIALIZED VIEW "M; none" AS SELECT max(n) AS most FROM t WITH NO DATA"#,
        direct: "partition t by hash of id into 3 partitions",
        old: "UPDATE t SET n = n + 1 WHERE id = 1; INSERT INTO t SELECT max(id) + 1, 1 FROM t; REFRESH MATERIALIZED VIEW m",
        new: "",
        kept: "SELECT true",
    },
    Case {
        name: "a materialized view of what becomes the first partition",
        setup: "CREATE TABLE t (id int, at date NOT NULL, n int, PRIMARY KEY (id, at)); INSERT INTO t SELECT g, date '2020-01-01' + g, g FROM generate_series(1, 300) g;
                CREATE MATERIALIZED VIEW m AS SELECT count(*) AS rows FROM t; CREATE INDEX ON m (rows)",
        direct: "partition t by month on at starting 2099-01-01",
        old: "UPDATE t SET n = n + 1 WHERE id = 1; INSERT INTO t SELECT max(id) + 1, '2020-01-01', 1 FROM t",
        new: "",
        kept: "SELECT true",
    },
    Case {
        name: "by month with the rows there are, which cannot stay in one partition",
        setup: "CREATE TABLE t (id int PRIMARY KEY, made timestamp(3) NOT NULL, n int); CREATE INDEX ON t (made);
                INSERT INTO t SELECT g, now() - g * interval '10 hours', g FROM generate_series(1, 300) g",
        direct: "partition t by month on made starting 2026-01-01",
        old: "INSERT INTO t SELECT max(id) + 1, '2026-03-05', 1 FROM t; UPDATE t SET made = '1999-01-01' WHERE id = 4",
        new: "INSERT INTO t SELECT max(id) + 1, now(), 1 FROM t; UPDATE t SET n = 77 WHERE id = 5",
        kept: "SELECT (SELECT n FROM t WHERE id = 5) = 77",
    },
    Case {
        name: "numbers from the first on",
        setup: "CREATE TABLE t (id bigserial PRIMARY KEY, n int); INSERT INTO t (n) SELECT g FROM generate_series(1, 3000) g",
        direct: "partition t by range (id) every 1000 starting 1",
        old: "INSERT INTO t (n) VALUES (1) ON CONFLICT (id) DO NOTHING; UPDATE t SET n = 5 WHERE id = 5",
        new: "",
        kept: "SELECT true",
    },
];

/// Foreign keys that a partitioned table can be given without its rows being read: from version 18 on.
const KEYS_OF_PARTITIONED: &[Case] = &[
    Case {
        name: "a foreign key to itself, deferred and cascading",
        setup: r#"CREATE TABLE t (id int PRIMARY KEY, up int CONSTRAINT "up; t" REFERENCES t ON DELETE CASCADE, n int);
                ALTER TABLE t ADD CONSTRAINT later FOREIGN KEY (n) REFERENCES t DEFERRABLE INITIALLY DEFERRED; COMMENT ON CONSTRAINT later ON t IS 'why';
                INSERT INTO t SELECT g, nullif(g / 2, 0), g FROM generate_series(1, 300) g"#,
        direct: "partition t by hash of id into 3 partitions",
        old: "WITH x AS (SELECT max(id) AS last FROM t) INSERT INTO t SELECT last + 2, last + 1, last + 1 FROM x UNION ALL SELECT last + 1, NULL, 1 FROM x;
              DELETE FROM t WHERE id = 300; UPDATE t SET up = 5 WHERE id = 7",
        new: "",
        kept: "SELECT NOT EXISTS (SELECT FROM t WHERE up NOT IN (SELECT id FROM t))",
    },
    Case {
        name: "foreign keys of and onto partitioned tables",
        setup: "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY HASH (id); CREATE TABLE p_0 PARTITION OF p FOR VALUES WITH (MODULUS 1, REMAINDER 0);
                INSERT INTO p SELECT g FROM generate_series(1, 9) g; CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES p);
                INSERT INTO t SELECT g, 1 + g % 9 FROM generate_series(1, 300) g;
                CREATE TABLE c (id int, t int CONSTRAINT to_t REFERENCES t ON DELETE CASCADE) PARTITION BY LIST (id);
                CREATE TABLE c_1 PARTITION OF c FOR VALUES IN (1); CREATE TABLE c_rest PARTITION OF c DEFAULT;
                INSERT INTO c SELECT g % 3, g FROM generate_series(1, 300) g",
        direct: "partition t by hash of id into 3 partitions",
        old: "INSERT INTO t SELECT max(id) + 1, 3 FROM t; INSERT INTO c SELECT 1, max(id) FROM t; DELETE FROM t WHERE id = 299",
        new: "",
        kept: "SELECT NOT EXISTS (SELECT FROM c WHERE t NOT IN (SELECT id FROM t))",
    },
];

#[test]
fn foreign_keys_of_partitioned_tables_change_over() -> Result<()> {
    KEYS_OF_PARTITIONED
        .iter()
        .try_for_each(|case| prove_shown(case, Server::shared(18)?).with_context(|| case.name))
}

fn odd(major: u32) -> Result<()> {
    let server = Server::shared(major)?;
    let roles = "DROP ROLE IF EXISTS copied_reader; DROP ROLE IF EXISTS copied_owner";
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
fn odd_tables_are_copied_on_13() -> Result<()> {
    odd(13)
}

#[test]
fn odd_tables_are_copied_on_18() -> Result<()> {
    odd(18)
}

/// Proves the plan of a request on events with what more the setup makes, while those applications run.
fn prove(major: u32, setup: &str, request: &str, applications: &[Application]) -> Result<()> {
    let _alone = alone();
    let server = Server::shared(major)?;
    let original = events(server, rows()?)?;
    original.session()?.script(setup)?;
    let (plan, direct) = planned(&original, request)?;
    Trial { server, original: &original, plan: &plan, applications, direct: &direct, any_order: false }
        .prove()
        .with_context(|| request.to_owned())
}

/// Keys get a column more, and the application says so.
fn keys_widen_under_load(major: u32) -> Result<()> {
    let applications =
        [application("old", "id", "source"), application("new", "id, account", "source, account")];
    prove(major, "SELECT 1", "partition events by hash of account into 4 partitions", &applications)
}

on_each_version!(keys_widen_under_load);

/// Nothing is asked of the application, whose other table references this one.
fn referenced_under_load(major: u32) -> Result<()> {
    let setup = "DROP INDEX events_source_idx; CREATE INDEX ON events (source);
        CREATE TABLE notes (event bigint NOT NULL REFERENCES events ON DELETE CASCADE ON UPDATE CASCADE, note text);
        INSERT INTO notes SELECT id, source FROM events; CREATE INDEX ON notes (event)";
    let writer = Application {
        name: "writer",
        insert: "WITH made AS (INSERT INTO events (account, kind, source) VALUES (7, $1, $2) RETURNING id), \
                 noted AS (INSERT INTO notes SELECT id, 'made' FROM made) SELECT id FROM made"
            .to_owned(),
        update: "UPDATE events SET kind = $2 WHERE id = $1".to_owned(),
        select: "SELECT kind, changes FROM events JOIN notes ON event = id WHERE id = $1".to_owned(),
        find: "SELECT id, kind FROM kinds WHERE kind = $1".to_owned(),
        select_all: "SELECT id, kind FROM events".to_owned(),
    };
    prove(major, setup, "partition events by hash of id into 4 partitions", &[writer])
}

on_each_version!(referenced_under_load);

/// Whatever is done to the table between any two steps is done to its copy, and the way back loses nothing of it.
fn everything_is_followed(major: u32) -> Result<()> {
    let server = Server::shared(major)?;
    let database = events(server, 500)?;
    let session = database.session()?;
    session.script(
        "DROP INDEX events_source_idx; CREATE ROLE copied_writer; GRANT INSERT ON events TO copied_writer;
         GRANT SELECT, DELETE ON events TO copied_writer",
    )?;
    let (plan, _) = planned(&database, "partition events by hash of id into 3 partitions")?;
    let at = |wanted: &str| {
        let found = plan.steps.iter().position(|s| s.up.iter().any(|u| u.sql.contains(wanted)));
        found.with_context(|| format!("no step says {wanted}"))
    };
    let (in_step, swap, last) = (at("CREATE FUNCTION")?, at("RENAME TO altimeter_old")?, at("DROP TABLE")?);
    let there =
        |from: usize, to: usize| plan.steps[from..to].iter().try_for_each(|s| run(&session, &s.up, s));
    let same = |other: &str| {
        let of = |table: &str| {
            session.value::<String>(&format!(
                "SELECT count(*) || ' ' || coalesce(sum(hashtext({table}::text)::int8), 0) FROM {table}"
            ))
        };
        let (own, followed) = (of("events")?, of(other)?);
        ensure!(own == followed, "{major}: events has {own}, {other} {followed}");
        Ok(())
    };
    let writes = [
        // The role sees no row of the copy and may not write it.
        "SET ROLE copied_writer; INSERT INTO events (account, kind, source) VALUES (1, 'by another', 'x'); \
         DELETE FROM events WHERE account = 5; RESET ROLE",
        "UPDATE events SET id = -id WHERE account BETWEEN 10 AND 20",
        "BEGIN; DELETE FROM events WHERE account = 30; SAVEPOINT s; DELETE FROM events; ROLLBACK TO s; COMMIT",
        "MERGE",
        "INSERT INTO events (id, account, source) SELECT id, account, 'again' FROM events WHERE account = 40 \
         ON CONFLICT (id) DO UPDATE SET source = EXCLUDED.source",
        "COPY events (account, source) FROM PROGRAM 'echo 1,copied' (FORMAT csv)",
        "TRUNCATE events",
        "INSERT INTO events (account, kind, source) SELECT 1, 'new', 'n' || g FROM generate_series(1, 50) g",
    ];
    let writes_into = |other: &str| {
        for write in writes {
            let merge = "MERGE INTO events USING accounts a ON account = a.id AND a.id = 50 WHEN MATCHED THEN UPDATE SET kind = 'm'";
            match write {
                "MERGE" if major < 15 => continue,
                "MERGE" => session.script(merge)?,
                other => session.script(other)?,
            }
            same(other).with_context(|| write.to_owned())?;
        }
        Ok::<_, anyhow::Error>(())
    };
    there(0, swap)?;
    same("altimeter_events")?;
    writes_into("altimeter_events")?;
    there(swap, swap + 1)?;
    same("altimeter_old_events")?;
    writes_into("altimeter_old_events")?;
    // The way back, and the same again.
    run(&session, &plan.steps[swap].down, &plan.steps[swap])?;
    same("altimeter_events")?;
    writes_into("altimeter_events")?;
    plan.steps[in_step..swap].iter().rev().try_for_each(|s| run(&session, &s.down, s))?;
    session.script(
        "DELETE FROM events WHERE id % 3 = 0; INSERT INTO events (account, source) VALUES (1, 'alone')",
    )?;
    there(in_step, last + 1)?;
    let rows = session.value::<i64>("SELECT count(*) FROM events WHERE source = 'alone'")?;
    ensure!(rows == 1, "{major}: {rows} rows");
    session.script("DROP OWNED BY copied_writer; DROP ROLE copied_writer")
}

#[test]
fn whatever_is_written_is_followed() -> Result<()> {
    [13, 15, 17, 18].into_iter().try_for_each(everything_is_followed)
}

/// What cannot be done is refused, with the reason and what would be needed.
#[test]
fn what_cannot_be_copied_is_refused() -> Result<()> {
    for (setup, request, said) in [
        (
            "CREATE TABLE c (e bigint REFERENCES events)",
            "by hash of account into 4 partitions",
            "references public.events (id)",
        ),
        ("SELECT 1", "by hash of account", "into how many partitions"),
        ("SELECT 1", "by hash of account into 1 partitions", "between 2 and"),
        ("SELECT 1", "by list of kind", "which values of kind"),
        ("SELECT 1", "by list of account: eu", "eu is no value of public.events.account"),
        ("SELECT 1", "by list of account: 1, 1", "named twice"),
        (
            "ALTER TABLE events ADD COLUMN j json",
            "by hash of j into 2 partitions",
            "values of json cannot be hashed",
        ),
        (
            "ALTER TABLE events DROP CONSTRAINT events_pkey CASCADE; DROP INDEX events_source_idx",
            "by hash of account into 2 partitions",
            "no key by which a row",
        ),
        (
            "CREATE VIEW v AS SELECT id FROM events; CREATE MATERIALIZED VIEW m AS SELECT id FROM v",
            "by hash of id into 2 partitions",
            "view public.v is needed by",
        ),
        (
            "CREATE FUNCTION f(events) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "by hash of id into 2 partitions",
            "are arguments or results of public.f",
        ),
        ("SELECT 1", "daily on created_at starting 1999-01-01", "more than 1000 partitions"),
        (
            "CREATE TABLE altimeter_old_events ()",
            "by hash of id into 2 partitions",
            "there is a relation public.altimeter_old_events",
        ),
    ] {
        let database = events(Server::shared(18)?, 10)?;
        database.session()?.script(setup)?;
        let request = format!("partition events {request}");
        let out = run_altimeter(&["plan", &request, "--db", &database.url, "--sample", "0"], &[])?;
        ensure!(out.code == Some(5), "{setup}, {request}: {:?} {}", out.code, out.stderr);
        let text = out.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        ensure!(text.contains(said), "{setup}, {request}: {text}");
    }
    Ok(())
}
