//! Plans for changes of type: every statement they print runs on the oldest and the newest version, to the end and
//! back from every step, and what is written in between is there in whichever type.

use anyhow::Result;

use super::odd_tables::{Case, prove_in_any_order};
use crate::on_oldest_and_newest;

const CASES: &[Case] = &[
    Case {
        name: "integer to bigint: CHECK, foreign key, unique and expression indexes, default, grants",
        setup: "CREATE TABLE p (code int PRIMARY KEY); INSERT INTO p SELECT generate_series(0, 400);
                CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 5 CHECK (n > 0)
                    REFERENCES p ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED, m int, UNIQUE (m, n));
                CREATE INDEX ON t (n); CREATE UNIQUE INDEX ON t (n, id); CREATE INDEX ON t ((n * 2)) WHERE n > 1;
                GRANT SELECT (n), UPDATE (n) ON t TO PUBLIC; INSERT INTO t SELECT g, g, g FROM generate_series(1, 300) g",
        direct: "ALTER TABLE t ALTER COLUMN n TYPE bigint",
        old: "UPDATE t SET n = 17 WHERE id = 1; INSERT INTO t (id) SELECT max(id) + 1 FROM t",
        new: "UPDATE t SET n = 18 WHERE id = 2",
        kept: "SELECT (SELECT n FROM t WHERE id = 1) = 17 AND (SELECT n FROM t WHERE id = 2) = 18
               AND (SELECT n FROM t WHERE id = 301) = 5",
    },
    Case {
        name: "character varying to integer, NOT NULL, with an index",
        setup: "CREATE TABLE t (id int PRIMARY KEY, age varchar(20) NOT NULL, note text);
                INSERT INTO t SELECT g, g::text FROM generate_series(1, 300) g; CREATE INDEX t_age ON t (age DESC);
                COMMENT ON COLUMN t.age IS 'It''s how old they are'; ALTER TABLE t ALTER age SET STATISTICS 500, ALTER age SET (n_distinct = 100)",
        direct: "ALTER TABLE t ALTER COLUMN age TYPE integer USING age::integer",
        old: "UPDATE t SET age = '17' WHERE id = 1",
        new: "UPDATE t SET age = '018' WHERE id = 2; INSERT INTO t (id, age) VALUES (900, '5') ON CONFLICT DO NOTHING",
        kept: "SELECT (SELECT age::int FROM t WHERE id = 1) = 17 AND (SELECT age::int FROM t WHERE id = 2) = 18
               AND (SELECT age::int FROM t WHERE id = 900) = 5",
    },
    Case {
        name: "timestamp to timestamptz in a zone, nullable, with odd names and a composite key",
        setup: r#"CREATE TABLE "Odd ""Table" ("a b" int, c text, "At; --" timestamp, PRIMARY KEY ("a b", c));
                  INSERT INTO "Odd ""Table" SELECT g, 'x' || g, timestamp '2024-07-01' + g * interval '1 day'
                  FROM generate_series(1, 300) g; CREATE INDEX "I; --" ON "Odd ""Table" ("At; --", c)"#,
        direct: r#"ALTER TABLE "Odd ""Table" ALTER COLUMN "At; --" TYPE timestamptz USING "At; --" AT TIME ZONE 'Europe/Berlin'"#,
        old: r#"UPDATE "Odd ""Table" SET "At; --" = '2025-01-01 12:00' WHERE "a b" = 1"#,
        new: r#"SET timezone = 'Europe/Berlin'; UPDATE "Odd ""Table" SET "At; --" = '2025-06-01 12:00' WHERE "a b" = 2; RESET timezone"#,
        kept: r#"SELECT (SELECT "At; --"::text FROM "Odd ""Table" WHERE "a b" = 2) = '2025-06-01 12:00:00'"#,
    },
    Case {
        name: "text to an enum, with a CHECK and another BEFORE trigger",
        setup: "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id int PRIMARY KEY, feeling text, n int);
                INSERT INTO t SELECT g, 'ok', g FROM generate_series(1, 300) g;
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW.n = 777 THEN NEW.feeling := 'sad'; END IF; RETURN NEW; END $$;
                CREATE TRIGGER zz_late BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
        direct: "ALTER TABLE t ALTER COLUMN feeling TYPE mood USING feeling::mood",
        old: "UPDATE t SET feeling = 'sad' WHERE id = 1",
        new: "UPDATE t SET feeling = 'sad' WHERE id = 2; UPDATE t SET n = 777 WHERE id = 3",
        kept: "SELECT (SELECT count(*) FROM t WHERE feeling = 'sad') = 3",
    },
    Case {
        name: "json to jsonb",
        setup: "CREATE TABLE t (id int PRIMARY KEY, doc json NOT NULL);
                INSERT INTO t SELECT g, '{\"n\": 1}' FROM generate_series(1, 300) g",
        direct: "ALTER TABLE t ALTER COLUMN doc TYPE jsonb",
        old: "UPDATE t SET doc = '{\"n\":  2}' WHERE id = 1",
        new: "UPDATE t SET doc = '{\"n\":  3}' WHERE id = 2",
        kept: "SELECT (SELECT doc ->> 'n' FROM t WHERE id = 1) = '2' AND (SELECT doc ->> 'n' FROM t WHERE id = 2) = '3'",
    },
    Case {
        name: "numeric with fewer digits, a unique index and a default",
        setup: "CREATE TABLE t (id int PRIMARY KEY, price numeric(12,4) DEFAULT 0.5);
                INSERT INTO t SELECT g, g / 4.0 FROM generate_series(1, 300) g; CREATE UNIQUE INDEX ON t (price, id)",
        direct: "ALTER TABLE t ALTER COLUMN price TYPE numeric(8,2)",
        old: "UPDATE t SET price = 1.25 WHERE id = 1; INSERT INTO t (id) SELECT max(id) + 1 FROM t",
        new: "UPDATE t SET price = 2.50 WHERE id = 2",
        kept: "SELECT (SELECT price FROM t WHERE id = 1) = 1.25 AND (SELECT price FROM t WHERE id = 2) = 2.5",
    },
    Case {
        name: "a shorter character varying, nullable, with a pattern index",
        setup: "CREATE TABLE t (id int PRIMARY KEY, name varchar(50)); INSERT INTO t SELECT g, 'n' || g FROM generate_series(1, 300) g;
                CREATE INDEX ON t (name varchar_pattern_ops); CREATE INDEX ON t (lower(name))",
        direct: "ALTER TABLE t ALTER COLUMN name TYPE varchar(20)",
        old: "UPDATE t SET name = 'old' WHERE id = 1",
        new: "UPDATE t SET name = 'new' WHERE id = 2",
        kept: "SELECT (SELECT name FROM t WHERE id = 1) = 'old' AND (SELECT name FROM t WHERE id = 2) = 'new'",
    },
    Case {
        name: "a longer character varying",
        setup: "CREATE TABLE t (id int PRIMARY KEY, name varchar(50) NOT NULL DEFAULT 'x', CONSTRAINT n UNIQUE (name));
                INSERT INTO t SELECT g, 'n' || g FROM generate_series(1, 300) g",
        direct: "ALTER TABLE t ALTER COLUMN name TYPE varchar(200)",
        old: "UPDATE t SET name = 'old' WHERE id = 1",
        new: "UPDATE t SET name = 'new' WHERE id = 2",
        kept: "SELECT (SELECT name FROM t WHERE id = 1) = 'old' AND (SELECT name FROM t WHERE id = 2) = 'new'",
    },
    Case {
        name: "character to text",
        setup: "CREATE TABLE t (id int PRIMARY KEY, code char(5) UNIQUE); INSERT INTO t SELECT g, 'c' || g FROM generate_series(1, 300) g",
        direct: "ALTER TABLE t ALTER COLUMN code TYPE text",
        old: "UPDATE t SET code = 'old' WHERE id = 1",
        new: "UPDATE t SET code = 'new' WHERE id = 2",
        kept: "SELECT (SELECT code FROM t WHERE id = 1) = 'old' AND (SELECT code FROM t WHERE id = 2) = 'new'",
    },
    Case {
        name: "a serial primary key",
        setup: "CREATE TABLE t (id serial PRIMARY KEY, n int); INSERT INTO t (n) SELECT g FROM generate_series(1, 300) g;
                ALTER TABLE t CLUSTER ON t_pkey",
        direct: "ALTER TABLE t ALTER COLUMN id TYPE bigint",
        old: "UPDATE t SET n = 17 WHERE id = 1; INSERT INTO t (n) VALUES (4)",
        new: "UPDATE t SET n = 18 WHERE id = 2; INSERT INTO t (n) VALUES (5)",
        kept: "SELECT (SELECT n FROM t WHERE id = 1) = 17 AND (SELECT n FROM t WHERE id = 2) = 18
               AND NOT EXISTS (SELECT FROM t WHERE id IS NULL)",
    },
    Case {
        name: "a primary key that other tables and its own reference, in part",
        setup: "CREATE TABLE t (id serial, part int NOT NULL DEFAULT 1, boss int, PRIMARY KEY (id), UNIQUE (part, id));
                ALTER TABLE t ADD CONSTRAINT boss FOREIGN KEY (boss) REFERENCES t (id) ON DELETE SET NULL;
                INSERT INTO t (boss) SELECT CASE WHEN g > 1 THEN 1 END FROM generate_series(1, 300) g;
                CREATE TABLE c (t_id int NOT NULL REFERENCES t ON DELETE CASCADE, n int);
                INSERT INTO c SELECT g, g FROM generate_series(1, 100) g;
                CREATE TABLE d (part int, t_id int, n int, CONSTRAINT both_ FOREIGN KEY (part, t_id) REFERENCES t (part, id));
                INSERT INTO d SELECT 1, g, g FROM generate_series(1, 100) g",
        direct: "ALTER TABLE t ALTER COLUMN id TYPE bigint",
        old: "INSERT INTO t (boss) VALUES (2); INSERT INTO c SELECT max(id), 0 FROM t; UPDATE t SET boss = 3 WHERE id = 9",
        new: "INSERT INTO t (boss) VALUES (2); INSERT INTO d SELECT 1, max(id), 0 FROM t; DELETE FROM t WHERE id IN (SELECT t_id FROM c WHERE n = 0)",
        kept: "SELECT (SELECT boss FROM t WHERE id = 9) = 3 AND NOT EXISTS (SELECT FROM c LEFT JOIN t ON id = t_id WHERE id IS NULL)
               AND NOT EXISTS (SELECT FROM d LEFT JOIN t ON id = t_id WHERE id IS NULL)",
    },
    Case {
        name: "an identity primary key whose sequence has options",
        setup: "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME counter START 10 INCREMENT 2 CACHE 3), n int,
                    CONSTRAINT k PRIMARY KEY (id));
                INSERT INTO t (n) SELECT g FROM generate_series(1, 300) g; CREATE TABLE c (t_id int REFERENCES t); INSERT INTO c VALUES (10)",
        direct: "ALTER TABLE t ALTER COLUMN id TYPE bigint",
        old: "UPDATE t SET n = 17 WHERE id = 10; INSERT INTO t (n) VALUES (4)",
        new: "UPDATE t SET n = 18 WHERE id = 12; INSERT INTO t (n) VALUES (5)",
        kept: "SELECT (SELECT n FROM t WHERE id = 10) = 17 AND (SELECT n FROM t WHERE id = 12) = 18
               AND (SELECT count(*) FROM t) > 301",
    },
    Case {
        name: "a value of an enum",
        setup: "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id int PRIMARY KEY, feeling mood); INSERT INTO t VALUES (1, 'ok'), (2, 'sad')",
        direct: "ALTER TYPE mood ADD VALUE 'great' BEFORE 'ok'",
        old: "UPDATE t SET feeling = 'ok' WHERE id = 1",
        new: "UPDATE t SET feeling = 'sad' WHERE id = 2",
        kept: "SELECT true",
    },
    Case {
        name: "another name for a value of an enum",
        setup: "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id int PRIMARY KEY, feeling mood DEFAULT 'ok'); INSERT INTO t VALUES (1, 'ok'), (2, 'sad')",
        direct: "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'",
        old: "UPDATE t SET feeling = 'sad' WHERE id = 1",
        new: "UPDATE t SET feeling = 'sad' WHERE id = 2",
        kept: "SELECT true",
    },
    Case {
        name: "a calculation that is more than a cast",
        setup: "CREATE TABLE t (id int PRIMARY KEY, age text); INSERT INTO t SELECT g, g::text FROM generate_series(1, 300) g",
        direct: "ALTER TABLE t ALTER COLUMN age TYPE integer USING nullif(trim(age), '')::integer",
        old: "UPDATE t SET age = '17' WHERE id = 1",
        new: "UPDATE t SET age = '18' WHERE id = 2",
        kept: "SELECT (SELECT age FROM t WHERE id = 1) = '17' AND (SELECT age FROM t WHERE id = 2) = '18'",
    },
];

#[test]
fn every_change_of_type_runs_there_and_back() -> Result<()> {
    on_oldest_and_newest(CASES, |c| c.name, prove_in_any_order)
}
