//! Changes of type where views, policies, triggers, rules and others depend on the column: every statement runs on the
//! oldest and the newest version, to the end and back from every step, and everything is there again as it was.

use altimeter_tests::server::Server;
use anyhow::{Result, ensure};

use super::odd_tables::{Case, prove_request_in_any_order};

/// Roles are the server's, not the database's.
const ROLE: &str =
    "DO $$ BEGIN CREATE ROLE \"Odd; reader\"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;";

/// What depends on the column, made anew by hand where the plain statement is to be compared with.
macro_rules! dependants {
    () => {
        r#"
            CREATE VIEW "V; 1" WITH (security_barrier) AS
                SELECT "a b", "Amount; --" AS "it's", "Amount; --"::text || who AS "Both" FROM "Odd ""T" WHERE "Amount; --" > 0
                WITH LOCAL CHECK OPTION;
            CREATE VIEW v2 AS SELECT x."it's" AS n, t.who, x."a b" FROM "V; 1" x JOIN "Odd ""T" t USING ("a b");
            CREATE VIEW v3 AS SELECT count(*) AS n FROM v2 WHERE n > (SELECT min(n) FROM v2);
            ALTER VIEW v2 OWNER TO "Odd; reader";
            GRANT SELECT ON "V; 1" TO "Odd; reader";
            GRANT SELECT ("it's"), UPDATE ("it's") ON "V; 1" TO PUBLIC;
            GRANT SELECT ON v3 TO "Odd; reader" WITH GRANT OPTION;
            COMMENT ON VIEW "V; 1" IS 'back\slash and ''quote''';
            COMMENT ON COLUMN "V; 1"."it's" IS 'how much';
            ALTER VIEW "V; 1" ALTER COLUMN "it's" SET DEFAULT 7;
            CREATE TRIGGER "On view" INSTEAD OF UPDATE ON v2 FOR EACH ROW EXECUTE FUNCTION f('x');
            COMMENT ON TRIGGER "On view" ON v2 IS 'instead';
            CREATE RULE "R; 1" AS ON DELETE TO v3 DO INSTEAD NOTHING;
            CREATE TRIGGER "Upd; of" BEFORE UPDATE OF "Amount; --" ON "Odd ""T" FOR EACH ROW
                WHEN (OLD."Amount; --" IS DISTINCT FROM NEW."Amount; --") EXECUTE FUNCTION f();
            COMMENT ON TRIGGER "Upd; of" ON "Odd ""T" IS 'of a column';
            ALTER TABLE "Odd ""T" ENABLE ALWAYS TRIGGER "Upd; of";
            CREATE POLICY "P; 1" ON "Odd ""T" AS RESTRICTIVE FOR UPDATE TO "Odd; reader", CURRENT_USER
                USING ("Amount; --" > 1 AND who <> 'x''y') WITH CHECK ("Amount; --" < 1000000);
            COMMENT ON POLICY "P; 1" ON "Odd ""T" IS 'who may';
            CREATE POLICY sees ON other USING (id IN (SELECT "Amount; --" FROM "Odd ""T") OR EXISTS (SELECT FROM v2));
            CREATE RULE "R; 2" AS ON INSERT TO other DO ALSO UPDATE "Odd ""T" SET "Amount; --" = NEW.id WHERE "a b" = NEW.id;
        "#
    };
}

/// A materialized view and what hangs on it.
macro_rules! materialized {
    () => {
        r#"
            CREATE MATERIALIZED VIEW "M; 1" ("Who", "it's") WITH (fillfactor = 70) AS
                SELECT who, sum("Amount; --") FROM t WHERE "Amount; --" > 0 GROUP BY who;
            CREATE UNIQUE INDEX "M; key" ON "M; 1" ("Who"); CREATE INDEX ON "M; 1" (("it's" * 2)) WHERE "it's" > 1;
            ALTER TABLE "M; 1" ALTER "it's" SET STATISTICS 500; ALTER TABLE "M; 1" CLUSTER ON "M; key";
            COMMENT ON INDEX "M; key" IS 'its key'; COMMENT ON MATERIALIZED VIEW "M; 1" IS 'sums';
            COMMENT ON COLUMN "M; 1"."it's" IS 'the sum';
            GRANT SELECT ON "M; 1" TO pg_monitor; GRANT SELECT ("Who") ON "M; 1" TO PUBLIC;
            ALTER MATERIALIZED VIEW "M; 1" OWNER TO "Odd; reader";
            CREATE VIEW above AS SELECT m.*, v.n FROM "M; 1" m CROSS JOIN below v;
            GRANT SELECT ON above TO PUBLIC; COMMENT ON VIEW above IS 'above it';
        "#
    };
}

/// The request, and the case with what the request means as somebody would have to type it.
const CASES: &[(&str, Case)] = &[
    (
        r#"ALTER TABLE "Odd ""T" ALTER COLUMN "Amount; --" TYPE bigint"#,
        Case {
            name: "views on views with odd names, options, owner, grants, comments, a trigger and a rule; policies",
            setup: concat!(
                r#"
                CREATE TABLE "Odd ""T" ("a b" int PRIMARY KEY, "Amount; --" int NOT NULL DEFAULT 3, who text,
                    CONSTRAINT "C; 1" CHECK ("Amount; --" > -5));
                INSERT INTO "Odd ""T" SELECT g, g, 'w' FROM generate_series(1, 300) g;
                CREATE INDEX "I; x" ON "Odd ""T" ("Amount; --");
                COMMENT ON INDEX "I; x" IS 'it''s an index';
                COMMENT ON COLUMN "Odd ""T"."Amount; --" IS 'it''s a column';
                COMMENT ON CONSTRAINT "C; 1" ON "Odd ""T" IS 'a check';
                GRANT SELECT ON "Odd ""T" TO "Odd; reader"; GRANT UPDATE ("Amount; --") ON "Odd ""T" TO "Odd; reader";
                CREATE TABLE other (id int); ALTER TABLE other ENABLE ROW LEVEL SECURITY;
                ALTER TABLE "Odd ""T" ENABLE ROW LEVEL SECURITY;
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"#,
                dependants!()
            ),
            direct: concat!(
                r#"DROP VIEW v3; DROP POLICY sees ON other; DROP VIEW v2; DROP VIEW "V; 1";
                DROP TRIGGER "Upd; of" ON "Odd ""T"; DROP POLICY "P; 1" ON "Odd ""T"; DROP RULE "R; 2" ON other;
                ALTER TABLE "Odd ""T" ALTER COLUMN "Amount; --" TYPE bigint;"#,
                dependants!()
            ),
            old: r#"UPDATE "V; 1" SET "it's" = 17 WHERE "a b" = 1; INSERT INTO other VALUES (5)"#,
            new: r#"UPDATE "V; 1" SET "it's" = 18 WHERE "a b" = 2; SELECT n FROM v3"#,
            kept: r#"SELECT (SELECT "Amount; --" FROM "Odd ""T" WHERE "a b" = 1) = 17
                     AND (SELECT "Amount; --" FROM "Odd ""T" WHERE "a b" = 2) = 18"#,
        },
    ),
    (
        r#"ALTER TABLE t ALTER COLUMN "Amount; --" TYPE bigint"#,
        Case {
            name: "a materialized view with indexes, grants, owner and comments, and a view above it",
            setup: concat!(
                r#"
                GRANT ALL ON SCHEMA public TO "Odd; reader";
                CREATE TABLE t (id int PRIMARY KEY, "Amount; --" int, who text); GRANT SELECT ON t TO "Odd; reader";
                INSERT INTO t SELECT g, g, 'w' || g % 5 FROM generate_series(1, 300) g;
                CREATE VIEW below AS SELECT count("Amount; --") AS n FROM t;"#,
                materialized!()
            ),
            direct: concat!(
                r#"DROP VIEW above; DROP MATERIALIZED VIEW "M; 1"; DROP VIEW below;
                ALTER TABLE t ALTER COLUMN "Amount; --" TYPE bigint;
                CREATE VIEW below AS SELECT count("Amount; --") AS n FROM t;"#,
                materialized!()
            ),
            old: r#"UPDATE t SET "Amount; --" = 17 WHERE id = 1; SELECT count(*) FROM above"#,
            new: r#"UPDATE t SET "Amount; --" = 18 WHERE id = 2; SELECT "it's" FROM "M; 1""#,
            kept: r#"SELECT (SELECT "Amount; --" FROM t WHERE id = 1) = 17
                     AND (SELECT "Amount; --" FROM t WHERE id = 2) = 18"#,
        },
    ),
    (
        r#"ALTER TABLE t ALTER COLUMN "A b" TYPE bigint"#,
        Case {
            name: "extended statistics and the index that identifies rows",
            setup: r#"
                CREATE TABLE t (id int, c int, "A b" int NOT NULL, CONSTRAINT pk PRIMARY KEY (id), CONSTRAINT "U; 1" UNIQUE ("A b", id));
                INSERT INTO t SELECT g, g % 5, g FROM generate_series(1, 300) g;
                CREATE STATISTICS "S; 1" (ndistinct, dependencies) ON "A b", c FROM t; CREATE STATISTICS s2 ON c, "A b", id FROM t;
                COMMENT ON STATISTICS "S; 1" IS 'counted together'; COMMENT ON CONSTRAINT "U; 1" ON t IS 'both';
                ALTER TABLE t REPLICA IDENTITY USING INDEX "U; 1""#,
            direct: r#"ALTER TABLE t ALTER COLUMN "A b" TYPE bigint"#,
            old: r#"UPDATE t SET "A b" = 1017 WHERE id = 1"#,
            new: r#"UPDATE t SET "A b" = 1018 WHERE id = 2"#,
            kept: r#"SELECT (SELECT "A b" FROM t WHERE id = 1) = 1017 AND (SELECT "A b" FROM t WHERE id = 2) = 1018"#,
        },
    ),
    (
        "ALTER TABLE t ALTER COLUMN code TYPE varchar(200)",
        Case {
            name: "what is only noted, below a view and a policy",
            setup: "CREATE TABLE t (id int PRIMARY KEY, code varchar(20) NOT NULL); INSERT INTO t SELECT g, 'c' || g FROM generate_series(1, 300) g;
                    CREATE VIEW v AS SELECT id, code FROM t; CREATE VIEW w AS SELECT * FROM v WHERE code <> '';
                    COMMENT ON VIEW w IS 'w'; GRANT SELECT ON v TO PUBLIC; ALTER TABLE t ENABLE ROW LEVEL SECURITY;
                    CREATE POLICY p ON t FOR SELECT USING (code = CURRENT_USER)",
            direct: "DROP VIEW v CASCADE; DROP POLICY p ON t; ALTER TABLE t ALTER COLUMN code TYPE varchar(200);
                     CREATE VIEW v AS SELECT id, code FROM t; CREATE VIEW w AS SELECT * FROM v WHERE code <> '';
                     COMMENT ON VIEW w IS 'w'; GRANT SELECT ON v TO PUBLIC;
                     CREATE POLICY p ON t FOR SELECT USING (code = CURRENT_USER)",
            old: "UPDATE v SET code = 'old' WHERE id = 1",
            new: "UPDATE v SET code = 'new' WHERE id = 2; SELECT * FROM w",
            kept: "SELECT (SELECT code FROM t WHERE id = 1) = 'old' AND (SELECT code FROM t WHERE id = 2) = 'new'",
        },
    ),
];

/// A view whose new query has other columns, and what reads it.
macro_rules! reading {
    () => {
        r#"
            CREATE VIEW w AS SELECT "I d", count(*) AS n FROM "V; 2" GROUP BY "I d";
            CREATE POLICY sees ON other USING (EXISTS (SELECT FROM "V; 2" WHERE "I d" = id));
            GRANT SELECT ON w TO PUBLIC; COMMENT ON VIEW w IS 'above';
        "#
    };
}

/// Views that the server would not replace.
const VIEWS: &[(&str, Case)] = &[
    (
        r#"CREATE OR REPLACE VIEW "V; 2" AS SELECT id::bigint AS "I d", upper(name) AS name FROM t WHERE id > 0"#,
        Case {
            name: "a view that loses a column, and has another of another type",
            setup: concat!(
                r#"CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t SELECT g, 'n' || g FROM generate_series(1, 300) g;
                CREATE TABLE other (id int); ALTER TABLE other ENABLE ROW LEVEL SECURITY;
                GRANT SELECT ON t TO "Odd; reader";
                CREATE VIEW "V; 2" AS SELECT id AS "I d", name, id * 2 AS gone FROM t;
                GRANT SELECT ON "V; 2" TO pg_monitor; COMMENT ON VIEW "V; 2" IS 'it''s'; COMMENT ON COLUMN "V; 2".gone IS 'goes';
                GRANT SELECT ("I d", gone) ON "V; 2" TO PUBLIC; ALTER VIEW "V; 2" OWNER TO "Odd; reader";"#,
                reading!()
            ),
            direct: concat!(
                r#"DROP VIEW w; DROP POLICY sees ON other; DROP VIEW "V; 2";
                CREATE VIEW "V; 2" AS SELECT id::bigint AS "I d", upper(name) AS name FROM t WHERE id > 0;
                ALTER VIEW "V; 2" OWNER TO "Odd; reader"; GRANT SELECT ON "V; 2" TO pg_monitor; COMMENT ON VIEW "V; 2" IS 'it''s';
                GRANT SELECT ("I d") ON "V; 2" TO PUBLIC;"#,
                reading!()
            ),
            old: r#"SELECT "I d", name FROM "V; 2""#,
            new: r#"SELECT "I d", name FROM "V; 2"; SELECT n FROM w"#,
            kept: "SELECT true",
        },
    ),
    (
        "CREATE OR REPLACE VIEW v AS SELECT id, name, 7 AS more FROM t",
        Case {
            name: "a view that gets a column behind the others",
            setup: "CREATE TABLE t (id int PRIMARY KEY, name text); CREATE VIEW v AS SELECT id, name FROM t;
                    CREATE VIEW w AS SELECT * FROM v; COMMENT ON VIEW v IS 'v'; GRANT SELECT ON v TO PUBLIC",
            direct: "CREATE OR REPLACE VIEW v AS SELECT id, name, 7 AS more FROM t",
            old: "SELECT id FROM v",
            new: "SELECT id FROM w",
            kept: "SELECT true",
        },
    ),
    (
        "CREATE OR REPLACE VIEW v WITH (security_barrier) AS SELECT id, name FROM t WHERE id > 1",
        Case {
            name: "a view whose columns stay as they are",
            setup: "CREATE TABLE t (id int PRIMARY KEY, name text); CREATE VIEW v AS SELECT id, name FROM t",
            direct: "CREATE OR REPLACE VIEW v WITH (security_barrier) AS SELECT id, name FROM t WHERE id > 1",
            old: "SELECT id FROM v",
            new: "SELECT id FROM v",
            kept: "SELECT true",
        },
    ),
];

#[test]
fn what_depends_on_a_column_is_made_again() -> Result<()> {
    let mut failed = Vec::new();
    for major in [13, 18] {
        let server = Server::shared(major)?;
        server.database("roles")?.session()?.script(ROLE)?;
        for (request, case) in CASES {
            if let Err(error) = prove_request_in_any_order(case, request, server) {
                failed.push(format!("{major}: {}: {error:#}", case.name));
            }
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n\n"));
    Ok(())
}

#[test]
fn a_view_is_replaced_with_what_reads_it() -> Result<()> {
    let mut failed = Vec::new();
    for major in [13, 18] {
        let server = Server::shared(major)?;
        server.database("roles")?.session()?.script(ROLE)?;
        for (request, case) in VIEWS {
            if let Err(error) = prove_request_in_any_order(case, request, server) {
                failed.push(format!("{major}: {}: {error:#}", case.name));
            }
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n\n"));
    Ok(())
}
