//! `plan --to`: a schema somebody has written down is compared with the live one, and the plan leads there.

use altimeter_tests::database::Database;
use altimeter_tests::dump::pg_dump;
use altimeter_tests::proof::Plan;
use altimeter_tests::server::Server;
use altimeter_tests::tool::{Output, run_altimeter_with_input};
use anyhow::{Context, Result, ensure};

use crate::odd_tables::{Case, to_the_end};

/// Everything that is compared, and some that is not.
const SETUP: &str = r#"
    CREATE TYPE state AS ENUM ('new', 'old');
    CREATE TABLE users (id bigserial PRIMARY KEY, email varchar(50) NOT NULL UNIQUE, state state DEFAULT 'new',
        n int DEFAULT 1 + 1 CHECK (n > 0 AND n <> 7 OR n IN (70, 71)), "Odd name" text COLLATE "C", created timestamptz DEFAULT now());
    CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id bigint REFERENCES users ON DELETE CASCADE,
        total numeric(10,2) DEFAULT 0, gross numeric GENERATED ALWAYS AS (total * 1.2) STORED, note text);
    CREATE TABLE events (day date NOT NULL, what text, PRIMARY KEY (day)) PARTITION BY RANGE (day);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    CREATE INDEX orders_paid ON orders (user_id DESC) INCLUDE (note) WHERE total > 0;
    CREATE INDEX users_lower ON users (lower(email));
    CREATE INDEX ON events (what);
    CREATE VIEW buyers AS SELECT id, email FROM users;
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
    INSERT INTO users (email) SELECT g::text FROM generate_series(1, 300) g;
    INSERT INTO orders (user_id, note) SELECT g, 'x' FROM generate_series(1, 300) g;
"#;

/// What a later version of the schema has otherwise.
const CHANGES: &[&str] = &[
    "ALTER TABLE orders ADD COLUMN tag text DEFAULT 'x'",
    "ALTER TABLE users ALTER COLUMN state SET NOT NULL",
    "ALTER TABLE users ALTER COLUMN email DROP NOT NULL",
    "ALTER TABLE orders ALTER COLUMN total SET DEFAULT 1.5",
    "ALTER TABLE users ALTER COLUMN created DROP DEFAULT",
    r#"ALTER TABLE users ALTER COLUMN "Odd name" TYPE varchar(40)"#,
    "ALTER TABLE users ADD CONSTRAINT named CHECK (email <> '')",
    "ALTER TABLE users DROP CONSTRAINT users_n_check",
    "ALTER TABLE orders ADD CONSTRAINT orders_note UNIQUE (note, id)",
    "CREATE INDEX orders_note_idx ON orders (note) WHERE note IS NOT NULL",
    "DROP INDEX users_lower",
    "ALTER TYPE state ADD VALUE 'gone' AFTER 'new'",
    "CREATE TABLE tags (id bigint PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders, name text); CREATE INDEX tags_name ON tags (name)",
    "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE moods (id int, mood mood DEFAULT 'ok')",
    "ALTER TABLE orders ADD COLUMN tag text; CREATE INDEX orders_tag ON orders (tag); ALTER TABLE orders ADD CONSTRAINT short CHECK (length(tag) < 5)",
];

/// The schema on standard input, as `pg_dump` prints it.
fn plan_to(database: &Database, wanted: &Database, more: &[&str]) -> Result<Output> {
    let fixed = ["plan", "--to", "-", "--db", &database.url, "--sample", "0", "--format", "json"];
    run_altimeter_with_input(&[&fixed, more].concat(), &[], &pg_dump(wanted)?)
}

/// The schema asked for is what `pg_dump` of the version of this system prints; the database is of another.
fn leads_there(major: u32) -> Result<()> {
    let server = Server::shared(major)?;
    let printer = Server::shared(15)?;
    let original = server.database("is")?;
    original.session()?.script(&format!("{SETUP}; ANALYZE"))?;
    let wish = printer.database("shall")?;
    wish.session()?.script(SETUP)?;
    let same = plan_to(&original, &wish, &[])?;
    ensure!(same.code == Some(0) && same.stderr.contains("nothing differs"), "{major}: {same:?}");
    for change in CHANGES {
        let wanted = wish.copy(printer, "wanted")?;
        wanted.session()?.script(change)?;
        let plan =
            Plan::parse(&plan_to(&original, &wanted, &[])?.json().with_context(|| (*change).to_owned())?)?;
        let case = Case { name: "", setup: "", direct: change, old: "", new: "", kept: "" };
        to_the_end(&case, &original.copy(server, "led")?, &original.copy(server, "plain")?, &plan, true)
            .with_context(|| format!("{major}: {change}"))?;
    }
    Ok(())
}

#[test]
fn a_schema_asked_for_is_led_to_on_13() -> Result<()> {
    leads_there(13)
}

#[test]
fn a_schema_asked_for_is_led_to_on_18() -> Result<()> {
    leads_there(18)
}

#[test]
fn nothing_is_lost_unasked() -> Result<()> {
    let server = Server::shared(15)?;
    let original = server.database("is")?;
    original.session()?.script(&format!("{SETUP}; ANALYZE"))?;
    let wanted = original.copy(server, "wanted")?;
    wanted.session()?.script("DROP TABLE events; ALTER TABLE orders DROP COLUMN note")?;
    let refused = plan_to(&original, &wanted, &[])?;
    ensure!(refused.code == Some(5), "{refused:?}");
    for lost in
        ["table public.events", "public.events_1", "column public.orders.note", "--allow-drops", "rename"]
    {
        ensure!(refused.stderr.contains(lost), "{lost}: {}", refused.stderr);
    }
    let asked = plan_to(&original, &wanted, &["--allow-drops"])?.json()?;
    ensure!(asked["request"].to_string().contains("drop column note"), "{}", asked["request"]);
    Ok(())
}

/// What goes needs something else to go first, and yet the application is released once.
#[test]
fn one_release_serves_changes_that_need_each_other() -> Result<()> {
    const SETUP: &str = "CREATE TABLE kinds (id int PRIMARY KEY, what text); INSERT INTO kinds SELECT g, 'k' FROM generate_series(1, 9) g;
        CREATE TABLE things (id int PRIMARY KEY, kind int REFERENCES kinds, note text NOT NULL, old text);
        CREATE INDEX ON things (kind); INSERT INTO things SELECT g, 1 + g % 9, 'n', 'o' FROM generate_series(1, 300) g; ANALYZE;";
    const CHANGE: &str =
        "ALTER TABLE things DROP CONSTRAINT things_kind_fkey; ALTER TABLE things DROP COLUMN kind;
        ALTER TABLE things DROP COLUMN old; DROP TABLE kinds";
    for major in [13, 18] {
        let server = Server::shared(major)?;
        let original = server.database("once")?;
        original.session()?.script(SETUP)?;
        let wanted = Server::shared(15)?.database("once_wanted")?;
        wanted.session()?.script(SETUP)?;
        wanted.session()?.script(CHANGE)?;
        let plan = Plan::parse(&plan_to(&original, &wanted, &["--allow-drops"])?.json()?)?;
        let releases = plan.steps.iter().filter(|s| s.kind == "deploy").count();
        ensure!(releases == 1, "{major}: {releases} releases");
        let case = Case { name: "", setup: "", direct: CHANGE, old: "", new: "", kept: "" };
        to_the_end(&case, &original.copy(server, "led")?, &original.copy(server, "plain")?, &plan, true)
            .with_context(|| format!("{major}"))?;
    }
    Ok(())
}
