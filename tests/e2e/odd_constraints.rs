//! Plans for constraints and defaults of tables that are not the shop's: quoted names, composite keys, partitions,
//! heirs. As in [`super::odd_tables`], on every version whose plans differ.

use altimeter_tests::server::Server;
use anyhow::{Result, ensure};

use super::odd_tables::{Case, prove, prove_request};

/// A table of three hundred rows, one that references it, and odd names.
const ODD: &str = r#"CREATE TABLE p ("k 1" int, k2 text, PRIMARY KEY ("k 1", k2));
    INSERT INTO p SELECT g, 'x' || g FROM generate_series(1, 300) g;
    CREATE TABLE "Odd ""T" (id int PRIMARY KEY, "a b" int, "c;--" text DEFAULT 'd', n numeric);
    INSERT INTO "Odd ""T" SELECT g, g, 'x' || g, g FROM generate_series(1, 300) g;"#;

/// A table partitioned at two levels, its partitions with rows.
const PARTS: &str =
    "CREATE TABLE r (id int PRIMARY KEY); INSERT INTO r SELECT g FROM generate_series(1, 300) g;
    CREATE TABLE t (id int, day date NOT NULL, r_id int, note text) PARTITION BY RANGE (day);
    CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (note);
    CREATE TABLE t_2a PARTITION OF t_2 FOR VALUES IN ('a');
    CREATE TABLE t_2b PARTITION OF t_2 DEFAULT;
    INSERT INTO t SELECT g, date '2024-01-01' + 2 * g, g, 'n' FROM generate_series(1, 300) g;";

const fn case(name: &'static str, direct: &'static str) -> Case {
    Case { name, setup: ODD, direct, old: "SELECT 1", new: "SELECT 1", kept: "SELECT true" }
}

const fn parts(name: &'static str, direct: &'static str) -> Case {
    Case {
        setup: PARTS,
        old: "INSERT INTO t VALUES (901, '2024-02-02', 1, 'a') ON CONFLICT DO NOTHING; DELETE FROM t WHERE id = 901",
        ..case(name, direct)
    }
}

fn cases() -> Vec<Case> {
    vec![
        case("NOT NULL", r#"ALTER TABLE "Odd ""T" ALTER COLUMN "a b" SET NOT NULL"#),
        Case {
            old: r#"INSERT INTO "Odd ""T" (id, "a b") VALUES (901, 1) ON CONFLICT DO NOTHING"#,
            new: r#"UPDATE "Odd ""T" SET "c;--" = 'new' WHERE id = 7"#,
            kept: r#"SELECT (SELECT "c;--" FROM "Odd ""T" WHERE id = 7) = 'new'"#,
            ..case("NOT NULL with a default", r#"ALTER TABLE "Odd ""T" ALTER COLUMN "c;--" SET NOT NULL"#)
        },
        parts("NOT NULL, partitioned", "ALTER TABLE t ALTER COLUMN r_id SET NOT NULL"),
        Case {
            setup: "CREATE TABLE a (id int PRIMARY KEY, c int); CREATE TABLE b (d int) INHERITS (a);
                    INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (2, 2, 2)",
            ..case("NOT NULL, inherited", "ALTER TABLE a ALTER COLUMN c SET NOT NULL")
        },
        case("set a default of a key", r#"ALTER TABLE p ALTER COLUMN k2 SET DEFAULT 'z'"#),
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, c text NOT NULL); INSERT INTO t VALUES (1, 'x')",
            ..case("drop NOT NULL", "ALTER TABLE t ALTER COLUMN c DROP NOT NULL")
        },
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, c text NOT NULL DEFAULT 'z'); INSERT INTO t VALUES (1, 'x')",
            new: "UPDATE t SET c = NULL WHERE id = 1",
            ..case("drop NOT NULL with a default", "ALTER TABLE t ALTER COLUMN c DROP NOT NULL")
        },
        Case {
            setup: "CREATE TABLE t (id int, c int NOT NULL) PARTITION BY RANGE (id); CREATE TABLE t_1 PARTITION OF t DEFAULT;
                    INSERT INTO t VALUES (1, 1)",
            ..case("drop NOT NULL, partitioned", "ALTER TABLE t ALTER COLUMN c DROP NOT NULL")
        },
        case("set a default", r#"ALTER TABLE "Odd ""T" ALTER COLUMN n SET DEFAULT 4.20"#),
        case("change a default", r#"ALTER TABLE "Odd ""T" ALTER COLUMN "c;--" SET DEFAULT lower('E')"#),
        case("drop a default", r#"ALTER TABLE "Odd ""T" ALTER COLUMN "c;--" DROP DEFAULT"#),
        Case {
            setup: "CREATE TABLE t (id int, c int DEFAULT 1) PARTITION BY RANGE (id); CREATE TABLE t_1 PARTITION OF t DEFAULT;
                    CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (1) TO (2); ALTER TABLE t_2 ALTER c SET DEFAULT 7;
                    INSERT INTO t VALUES (1, 1)",
            ..case("a default that a partition has otherwise", "ALTER TABLE t ALTER COLUMN c SET DEFAULT 5")
        },
        case("CHECK", r#"ALTER TABLE "Odd ""T" ADD CHECK ("a b" > 0 AND "c;--" <> '')"#),
        case("CHECK, NO INHERIT", r#"ALTER TABLE "Odd ""T" ADD CONSTRAINT "c k" CHECK (n >= 0) NO INHERIT"#),
        case("CHECK, NOT VALID", r#"ALTER TABLE "Odd ""T" ADD CHECK (n >= 0) NOT VALID"#),
        parts("CHECK, partitioned", "ALTER TABLE t ADD CHECK (r_id > 0)"),
        Case {
            setup: "CREATE TABLE a (id int PRIMARY KEY, c int); CREATE TABLE b (d int) INHERITS (a); INSERT INTO b VALUES (2, 2, 2)",
            ..case("CHECK, inherited", "ALTER TABLE a ADD CONSTRAINT positive CHECK (c > 0)")
        },
        case(
            "FOREIGN KEY over two columns",
            r#"ALTER TABLE "Odd ""T" ADD FOREIGN KEY ("a b", "c;--") REFERENCES p MATCH FULL ON UPDATE CASCADE ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED"#,
        ),
        case("FOREIGN KEY to itself", r#"ALTER TABLE "Odd ""T" ADD FOREIGN KEY ("a b") REFERENCES "Odd ""T""#),
        parts("FOREIGN KEY, partitioned", "ALTER TABLE t ADD FOREIGN KEY (r_id) REFERENCES r ON DELETE CASCADE"),
        case("UNIQUE", r#"ALTER TABLE "Odd ""T" ADD UNIQUE ("a b", "c;--")"#),
        case("UNIQUE, INCLUDE, DEFERRABLE", r#"ALTER TABLE "Odd ""T" ADD CONSTRAINT "u ""q" UNIQUE ("a b") INCLUDE (n) WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED"#),
        parts("UNIQUE, partitioned", "ALTER TABLE t ADD UNIQUE (id, day, note)"),
        Case {
            setup: r#"CREATE TABLE "o t" (a int, "b c" text); INSERT INTO "o t" SELECT g, 'x' FROM generate_series(1, 300) g"#,
            ..case("PRIMARY KEY over nullable columns", r#"ALTER TABLE "o t" ADD PRIMARY KEY (a, "b c")"#)
        },
        parts("PRIMARY KEY, partitioned", "ALTER TABLE t ADD PRIMARY KEY (id, day, note)"),
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, b bigint); INSERT INTO t SELECT g, g FROM generate_series(1, 300) g",
            ..case("another PRIMARY KEY", "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (b, id)")
        },
        Case {
            setup: "CREATE TABLE t (a int, b int); INSERT INTO t SELECT g, g FROM generate_series(1, 300) g; CREATE UNIQUE INDEX \"t i\" ON t (a, b)",
            ..case("UNIQUE USING INDEX", "ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX \"t i\"")
        },
        Case {
            setup: "CREATE TABLE t (a int, b int); INSERT INTO t SELECT g, g FROM generate_series(1, 300) g; CREATE UNIQUE INDEX \"t i\" ON t (a, b)",
            ..case("PRIMARY KEY USING INDEX", "ALTER TABLE t ADD PRIMARY KEY USING INDEX \"t i\"")
        },
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, a int, CONSTRAINT \"c 1\" CHECK (a > 0) NO INHERIT); INSERT INTO t VALUES (1, 1)",
            ..case("drop a CHECK", "ALTER TABLE t DROP CONSTRAINT \"c 1\"")
        },
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; INSERT INTO t VALUES (1, 1)",
            ..case("drop a CHECK that is not valid", "ALTER TABLE t DROP CONSTRAINT c")
        },
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, a int, b int, UNIQUE (a, b) INCLUDE (id) WITH (fillfactor = 60) DEFERRABLE); INSERT INTO t VALUES (1, 1, 1)",
            ..case("drop a UNIQUE", "ALTER TABLE t DROP CONSTRAINT t_a_b_id_key")
        },
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1)",
            ..case("drop a PRIMARY KEY", "ALTER TABLE t DROP CONSTRAINT t_pkey")
        },
        Case {
            setup: "CREATE TABLE r (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, a int REFERENCES r ON DELETE SET NULL);
                    INSERT INTO r VALUES (1); INSERT INTO t VALUES (1, 1)",
            ..case("drop a FOREIGN KEY", "ALTER TABLE t DROP CONSTRAINT t_a_fkey")
        },
        Case {
            setup: "CREATE TABLE t (a int, r int4range, EXCLUDE USING gist (r WITH &&)); INSERT INTO t VALUES (1, '[1,2)')",
            ..case("drop an EXCLUDE", "ALTER TABLE t DROP CONSTRAINT t_r_excl")
        },
        Case {
            setup: "CREATE TABLE r (id int PRIMARY KEY); CREATE TABLE t (id int, a int REFERENCES r, CHECK (a > 0), UNIQUE (id)) PARTITION BY RANGE (id);
                    CREATE TABLE t_1 PARTITION OF t DEFAULT; INSERT INTO r VALUES (1); INSERT INTO t VALUES (1, 1)",
            ..case("drop a FOREIGN KEY, partitioned", "ALTER TABLE t DROP CONSTRAINT t_a_fkey")
        },
        Case {
            setup: "CREATE TABLE t (id int, a int, CHECK (a > 0), UNIQUE (id)) PARTITION BY RANGE (id);
                    CREATE TABLE t_1 PARTITION OF t DEFAULT; INSERT INTO t VALUES (1, 1)",
            ..case("drop a UNIQUE, partitioned", "ALTER TABLE t DROP CONSTRAINT t_id_key")
        },
        Case {
            setup: "CREATE TABLE t (id int, a int, CHECK (a > 0), UNIQUE (id)) PARTITION BY RANGE (id);
                    CREATE TABLE t_1 PARTITION OF t DEFAULT; INSERT INTO t VALUES (1, 1)",
            ..case("drop a CHECK, partitioned", "ALTER TABLE t DROP CONSTRAINT t_a_check")
        },
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, a int, CHECK (a > 0)); INSERT INTO t VALUES (1, 1)",
            ..case("rename a CHECK", "ALTER TABLE t RENAME CONSTRAINT t_a_check TO \"A \"\"b\"")
        },
        Case {
            setup: "CREATE TABLE t (id int, a int, UNIQUE (id)) PARTITION BY RANGE (id); CREATE TABLE t_1 PARTITION OF t DEFAULT",
            ..case("rename a UNIQUE, partitioned", "ALTER TABLE t RENAME CONSTRAINT t_id_key TO other")
        },
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; INSERT INTO t VALUES (1, 1)",
            ..case("validate a CHECK", "ALTER TABLE t VALIDATE CONSTRAINT c")
        },
        Case {
            setup: "CREATE TABLE r (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO r VALUES (1); INSERT INTO t VALUES (1, 1);
                    ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES r NOT VALID",
            ..case("validate a FOREIGN KEY", "ALTER TABLE t VALIDATE CONSTRAINT t_a_fkey")
        },
    ]
}

/// What only newer versions have.
fn newer() -> Vec<Case> {
    vec![
        Case {
            setup: "CREATE TABLE r (id int PRIMARY KEY) PARTITION BY HASH (id); CREATE TABLE r_1 PARTITION OF r FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                    CREATE TABLE r_2 PARTITION OF r FOR VALUES WITH (MODULUS 2, REMAINDER 1); INSERT INTO r VALUES (1), (2);
                    CREATE TABLE t (id int PRIMARY KEY, r_id int); INSERT INTO t VALUES (1, 1), (2, 2), (3, NULL)",
            ..case("FOREIGN KEY to a partitioned table", "ALTER TABLE t ADD CONSTRAINT to_r FOREIGN KEY (r_id) REFERENCES r (id)")
        },
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1)",
            ..case("NOT NULL with a name", "ALTER TABLE t ADD CONSTRAINT \"n n\" NOT NULL a")
        },
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1); ALTER TABLE t ADD CONSTRAINT \"n n\" NOT NULL a NOT VALID",
            ..case("NOT NULL that is NOT VALID", "ALTER TABLE t ALTER a SET NOT NULL")
        },
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, a int CONSTRAINT \"n n\" NOT NULL); INSERT INTO t VALUES (1, 1)",
            ..case("drop a NOT NULL by its name", "ALTER TABLE t DROP CONSTRAINT \"n n\"")
        },
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, a int CONSTRAINT \"n n\" NOT NULL); INSERT INTO t VALUES (1, 1)",
            ..case("drop a NOT NULL that has a name", "ALTER TABLE t ALTER a DROP NOT NULL")
        },
        Case {
            setup: "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1); ALTER TABLE t ADD CONSTRAINT \"n n\" NOT NULL a NOT VALID",
            ..case("validate a NOT NULL", "ALTER TABLE t VALIDATE CONSTRAINT \"n n\"")
        },
        case("CHECK, NOT ENFORCED", r#"ALTER TABLE "Odd ""T" ADD CHECK (n < 0) NOT ENFORCED"#),
        case("UNIQUE, NULLS NOT DISTINCT", r#"ALTER TABLE "Odd ""T" ADD UNIQUE NULLS NOT DISTINCT ("a b")"#),
    ]
}

fn all_on(major: u32) -> Result<()> {
    let server = Server::shared(major)?;
    let mut cases = cases();
    if major == 18 {
        cases.extend(newer());
    }
    let mut failed = Vec::new();
    for case in &cases {
        if let Err(error) = prove(case, server) {
            failed.push(format!("{major}: {}: {error:#}", case.name));
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n\n"));
    Ok(())
}

#[test]
fn constraints_of_odd_tables_on_13() -> Result<()> {
    all_on(13)
}

#[test]
fn constraints_of_odd_tables_on_18() -> Result<()> {
    all_on(18)
}

/// NULLs are filled with the default, or with what the request gives.
#[test]
fn nulls_are_filled_on_odd_tables() -> Result<()> {
    let filled = |value: &'static str, direct: &'static str| {
        let case = Case {
            setup: r#"CREATE TABLE "T ""1" (k text PRIMARY KEY, "c d" text DEFAULT 'dd');
                      INSERT INTO "T ""1" SELECT 'k' || g, CASE g % 3 WHEN 0 THEN 'v' END FROM generate_series(1, 300) g"#,
            ..case("filled", direct)
        };
        (value, case)
    };
    let cases = [filled(
        r#"ALTER TABLE "T ""1" ALTER "c d" SET NOT NULL"#,
        r#"UPDATE "T ""1" SET "c d" = 'dd' WHERE "c d" IS NULL; ALTER TABLE "T ""1" ALTER "c d" SET NOT NULL"#,
    )];
    for major in [13, 18] {
        for (request, case) in &cases {
            prove_request(case, request, Server::shared(major)?)?;
        }
    }
    Ok(())
}
