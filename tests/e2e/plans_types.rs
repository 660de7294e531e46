//! Changes of type under load: the application writes and reads the column all the while, and knows both types from
//! the deploy on.

use altimeter_tests::database::Database;
use altimeter_tests::proof::{Plan, Trial, alone, rows};
use altimeter_tests::server::Server;
use altimeter_tests::shop;
use altimeter_tests::tool::run_altimeter;
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
    },
    Case {
        setup: "ALTER TABLE users ADD COLUMN code varchar(20); CREATE INDEX users_code ON users (code);
                UPDATE users SET code = id",
        request: "change the type of users.code from varchar to integer",
        direct: "ALTER TABLE users ALTER COLUMN code TYPE integer USING code::integer",
        column: "code",
        value: "$hash",
        text: "$hash::text",
    },
    Case {
        setup: "ALTER TABLE users ADD COLUMN seen timestamp NOT NULL DEFAULT '2020-01-01'; CREATE INDEX ON users (seen)",
        request: "convert users.seen to timestamptz in UTC",
        direct: "ALTER TABLE users ALTER COLUMN seen TYPE timestamptz USING seen AT TIME ZONE 'UTC'",
        column: "seen",
        value: "timestamp '2020-01-01' + $hash * interval '1 minute'",
        text: "(timestamp '2020-01-01' + $hash * interval '1 minute')::text",
    },
    Case {
        // The shop's view needs the key: without it its type can change.
        setup: "DROP VIEW active_users; ALTER TABLE users ADD COLUMN boss bigint REFERENCES users",
        request: "ALTER TABLE users ALTER COLUMN id TYPE integer",
        direct: "ALTER TABLE users ALTER COLUMN id TYPE integer",
        column: "login_count",
        value: "$hash::int",
        text: "$hash::text",
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
    Application {
        name,
        insert: format!(
            "INSERT INTO users (user_name, email, {column}) VALUES ($1, $2, {}) RETURNING id::bigint",
            hashed(case.value, "$1")
        ),
        update: format!(
            "UPDATE users SET user_name = $2, {column} = {} WHERE id = $1::bigint",
            hashed(case.value, "$2")
        ),
        select: format!("SELECT {checked} FROM users WHERE id = $1::bigint"),
        find: format!("SELECT id::bigint FROM users WHERE user_name = $1 AND {column} IS NOT NULL"),
        select_all: format!("SELECT id::bigint, {checked} FROM users"),
    }
}

fn prove(major: u32, case: &Case, original: &Database) -> Result<()> {
    let server = Server::shared(major)?;
    original.session()?.script(&format!("{}; ANALYZE", case.setup))?;
    let arguments = ["plan", case.request, "--db", &original.url, "--format", "json"];
    let plan = Plan::parse(&run_altimeter(&arguments, &[])?.json()?)?;
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
