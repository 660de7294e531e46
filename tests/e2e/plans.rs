//! `altimeter plan`: each recipe's plan is run on the oldest and the newest version, under load, to the end and
//! back from every step.

use altimeter_tests::proof::{Plan, Trial, alone, rows};
use altimeter_tests::server::Server;
use altimeter_tests::shop::{self, application};
use altimeter_tests::tool::run_altimeter;
use altimeter_tests::workload::Application;
use anyhow::{Context, Result};

/// A change as somebody asks for it, the plain statement for it, and the new application's statements.
struct Case<'a> {
    request: &'a str,
    direct: &'a str,
    /// Further options of `altimeter plan`.
    options: &'a [&'a str],
    new: Application,
}

/// Proves the plan for each case on a shop with that many users.
fn prove(major: u32, users: i64, cases: &[Case<'_>]) -> Result<()> {
    let _alone = alone();
    let server = Server::shared(major)?;
    let original = shop::load(server, users)?;
    let old = application("old", "user_name", &[]);
    for case in cases {
        let plan = Plan::made(&original, case.request, case.options)?;
        let applications = [old.clone(), case.new.clone()];
        let trial = Trial {
            server,
            original: &original,
            plan: &plan,
            applications: &applications,
            direct: case.direct,
            any_order: false,
        };
        trial.prove().with_context(|| case.request.to_owned())?;
    }
    Ok(())
}

fn rename(major: u32) -> Result<()> {
    prove(
        major,
        rows()?,
        &[Case {
            request: "rename the column 'user_name' to 'username' on the users table",
            direct: "ALTER TABLE users RENAME COLUMN user_name TO username",
            options: &[],
            new: application("new", "username", &[]),
        }],
    )
}

on_each_version!(rename);

/// Two short locks instead of a backfill.
fn rename_by_view(major: u32) -> Result<()> {
    prove(
        major,
        rows()?,
        &[Case {
            request: "rename users.user_name to username",
            direct: "ALTER TABLE users RENAME COLUMN user_name TO username",
            options: &["--prefer", "view"],
            new: application("new", "username", &[]),
        }],
    )
}

on_each_version!(rename_by_view);

fn add_column(major: u32) -> Result<()> {
    let new = |column, value| application("new", "user_name", &[(column, value)]);
    prove(
        major,
        rows()?,
        &[
            Case {
                request: "add a column nickname text to users",
                direct: "ALTER TABLE users ADD COLUMN nickname text",
                options: &[],
                new: new("nickname", "'x'"),
            },
            Case {
                request: "ALTER TABLE users ADD COLUMN tier text DEFAULT 'basic'",
                direct: "ALTER TABLE users ADD COLUMN tier text DEFAULT 'basic'",
                options: &[],
                new: new("tier", "'gold'"),
            },
            Case {
                request: "ALTER TABLE users ADD COLUMN points integer NOT NULL DEFAULT 0",
                direct: "ALTER TABLE users ADD COLUMN points integer NOT NULL DEFAULT 0",
                options: &[],
                new: new("points", "7"),
            },
            Case {
                request: "ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid()",
                direct: "ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid()",
                options: &[],
                new: new("token", "gen_random_uuid()"),
            },
            Case {
                request: "ALTER TABLE users ADD COLUMN seen_at timestamptz NOT NULL DEFAULT clock_timestamp()",
                direct: "ALTER TABLE users ADD COLUMN seen_at timestamptz NOT NULL DEFAULT clock_timestamp()",
                options: &[],
                new: new("seen_at", "now()"),
            },
        ],
    )
}

on_each_version!(add_column);

/// Dropping is the way back of adding: here the old application uses what the new one does not.
fn drop_column(major: u32) -> Result<()> {
    let _alone = alone();
    let server = Server::shared(major)?;
    let original = shop::load(server, rows()?)?;
    for (column, value) in [("bio", "'about me'"), ("country", "'NL'"), ("login_count", "3")] {
        // The shop's view and policy need the country: without them it can go.
        if column == "country" {
            original.session()?.script("DROP VIEW active_users; DROP POLICY users_by_country ON users")?;
        }
        let request = format!("drop the column {column} from users");
        let plan = Plan::made(&original, &request, &[])?;
        let applications =
            [application("old", "user_name", &[(column, value)]), application("new", "user_name", &[])];
        let direct = format!("ALTER TABLE users DROP COLUMN {column}");
        let trial = Trial {
            server,
            original: &original,
            plan: &plan,
            applications: &applications,
            direct: &direct,
            any_order: false,
        };
        trial.prove().with_context(|| request.clone())?;
    }
    Ok(())
}

on_each_version!(drop_column);

fn indexes(major: u32) -> Result<()> {
    let same = || application("new", "user_name", &[]);
    prove(
        major,
        rows()?,
        &[
            Case {
                request: "add an index on users(last_seen)",
                direct: "CREATE INDEX users_last_seen_idx ON users (last_seen)",
                options: &[],
                new: same(),
            },
            Case {
                request: "CREATE INDEX users_country_lower ON users (country, lower(user_name)) WHERE status = 'active'",
                direct: "CREATE INDEX users_country_lower ON users (country, lower(user_name)) WHERE status = 'active'",
                options: &[],
                new: same(),
            },
            Case {
                request: "drop the index users_created_at_idx",
                direct: "DROP INDEX users_created_at_idx",
                options: &[],
                new: same(),
            },
        ],
    )
}

on_each_version!(indexes);

/// Old code goes on under the old name, through a view.
fn tables(major: u32) -> Result<()> {
    prove(
        major,
        rows()?,
        &[
            Case {
                request: "rename the table users to people",
                direct: "ALTER TABLE users RENAME TO people",
                options: &[],
                new: application("new", "user_name", &[]).naming("people"),
            },
            Case {
                request: "drop the table orders",
                direct: "DROP TABLE orders",
                options: &[],
                new: application("new", "user_name", &[]),
            },
            Case {
                request: "add a column nickname text to users, drop the column bio from users and add an index on users(last_seen)",
                direct: "ALTER TABLE users ADD COLUMN nickname text, DROP COLUMN bio; CREATE INDEX ON users (last_seen)",
                options: &[],
                new: application("new", "user_name", &[("nickname", "'x'")]),
            },
        ],
    )
}

on_each_version!(tables);

#[test]
fn english_and_ddl_give_the_same_plan() -> Result<()> {
    let server = Server::shared(15)?;
    let original = shop::load(server, 1_000)?;
    let plan_of = |request: &str| {
        run_altimeter(&["plan", request, "--db", &original.url, "--format", "json"], &[])?.json()
    };
    let wanted = statements(&plan_of("ALTER TABLE public.users RENAME COLUMN user_name TO username")?)?;
    for request in [
        "rename the column 'user_name' to 'username' on the users table",
        "rename users.user_name to username",
        "Rename column \"user_name\" of table public.users to \"username\"",
        "on users, rename user_name to username",
    ] {
        anyhow::ensure!(statements(&plan_of(request)?)? == wanted, "`{request}` gives another plan");
    }
    Ok(())
}

/// The texts of all statements of a plan, in order.
pub(crate) fn statements(plan: &serde_json::Value) -> Result<Vec<String>> {
    let plan = Plan::parse(plan)?;
    let all = plan.steps.into_iter().flat_map(|step| step.up.into_iter().chain(step.down));
    Ok(all.map(|statement| statement.sql).collect())
}
