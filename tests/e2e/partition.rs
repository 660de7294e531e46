//! A table becomes partitioned: on odd tables every statement runs on the oldest and the newest version, to the end and
//! back from every step; under load, too; and rows of new partitions come back.

use altimeter_tests::server::Server;
use anyhow::{Result, ensure};

use super::odd_tables::{Case, prove_shown};

const CASES: &[Case] = &[
    Case {
        name: "identity, generated column, foreign keys, checks, triggers, grants, row security, comments",
        setup: "CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE); INSERT INTO p SELECT g, 'c' || g FROM generate_series(1, 9) g;
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
                GRANT UPDATE (note) ON t TO PUBLIC;
                INSERT INTO t (p, created_at) SELECT 1 + g % 9, now() - g * interval '1 day' FROM generate_series(1, 300) g",
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
