//! Columns split and merged on the oldest and the newest version: every printed statement, to the end and back from every
//! step, with both applications writing; and what the trigger makes of rows that either of them writes.

use altimeter_tests::proof::Plan;
use altimeter_tests::server::Server;
use anyhow::{Result, ensure};

use super::odd_tables::{Case, prove_shown, run};
use crate::on_oldest_and_newest;

const CASES: &[Case] = &[
    Case {
        name: "a text at the first space, NOT NULL with a default, an index, a check, grants and another trigger",
        setup: "CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, full_name text NOT NULL DEFAULT 'nobody', n int DEFAULT 0,
                  CHECK (full_name <> 'x'));
                COMMENT ON COLUMN users.full_name IS 'all of it'; CREATE INDEX ON users (lower(full_name)); CREATE INDEX ON users (full_name);
                GRANT SELECT (full_name), UPDATE (full_name) ON users TO PUBLIC;
                CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := NEW.n + 1; RETURN NEW; END $$;
                CREATE TRIGGER tick BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION tick();
                INSERT INTO users (full_name) SELECT (ARRAY['Ada Lovelace', 'Plato', '', ' lead', 'trail ', 'a  b  c'])[1 + g % 6]
                  FROM generate_series(1, 1200) g",
        direct: "split users.full_name into first_name and last_name at the first space",
        old: "UPDATE users SET full_name = 'Grace Brewster Hopper' WHERE id = 1; INSERT INTO users (full_name) VALUES ('Emmy Noether'); INSERT INTO users DEFAULT VALUES",
        new: "UPDATE users SET last_name = 'Curie Sklodowska' WHERE id = 2; UPDATE users SET first_name = 'Mary Ann', last_name = 'Evans' WHERE id = 3;
              INSERT INTO users (first_name, last_name) VALUES ('Kurt', 'Gödel'), ('Euclid', NULL)",
        kept: "SELECT (SELECT full_name FROM users WHERE id = 1) = 'Grace Brewster Hopper'
               AND (SELECT full_name FROM users WHERE id = 2) LIKE '% Curie Sklodowska' AND (SELECT full_name FROM users WHERE id = 3) = 'Mary Ann Evans'
               AND (SELECT count(*) FROM users WHERE full_name = 'Kurt Gödel') = (SELECT count(*) FROM users WHERE full_name = 'Euclid')
               AND (SELECT count(*) FROM users WHERE full_name = 'Euclid') > 0
               AND NOT EXISTS (SELECT FROM users WHERE id BETWEEN 4 AND 1200
                 AND full_name <> (ARRAY['Ada Lovelace', 'Plato', '', ' lead', 'trail ', 'a  b  c'])[1 + id % 6])",
    },
    Case {
        name: "a short text at commas into three, with odd names, a composite key and NULLs",
        setup: r#"CREATE TABLE "T t" ("K 1" int, k text, "the ""list""" varchar(40), PRIMARY KEY ("K 1", k));
                INSERT INTO "T t" SELECT g, 'x', (ARRAY['a,b,c', 'a', ',,', NULL, '1,2', 'p,q,r,s'])[1 + g % 6] FROM generate_series(1, 600) g"#,
        direct: r#"split "T t"."the ""list""" into "A a", middle and "The rest" by ','"#,
        old: r#"UPDATE "T t" SET "the ""list""" = 'u,v,w,x' WHERE "K 1" = 1"#,
        new: r#"UPDATE "T t" SET "A a" = 'new', middle = NULL, "The rest" = NULL WHERE "K 1" = 2"#,
        kept: r#"SELECT (SELECT "the ""list""" FROM "T t" WHERE "K 1" = 1) = 'u,v,w,x' AND (SELECT "the ""list""" FROM "T t" WHERE "K 1" = 2) = 'new'
               AND NOT EXISTS (SELECT FROM "T t" WHERE "K 1" > 2 AND "the ""list""" IS DISTINCT FROM
                 (ARRAY['a,b,c', 'a', ',,', NULL, '1,2', 'p,q,r,s'])[1 + "K 1" % 6])"#,
    },
    Case {
        name: "two columns into one, one of them NOT NULL, on a partitioned table",
        setup: "CREATE TABLE people (id int, day date, first_name varchar(20) NOT NULL, last_name text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
                CREATE TABLE people_1 PARTITION OF people FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
                CREATE TABLE people_2 PARTITION OF people DEFAULT;
                INSERT INTO people SELECT g, date '2024-06-01' + g, 'f' || g, CASE WHEN g % 3 > 0 THEN 'l ' || g END FROM generate_series(1, 600) g",
        direct: "merge people.first_name and people.last_name into full_name with a space",
        old: "UPDATE people SET last_name = 'Hopper' WHERE id = 1; INSERT INTO people VALUES (7000, '2024-02-02', 'old', NULL) ON CONFLICT DO NOTHING",
        new: "UPDATE people SET full_name = 'Maria Sibylla Merian' WHERE id = 2; INSERT INTO people (id, day, full_name) VALUES (8000, '2024-02-02', 'new one') ON CONFLICT DO NOTHING",
        kept: "SELECT (SELECT last_name FROM people WHERE id = 1) = 'Hopper' AND (SELECT first_name || '/' || last_name FROM people WHERE id = 2) = 'Maria/Sibylla Merian'
               AND (SELECT first_name || last_name FROM people WHERE id = 8000) = 'newone' AND (SELECT first_name FROM people WHERE id = 7000) = 'old'
               AND NOT EXISTS (SELECT FROM people WHERE id BETWEEN 3 AND 600 AND last_name IS DISTINCT FROM CASE WHEN id % 3 > 0 THEN 'l ' || id END)",
    },
    Case {
        name: "a unique column that references another table",
        setup: "CREATE TABLE p (code text PRIMARY KEY); INSERT INTO p SELECT 'c' || g || '-' || g FROM generate_series(1, 700) g;
                INSERT INTO p VALUES ('old-1'), ('new-1'), ('x-new-2');
                CREATE TABLE t (id int PRIMARY KEY, code text NOT NULL UNIQUE REFERENCES p, UNIQUE (id, code));
                COMMENT ON CONSTRAINT t_code_key ON t IS 'one each';
                INSERT INTO t SELECT g, 'c' || g || '-' || g FROM generate_series(1, 600) g",
        direct: "split t.code into kind and number by '-'",
        old: "UPDATE t SET code = 'old-1' WHERE id = 1",
        new: "UPDATE t SET kind = 'new', number = '1' WHERE id = 2; UPDATE t SET kind = 'x', number = 'new-2' WHERE id = 3",
        kept: "SELECT (SELECT code FROM t WHERE id = 1) = 'old-1' AND (SELECT code FROM t WHERE id = 2) = 'new-1'
               AND (SELECT code FROM t WHERE id = 3) = 'x-new-2' AND NOT EXISTS (SELECT FROM t WHERE id > 3 AND code <> 'c' || id || '-' || id)",
    },
    Case {
        name: "numbers out of a text, and the way back said",
        setup: "CREATE TABLE t (id int PRIMARY KEY, size text DEFAULT '1x1'); INSERT INTO t SELECT g, g || 'x' || g * 2 FROM generate_series(1, 600) g;
                INSERT INTO t VALUES (700, '007x8'), (701, NULL)",
        direct: "split t.size into width integer as split_part(size, 'x', 1)::integer, height integer as split_part(size, 'x', 2)::integer, size as width || 'x' || height",
        old: "UPDATE t SET size = '30x40' WHERE id = 1",
        new: "UPDATE t SET height = 99 WHERE id = 2; INSERT INTO t (id, width, height) VALUES (800, 3, 4) ON CONFLICT (id) DO UPDATE SET width = 5",
        kept: "SELECT (SELECT size FROM t WHERE id = 1) = '30x40' AND (SELECT size FROM t WHERE id = 2) = '2x99'               AND (SELECT size FROM t WHERE id = 700) = '007x8' AND (SELECT size FROM t WHERE id = 800) IN ('3x4', '5x4')",
    },
];

#[test]
fn columns_are_split_and_merged() -> Result<()> {
    on_oldest_and_newest(CASES, |c| c.name, prove_shown)
}

/// Nobody says how the old column is made of the new ones: the release is the point of no return for what it writes.
#[test]
fn one_way_is_said() -> Result<()> {
    for major in [13, 18] {
        let server = Server::shared(major)?;
        let database = server.database("one_way")?;
        let session = database.session()?;
        session.script(
            "CREATE TABLE t (id int PRIMARY KEY, mail text NOT NULL, n int);
             INSERT INTO t SELECT g, 'u' || g || '@h' || g % 3, g FROM generate_series(1, 500) g; ANALYZE",
        )?;
        let request = "split t.mail into login text as split_part(mail, '@', 1), host text as lower(split_part(mail, '@', 2))";
        let plan = Plan::made(&database, request, &[])?;
        for step in &plan.steps {
            run(&session, &step.up, step)?;
            for check in step.before.iter().chain(&step.after).filter(|c| c.says.contains("exists")) {
                ensure!(session.value::<bool>(&check.sql)?, "{}", check.says);
            }
            match step.kind.as_str() {
                "deploy" => {
                    ensure!(step.point_of_no_return, "the release loses what it writes");
                    session.script("INSERT INTO t (id, login, host) VALUES (1000, 'a', 'b'); UPDATE t SET mail = 'x@Y' WHERE id = 7")?;
                }
                _ => session.script("UPDATE t SET n = n + 1 WHERE id = 1")?,
            }
        }
        let right = "SELECT (SELECT login || host FROM t WHERE id = 7) = 'xy' AND (SELECT login || host FROM t WHERE id = 1000) = 'ab'
                     AND NOT EXISTS (SELECT FROM t WHERE id BETWEEN 8 AND 500 AND login || '@' || host <> 'u' || id || '@h' || id % 3)";
        ensure!(session.value::<bool>(right)?, "{major}: rows are not as they should be");
    }
    Ok(())
}
