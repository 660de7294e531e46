//! Columns moved into a table of their own on the oldest and the newest version: every printed statement, to the end and
//! back from every step, with both applications writing; what the triggers make of rows that either of them writes; and
//! under load.

use altimeter_tests::proof::{Plan, Trial, alone, rows};
use altimeter_tests::server::Server;
use altimeter_tests::shop::{self, application};
use altimeter_tests::tool::run_altimeter;
use altimeter_tests::workload::Application;
use anyhow::{Context, Result, ensure};

use super::odd_tables::{Case, prove_shown};
use crate::on_oldest_and_newest;

const CASES: &[Case] = &[
    Case {
        name: "NOT NULL with and without a default, a check, an index, grants, comments, other triggers, a view and a policy",
        setup: "CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, street text,
                  city varchar(40) COLLATE \"C\" CHECK (city <> ''), zip text NOT NULL, country char(2) NOT NULL DEFAULT 'DE',
                  touched int NOT NULL DEFAULT 0, CONSTRAINT \"two of them\" CHECK (street <> city));
                CREATE TABLE orders (id int PRIMARY KEY, customer_id bigint REFERENCES customers);
                COMMENT ON COLUMN customers.city IS 'the city''s name'; ALTER TABLE customers ALTER COLUMN city SET STATISTICS 200;
                CREATE INDEX customers_city_idx ON customers (lower(city)) WHERE zip <> ''; CREATE INDEX \"by street\" ON customers (street DESC);
                COMMENT ON INDEX customers_city_idx IS 'for the search'; CREATE INDEX customers_name_city ON customers (name, city);
                CREATE ROLE split_reader; GRANT SELECT, INSERT, UPDATE ON customers TO split_reader; GRANT UPDATE (street), SELECT (zip) ON customers TO PUBLIC;
                CREATE VIEW names AS SELECT id, name FROM customers; CREATE POLICY p ON customers USING (name <> 'x');
                CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := NEW.touched + 1; NEW.zip := upper(NEW.zip); RETURN NEW; END $$;
                CREATE TRIGGER tick BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION tick();
                INSERT INTO customers (name, street, city, zip) SELECT 'n' || g, 's' || g, nullif('c' || g % 7, 'c3'), 'z' || g FROM generate_series(1, 1200) g;
                INSERT INTO orders SELECT g, g FROM generate_series(1, 50) g",
        direct: "move street, city, zip and country of customers into a new table addresses",
        old: "UPDATE customers SET street = 'old street' WHERE id = 1; INSERT INTO customers (name, zip) VALUES ('old', 'z-old'); DELETE FROM customers WHERE id = 70;
              UPDATE customers SET name = 'renamed' WHERE id = 5",
        new: "UPDATE addresses SET city = 'new city', zip = 'zip' WHERE customer_id = 2;
              WITH c AS (INSERT INTO customers (name) VALUES ('new') RETURNING id) INSERT INTO addresses (customer_id, street, zip) SELECT id, 'new street', '1' FROM c;
              DELETE FROM addresses WHERE customer_id = 80; DELETE FROM customers WHERE id = 90",
        kept: "SELECT (SELECT street FROM customers WHERE id = 1) = 'old street' AND (SELECT city || zip || street FROM customers WHERE id = 2) = 'new cityZIPs2'
               AND (SELECT street || zip || country FROM customers WHERE name = 'new' LIMIT 1) = 'new street1DE' AND NOT EXISTS (SELECT FROM customers WHERE id IN (70, 90))
               AND (SELECT street IS NULL AND zip = '' AND country = 'DE' FROM customers WHERE id = 80)
               AND (SELECT min(zip) FROM customers WHERE name = 'old') = 'z-old'
               AND NOT EXISTS (SELECT FROM customers WHERE id BETWEEN 3 AND 1200 AND id <> 80 AND (street, upper(zip), country) IS DISTINCT FROM ('s' || id, 'Z' || id, 'DE'))",
    },
    Case {
        name: "odd names, a composite key that changes, only columns that may be NULL, one with a default, json",
        setup: r#"CREATE SCHEMA "S x"; CREATE TABLE "S x"."Odd; ""Tables" ("K 1" int, k text COLLATE "C", "Sel; --" text, "J j" json, n int DEFAULT 7, stays int,
                  PRIMARY KEY (k, "K 1"));
                CREATE TABLE "S x".o (a text, b int, FOREIGN KEY (a, b) REFERENCES "S x"."Odd; ""Tables" ON UPDATE CASCADE ON DELETE CASCADE);
                INSERT INTO "S x"."Odd; ""Tables" SELECT g, 'k', CASE WHEN g % 3 > 0 THEN 'v' || g END, CASE WHEN g % 2 = 0 THEN '{"a":  1}'::json END, g % 5, g FROM generate_series(1, 900) g;
                INSERT INTO "S x".o SELECT 'k', g FROM generate_series(1, 100) g"#,
        direct: r#"move "Sel; --", "J j" and n of "S x"."Odd; ""Tables" into a new table "Beside ""it""" "#,
        old: r#"UPDATE "S x"."Odd; ""Tables" SET "Sel; --" = 'old' WHERE "K 1" = 1; UPDATE "S x"."Odd; ""Tables" SET "K 1" = 5000 WHERE "K 1" = 9;
              INSERT INTO "S x"."Odd; ""Tables" ("K 1", k, stays) VALUES (6000, 'old', 1) ON CONFLICT (k, "K 1") DO UPDATE SET "Sel; --" = 'twice';
              DELETE FROM "S x"."Odd; ""Tables" WHERE "K 1" = 11"#,
        new: r#"UPDATE "S x"."Beside ""it""" SET "J j" = '{"b":2}', n = NULL WHERE "K 1" = 2; INSERT INTO "S x"."Odd; ""Tables" ("K 1", k) VALUES (7000, 'new') ON CONFLICT DO NOTHING;
              INSERT INTO "S x"."Beside ""it""" ("K 1", k, "Sel; --") VALUES (7000, 'new', 'first') ON CONFLICT (k, "K 1") DO UPDATE SET n = 70;
              DELETE FROM "S x"."Beside ""it""" WHERE "K 1" = 21; UPDATE "S x"."Odd; ""Tables" SET "K 1" = 8000 WHERE "K 1" = 22"#,
        kept: r#"SELECT (SELECT "Sel; --" FROM "S x"."Odd; ""Tables" WHERE "K 1" = 1) = 'old' AND (SELECT "J j"::text = '{"b":2}' AND n IS NULL FROM "S x"."Odd; ""Tables" WHERE "K 1" = 2)
               AND (SELECT "Sel; --" = 'first' FROM "S x"."Odd; ""Tables" WHERE "K 1" = 7000) AND (SELECT n FROM "S x"."Odd; ""Tables" WHERE "K 1" = 5000) = 4
               AND (SELECT n = 7 AND "Sel; --" IS NULL FROM "S x"."Odd; ""Tables" WHERE "K 1" = 21) AND (SELECT n FROM "S x"."Odd; ""Tables" WHERE "K 1" = 8000) = 2
               AND (SELECT "Sel; --" FROM "S x"."Odd; ""Tables" WHERE "K 1" = 6000) = 'twice' AND NOT EXISTS (SELECT FROM "S x"."Odd; ""Tables" WHERE "K 1" = 11)
               AND NOT EXISTS (SELECT FROM "S x"."Odd; ""Tables" WHERE "K 1" BETWEEN 3 AND 900 AND "K 1" NOT IN (21, 22)
                 AND ("Sel; --", "J j"::text, n) IS DISTINCT FROM (CASE WHEN "K 1" % 3 > 0 THEN 'v' || "K 1" END, CASE WHEN "K 1" % 2 = 0 THEN '{"a":  1}' END, "K 1" % 5))"#,
    },
    Case {
        name: "a NOT NULL column that is unique, which no default can stand for, and a key that is no id",
        setup: "CREATE TABLE people (code uuid PRIMARY KEY, login text NOT NULL UNIQUE, mail text, n int, UNIQUE (mail));
                COMMENT ON CONSTRAINT people_login_key ON people IS 'one each';
                INSERT INTO people SELECT md5(g::text)::uuid, 'l' || g, nullif('m' || g % 300, 'm7') || CASE WHEN g > 300 THEN g::text ELSE '' END, g FROM generate_series(1, 600) g",
        direct: "extract login and mail from people to table logins",
        old: "UPDATE people SET login = 'old' WHERE n = 1; INSERT INTO people (code, login, n) VALUES (gen_random_uuid(), 'i' || clock_timestamp(), -1)",
        new: "UPDATE logins SET login = 'new' WHERE code = md5('2')::uuid;
              WITH p AS (INSERT INTO people (code, n) VALUES (gen_random_uuid(), -2) RETURNING code) INSERT INTO logins (code, login) SELECT code, 'j' || clock_timestamp() FROM p",
        kept: "SELECT (SELECT login FROM people WHERE n = 1) = 'old' AND (SELECT login FROM people WHERE n = 2) = 'new'
               AND NOT EXISTS (SELECT FROM people WHERE n > 2 AND login <> 'l' || n) AND NOT EXISTS (SELECT FROM people WHERE login IS NULL)",
    },
];

#[test]
fn columns_move_into_a_table_of_their_own() -> Result<()> {
    on_oldest_and_newest(CASES, |c| c.name, prove_shown)
}

const MERGED: &[Case] = &[
    Case {
        name: "a child whose rows do not follow, with NOT NULL, defaults, indexes, checks, grants, a trigger, a policy, comments",
        setup: "CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, touched int NOT NULL DEFAULT 0);
                CREATE TABLE addresses (customer_id bigint CONSTRAINT \"its key\" PRIMARY KEY, street text NOT NULL, city varchar(40) COLLATE \"C\" CHECK (city <> ''),
                  country char(2) NOT NULL DEFAULT 'DE', CONSTRAINT \"whose\" FOREIGN KEY (customer_id) REFERENCES customers, CONSTRAINT two CHECK (street <> city));
                COMMENT ON TABLE addresses IS 'where'; COMMENT ON COLUMN addresses.city IS 'the city''s name'; COMMENT ON CONSTRAINT \"whose\" ON addresses IS 'who';
                ALTER TABLE addresses ALTER COLUMN city SET STATISTICS 200; ALTER TABLE addresses ADD CONSTRAINT addresses_street_key UNIQUE (street);
                CREATE INDEX addresses_city_idx ON addresses (lower(city)) WHERE street <> ''; CREATE INDEX key_and_city ON addresses (customer_id, city);
                CREATE ROLE merge_reader; GRANT SELECT, UPDATE ON addresses TO merge_reader; GRANT SELECT ON customers TO merge_reader; GRANT UPDATE (street) ON addresses TO PUBLIC;
                CREATE VIEW names AS SELECT id, name FROM customers; CREATE POLICY p ON addresses USING (city <> 'x');
                CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := NEW.touched + 1; RETURN NEW; END $$;
                CREATE TRIGGER tick BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION tick();
                CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.city := upper(NEW.city); RETURN NEW; END $$;
                CREATE TRIGGER up BEFORE INSERT OR UPDATE OF city ON addresses FOR EACH ROW EXECUTE FUNCTION up();
                INSERT INTO customers (name) SELECT 'n' || g FROM generate_series(1, 1200) g;
                INSERT INTO addresses SELECT g, 's' || g, nullif('C' || g % 7, 'C3'), 'FR' FROM generate_series(1, 1200) g WHERE g % 4 > 0",
        direct: "merge table addresses back into customers",
        old: "UPDATE addresses SET street = 'old street' WHERE customer_id = 1; DELETE FROM addresses WHERE customer_id = 70;
              WITH c AS (INSERT INTO customers (name) VALUES ('old') RETURNING id) INSERT INTO addresses (customer_id, street) SELECT id, 'old' || clock_timestamp() FROM c;
              UPDATE customers SET name = 'renamed' WHERE id = 5; INSERT INTO customers (name) VALUES ('bare')",
        new: "UPDATE customers SET city = 'new city', country = 'IT' WHERE id = 2; INSERT INTO customers (name, street) VALUES ('new', 'new' || clock_timestamp()), ('bare', NULL);
              UPDATE customers SET street = 'moved in' WHERE id = 4; UPDATE customers SET street = NULL, city = NULL, country = 'DE' WHERE id = 81; DELETE FROM customers WHERE id = 90",
        kept: "SELECT (SELECT street FROM addresses WHERE customer_id = 1) = 'old street' AND (SELECT city || street || country FROM addresses WHERE customer_id = 2) = 'NEW CITYs2IT'
               AND NOT EXISTS (SELECT FROM addresses WHERE customer_id IN (70, 81, 90)) AND (SELECT street || country FROM addresses WHERE customer_id = 4) = 'moved inDE'
               AND NOT EXISTS (SELECT FROM customers WHERE name = 'bare' AND id IN (SELECT customer_id FROM addresses))
               AND (SELECT count(*) FROM customers WHERE name IN ('old', 'new')) = (SELECT count(*) FROM addresses WHERE customer_id > 1200)
               AND NOT EXISTS (SELECT FROM addresses WHERE customer_id BETWEEN 3 AND 1200 AND customer_id <> 4
                 AND (street, city, country) IS DISTINCT FROM ('s' || customer_id, nullif('C' || customer_id % 7, 'C3'), 'FR'))
               AND (SELECT count(*) FROM addresses WHERE customer_id <= 1200) = 900 - 2",
    },
    Case {
        name: "odd names, a composite key in another order, rows that follow, columns that may be NULL, json",
        setup: r#"CREATE SCHEMA "S x"; CREATE TABLE "P; ""p" ("K 1" int, k text, stays int, PRIMARY KEY (k, "K 1"));
                CREATE TABLE "S x"."C c" ("Sel; --" text, b int, "A a" text, "J j" json, PRIMARY KEY (b, "A a"),
                  FOREIGN KEY ("A a", b) REFERENCES "P; ""p" (k, "K 1") ON UPDATE CASCADE ON DELETE CASCADE);
                CREATE UNIQUE INDEX "u; u" ON "S x"."C c" (lower("Sel; --")) WHERE "Sel; --" <> 'v1';
                INSERT INTO "P; ""p" SELECT g, 'k', g FROM generate_series(1, 900) g;
                INSERT INTO "S x"."C c" SELECT 'v' || g, g, 'k', CASE WHEN g % 2 = 0 THEN '{"a":  1}'::json END FROM generate_series(1, 900) g WHERE g % 3 > 0"#,
        direct: r#"merge "S x"."C c" into "P; ""p" "#,
        old: r#"UPDATE "S x"."C c" SET "Sel; --" = 'old' WHERE b = 1; UPDATE "P; ""p" SET "K 1" = 5000 WHERE "K 1" = 10; DELETE FROM "P; ""p" WHERE "K 1" = 11;
              INSERT INTO "S x"."C c" VALUES ('in', 3, 'k', '[1]') ON CONFLICT (b, "A a") DO UPDATE SET "Sel; --" = 'twice'"#,
        new: r#"UPDATE "P; ""p" SET "J j" = '{"b":2}' WHERE "K 1" = 2; UPDATE "P; ""p" SET "Sel; --" = 'first' WHERE "K 1" = 6; DELETE FROM "P; ""p" WHERE "K 1" = 13;
              INSERT INTO "P; ""p" ("K 1", k, "Sel; --") VALUES (7000, 'new', 'there') ON CONFLICT (k, "K 1") DO UPDATE SET "J j" = '7'"#,
        kept: r#"SELECT (SELECT "Sel; --" FROM "S x"."C c" WHERE b = 1) = 'old' AND (SELECT "J j"::text = '{"b":2}' FROM "S x"."C c" WHERE b = 2)
               AND (SELECT "Sel; --" FROM "S x"."C c" WHERE b = 6) = 'first' AND (SELECT "Sel; --" FROM "S x"."C c" WHERE b = 7000) = 'there'
               AND (SELECT "Sel; --" FROM "S x"."C c" WHERE b = 5000) = 'v10' AND NOT EXISTS (SELECT FROM "S x"."C c" WHERE b IN (11, 13, 9))
               AND NOT EXISTS (SELECT FROM "S x"."C c" WHERE b BETWEEN 4 AND 900 AND b <> 6
                 AND ("Sel; --", "J j"::text) IS DISTINCT FROM ('v' || b, CASE WHEN b % 2 = 0 THEN '{"a":  1}' END))"#,
    },
];

#[test]
fn two_tables_become_one() -> Result<()> {
    on_oldest_and_newest(MERGED, |c| c.name, prove_shown)
}

/// What would not hold in another table, or not be known there, is refused.
#[test]
fn what_cannot_move_is_refused() -> Result<()> {
    let server = Server::shared(18)?;
    let database = server.database("refused")?;
    database.session()?.script(
        "CREATE TABLE guarded (id int PRIMARY KEY, note text); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
         CREATE TABLE parts (id int PRIMARY KEY, note text) PARTITION BY RANGE (id);
         CREATE TABLE stamped (id int PRIMARY KEY, at timestamptz DEFAULT now(), note text, whole text GENERATED ALWAYS AS (note || '!') STORED);
         CREATE TABLE later (id int PRIMARY KEY DEFERRABLE, note text);
         CREATE TABLE notes (id int PRIMARY KEY, stamped_id int UNIQUE REFERENCES stamped, text text)",
    )?;
    for (request, said) in [
        ("move note of guarded into a new table notes_of_it", "row security is on for public.guarded"),
        ("move note of parts into a new table notes_of_it", "public.parts is partitioned"),
        ("move at of stamped into a new table times", "is no plain value"),
        ("move note of stamped into a new table times", "needed by generated column whole"),
        ("move note of later into a new table notes_of_it", "deferrable"),
        ("merge notes into stamped", "is no foreign key on public.stamped"),
    ] {
        let out = run_altimeter(&["plan", request, "--db", &database.url, "--sample", "0"], &[])?;
        ensure!(out.code == Some(5), "{request}: {:?} {}", out.code, out.stderr);
        let text = out.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        ensure!(text.contains(said), "{request}: {text}");
    }
    Ok(())
}

/// An application that knows users' names in a table of their own.
fn apart(name: &'static str) -> Application {
    Application {
        name,
        insert: "WITH u AS (INSERT INTO users (email) VALUES ($2) RETURNING id)
                 INSERT INTO profiles (user_id, user_name) SELECT id, $1 FROM u RETURNING user_id"
            .to_owned(),
        update: "UPDATE profiles SET user_name = $2 WHERE user_id = $1".to_owned(),
        select: "SELECT user_name, bio FROM profiles WHERE user_id = $1".to_owned(),
        find: "SELECT user_id, user_name FROM profiles WHERE user_name = $1".to_owned(),
        select_all: "SELECT user_id, user_name FROM profiles".to_owned(),
    }
}

fn prove_under_load(major: u32, setup: &str, request: &str, applications: &[Application]) -> Result<()> {
    let _alone = alone();
    let server = Server::shared(major)?;
    let original = shop::load(server, rows()?)?;
    original.session()?.script(setup)?;
    original.session()?.script("ANALYZE")?;
    let plan = Plan::made(&original, request, &[])?;
    let direct = plan.direct.join(";\n");
    let trial =
        Trial { server, original: &original, plan: &plan, applications, direct: &direct, any_order: false };
    trial.prove().with_context(|| request.to_owned())
}

fn split_table(major: u32) -> Result<()> {
    let request = "move user_name, display_name and bio of users into a new table profiles";
    prove_under_load(major, "", request, &[application("old", "user_name", &[]), apart("new")])
}

on_each_version!(split_table);

fn merge_tables(major: u32) -> Result<()> {
    let setup = "CREATE TABLE profiles (user_id bigint PRIMARY KEY REFERENCES users, user_name text NOT NULL, bio text);
                 INSERT INTO profiles SELECT id, user_name, bio FROM users; CREATE INDEX profiles_user_name_idx ON profiles (user_name);
                 ALTER TABLE users DROP COLUMN user_name, DROP COLUMN bio";
    let request = "merge table profiles back into users";
    prove_under_load(
        major,
        setup,
        request,
        &[apart("old"), application("new", "user_name", &[("bio", "'x'")])],
    )
}

on_each_version!(merge_tables);
