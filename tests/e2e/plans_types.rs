//! Changes of type under load: the application writes and reads the column all the while, and knows both types from
//! the deploy on.

use altimeter_tests::database::Database;
use altimeter_tests::proof::{Plan, Trial, alone, rows};
use altimeter_tests::server::Server;
use altimeter_tests::shop;
use altimeter_tests::workload::Application;
use anyhow::{Context, Result};

/// A column of the shop's users whose values are made from the user's name, so that a stale one is told from a fresh one.
struct Case {
    /// Run on the shop first.
    setup: &'static str,
    request: &'static str,
    direct: &'static str,
    column: &'static str,
    /// What is written to the column, over the name `$name`.
    value: &'static str,
    /// The same as the column's text.
    text: &'static str,
    /// What the application writes to and reads from: the table, or views of it.
    writes_and_reads: (&'static str, &'static str),
}

/// Views on views and a policy that need the column, as somebody would make them by hand.
macro_rules! views {
    () => {
        "CREATE VIEW accounts WITH (security_barrier) AS SELECT id, user_name, email, login_count FROM users WHERE login_count >= 0;
         GRANT SELECT ON accounts TO PUBLIC; COMMENT ON VIEW accounts IS 'Who signs in';
         CREATE VIEW logins AS SELECT id, user_name, login_count FROM accounts WHERE login_count < 100000000;
         CREATE POLICY often ON users FOR SELECT USING (login_count >= 0)"
    };
}

const HASH: &str = "(abs(hashtext($name)::bigint) % 1000000)";

const CASES: &[Case] = &[
    Case {
        setup: "CREATE INDEX ON users (login_count)",
        request: "change the type of users.login_count from integer to bigint",
        direct: "ALTER TABLE users ALTER COLUMN login_count TYPE bigint",
        column: "login_count",
        value: "$hash::int",
        text: "$hash::text",
        writes_and_reads: ("users", "users"),
    },
    Case {
        setup: "ALTER TABLE users ADD COLUMN code varchar(20); CREATE INDEX users_code ON users (code);
                UPDATE users SET code = id",
        request: "change the type of users.code from varchar to integer",
        direct: "ALTER TABLE users ALTER COLUMN code TYPE integer USING code::integer",
        column: "code",
        value: "$hash",
        text: "$hash::text",
        writes_and_reads: ("users", "users"),
    },
    Case {
        setup: "ALTER TABLE users ADD COLUMN seen timestamp NOT NULL DEFAULT '2020-01-01'; CREATE INDEX ON users (seen)",
        request: "convert users.seen to timestamptz in UTC",
        direct: "ALTER TABLE users ALTER COLUMN seen TYPE timestamptz USING seen AT TIME ZONE 'UTC'",
        column: "seen",
        value: "timestamp '2020-01-01' + $hash * interval '1 minute'",
        text: "(timestamp '2020-01-01' + $hash * interval '1 minute')::text",
        writes_and_reads: ("users", "users"),
    },
    Case {
        // The shop's view needs the key: without it its type can change.
        setup: "DROP VIEW active_users; ALTER TABLE users ADD COLUMN boss bigint REFERENCES users",
        request: "ALTER TABLE users ALTER COLUMN id TYPE integer",
        direct: "ALTER TABLE users ALTER COLUMN id TYPE integer",
        column: "login_count",
        value: "$hash::int",
        text: "$hash::text",
        writes_and_reads: ("users", "users"),
    },
    Case {
        setup: concat!(
            "CREATE INDEX ON users (login_count); ALTER TABLE users ENABLE ROW LEVEL SECURITY; ",
            views!()
        ),
        request: "change the type of users.login_count from integer to bigint",
        direct: concat!(
            "DROP VIEW accounts CASCADE; DROP POLICY often ON users; ALTER TABLE users ALTER COLUMN login_count TYPE bigint; ",
            views!()
        ),
        column: "login_count",
        value: "$hash::int",
        text: "$hash::text",
        writes_and_reads: ("accounts", "logins"),
    },
];

/// An application that writes the column and casts what it reads of it, so that it works with either type.
fn application(name: &'static str, case: &Case) -> Application {
    let (column, hashed) =
        (case.column, |text: &str, over: &str| text.replace("$hash", HASH).replace("$name", over));
    // The servers of the tests are in this zone: what is written as either type reads the same.
    let read = match column {
        "seen" => "(seen::timestamptz AT TIME ZONE 'UTC')::text".to_owned(),
        column => format!("{column}::text"),
    };
    let checked = format!(
        "CASE WHEN {read} = {} THEN user_name ELSE user_name || {read} END",
        hashed(case.text, "user_name")
    );
    let (writes, reads) = case.writes_and_reads;
    Application {
        name,
        insert: format!(
            "INSERT INTO {writes} (user_name, email, {column}) VALUES ($1, $2, {}) RETURNING id::bigint",
            hashed(case.value, "$1")
        ),
        update: format!(
            "UPDATE {writes} SET user_name = $2, {column} = {} WHERE id = $1::bigint",
            hashed(case.value, "$2")
        ),
        select: format!("SELECT {checked} FROM {reads} WHERE id = $1::bigint"),
        find: format!("SELECT id::bigint FROM {reads} WHERE user_name = $1 AND {column} IS NOT NULL"),
        select_all: format!("SELECT id::bigint, {checked} FROM {reads}"),
    }
}

fn prove(major: u32, case: &Case, original: &Database) -> Result<()> {
    let server = Server::shared(major)?;
    original.session()?.script(&format!("{}; ANALYZE", case.setup))?;
    let plan = Plan::made(original, case.request, &[])?;
    let applications = [application("old", case), application("new", case)];
    let trial = Trial {
        server,
        original,
        plan: &plan,
        applications: &applications,
        direct: case.direct,
        any_order: true,
    };
    trial.prove()
}

fn types(major: u32) -> Result<()> {
    let _alone = alone();
    for case in CASES {
        let original = shop::load(Server::shared(major)?, rows()?)?;
        prove(major, case, &original).with_context(|| case.request.to_owned())?;
    }
    Ok(())
}

on_each_version!(types);
