//! Plans for constraints, NOT NULL and defaults, run under load on four versions, to the end and back from every step.

use altimeter_tests::database::Database;
use altimeter_tests::proof::{Plan, Trial, alone, rows};
use altimeter_tests::server::Server;
use altimeter_tests::shop::{self, application};
use altimeter_tests::workload::Application;
use anyhow::{Context, Result};

/// A change of the busy shop.
struct Case {
    /// Made of the shop before.
    setup: &'static str,
    request: &'static str,
    direct: &'static str,
    /// What the new application writes besides.
    written: &'static [(&'static str, &'static str)],
}

impl Case {
    const fn of(direct: &'static str) -> Case {
        Case { setup: "", request: direct, direct, written: &[] }
    }

    fn applications(&self) -> [Application; 2] {
        [application("old", "user_name", &[]), application("new", "user_name", self.written)]
    }

    fn prove(&self, server: &Server, shop: &Database) -> Result<()> {
        let original = shop.copy(server, "constrained")?;
        original.session()?.script(self.setup)?;
        original.session()?.script("ANALYZE")?;
        let plan = Plan::made(&original, self.request, &[])?;
        let applications = self.applications();
        let trial = Trial {
            server,
            original: &original,
            plan: &plan,
            applications: &applications,
            direct: self.direct,
            any_order: false,
        };
        trial.prove()
    }
}

fn prove(major: u32, cases: &[Case]) -> Result<()> {
    let _alone = alone();
    let server = Server::shared(major)?;
    let shop = shop::load(server, rows()?)?;
    cases.iter().try_for_each(|case| case.prove(server, &shop).with_context(|| case.request.to_owned()))
}

fn not_null(major: u32) -> Result<()> {
    prove(
        major,
        &[
            Case {
                written: &[("bio", "'about me'")],
                ..Case {
                    request: "make users.bio not null, fill with ''",
                    ..Case::of("ALTER TABLE users ALTER COLUMN bio SET NOT NULL")
                }
            },
            Case {
                setup: "ALTER TABLE users ALTER COLUMN login_count DROP NOT NULL",
                ..Case::of("ALTER TABLE users ALTER COLUMN login_count SET NOT NULL")
            },
            Case::of("ALTER TABLE users ALTER COLUMN country DROP NOT NULL"),
        ],
    )
}

on_each_version!(not_null);

fn defaults(major: u32) -> Result<()> {
    prove(
        major,
        &[
            Case::of("ALTER TABLE users ALTER COLUMN status SET DEFAULT 'new'"),
            Case {
                written: &[("country", "'NL'")],
                ..Case::of("ALTER TABLE users ALTER COLUMN country DROP DEFAULT")
            },
        ],
    )
}

on_each_version!(defaults);

fn checks_and_foreign_keys(major: u32) -> Result<()> {
    prove(
        major,
        &[
            Case::of("ALTER TABLE users ADD CHECK (login_count < 1000000 AND email <> '')"),
            Case::of(
                "ALTER TABLE orders ADD CONSTRAINT orders_buyer FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE",
            ),
            Case {
                setup: "CREATE TABLE countries (code character(2) PRIMARY KEY); INSERT INTO countries SELECT DISTINCT country FROM users",
                ..Case::of("ALTER TABLE users ADD FOREIGN KEY (country) REFERENCES countries")
            },
            Case::of("ALTER TABLE users DROP CONSTRAINT users_login_count_check"),
            Case::of("ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey"),
            Case::of("ALTER TABLE users RENAME CONSTRAINT users_login_count_check TO counted"),
        ],
    )
}

on_each_version!(checks_and_foreign_keys);

fn keys(major: u32) -> Result<()> {
    prove(major, &[
        Case::of("ALTER TABLE users ADD UNIQUE (user_name, email)"),
        Case::of("ALTER TABLE users DROP CONSTRAINT users_email_key"),
        Case {
            setup: "ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey",
            ..Case::of("ALTER TABLE users DROP CONSTRAINT users_pkey, ADD PRIMARY KEY (id, email)")
        },
        Case {
            setup: "ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey; ALTER TABLE users DROP CONSTRAINT users_pkey;
                    ALTER TABLE users ALTER COLUMN email DROP NOT NULL; CREATE UNIQUE INDEX users_id ON users (id)",
            ..Case::of("ALTER TABLE users ADD PRIMARY KEY (id, email)")
        },
    ])
}

on_each_version!(keys);
