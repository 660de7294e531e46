//! Rows deleted and set in batches, and a column split in two, under load: the application reads and writes the same table
//! all the while.

use altimeter_tests::proof::{Plan, Trial, alone, rows};
use altimeter_tests::server::Server;
use altimeter_tests::shop::{self, application};
use altimeter_tests::workload::Application;
use anyhow::{Context, Result};

/// A change on the shop after `setup`.
struct Case {
    setup: &'static str,
    request: &'static str,
    applications: [Application; 2],
}

/// The shop's application, which does not look at users with numbers below zero.
fn of_present_users(name: &'static str) -> Application {
    let application = application(name, "user_name", &[]);
    Application { select_all: "SELECT id, user_name FROM users WHERE id > 0".to_owned(), ..application }
}

/// An application that knows the user's name in two parts.
fn in_parts(name: &'static str) -> Application {
    let parts = "split_part($1, '.', 1), split_part($1, '.', 2)";
    let whole = "concat_ws('.', prefix, suffix)";
    Application {
        name,
        insert: format!("INSERT INTO users (prefix, suffix, email) VALUES ({parts}, $2) RETURNING id"),
        update: "UPDATE users SET prefix = split_part($2, '.', 1), suffix = split_part($2, '.', 2), last_seen = now() WHERE id = $1"
            .to_owned(),
        select: format!("SELECT {whole} FROM users WHERE id = $1"),
        find: format!("SELECT id, {whole} FROM users WHERE (prefix, suffix) = ({parts})"),
        select_all: format!("SELECT id, {whole} FROM users"),
    }
}

fn prove(major: u32, case: &Case) -> Result<()> {
    let _alone = alone();
    let server = Server::shared(major)?;
    let original = shop::load(server, rows()?)?;
    original.session()?.script(case.setup)?;
    original.session()?.script("ANALYZE")?;
    let plan = Plan::made(&original, case.request, &[])?;
    let trial = Trial {
        server,
        original: &original,
        plan: &plan,
        applications: &case.applications,
        direct: &plan.direct.join(";\n"),
        any_order: false,
    };
    trial.prove().with_context(|| case.request.to_owned())
}

/// Rows that nobody uses any more, with those that reference them.
fn delete_rows(major: u32) -> Result<()> {
    prove(
        major,
        &Case {
            setup: "ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey, ADD CONSTRAINT orders_user_id_fkey
                      FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE;
                    DROP INDEX orders_user_id_idx;
                    INSERT INTO users (id, user_name, email) SELECT -g, 'gone' || g, g || '@gone' FROM generate_series(1, 8000) g;
                    INSERT INTO orders (user_id) SELECT -g FROM generate_series(1, 8000, 3) g",
            request: "delete from users where id < 0",
            applications: [of_present_users("old"), of_present_users("new")],
        },
    )
}

on_each_version!(delete_rows);

/// A value in a third of all rows, which the application writes other columns of meanwhile.
fn set_rows(major: u32) -> Result<()> {
    prove(
        major,
        &Case {
            setup: "",
            request: "set users.bio to 'nothing yet' where bio is null",
            applications: [
                application("old", "user_name", &[]),
                application("new", "user_name", &[("bio", "'x'")]),
            ],
        },
    )
}

on_each_version!(set_rows);

fn split_column(major: u32) -> Result<()> {
    prove(
        major,
        &Case {
            setup: "",
            request: "split users.user_name into prefix and suffix by '.'",
            applications: [application("old", "user_name", &[]), in_parts("new")],
        },
    )
}

on_each_version!(split_column);
