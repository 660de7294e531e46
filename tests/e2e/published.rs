//! Tables that publications send: what is published is the same after a plan and after its way back, and a subscriber at
//! which is done what the plan says gets every row.

use std::time::Duration;

use altimeter_tests::database::Database;
use altimeter_tests::proof::{Plan, Step};
use altimeter_tests::server::Server;
use altimeter_tests::session::{Session, wait_until};
use altimeter_tests::tool::run_altimeter;
use anyhow::{Context, Result, ensure};

use super::odd_tables::{Case, prove, prove_in_any_order, prove_shown, run};
use crate::on_oldest_and_newest;

/// A table, one that references it, and a partitioned one that is published, too.
macro_rules! published {
    ($publication:expr) => {
        concat!(
            r#"CREATE TABLE t (id int PRIMARY KEY, "The note" text, n int NOT NULL, at timestamp NOT NULL DEFAULT '2020-01-01');
               CREATE INDEX ON t (n); CREATE UNIQUE INDEX identity ON t (id, n);
               CREATE TABLE other (id int PRIMARY KEY, t int);
               INSERT INTO t SELECT g, 'n' || g, g, date '2020-01-01' + g FROM generate_series(1, 300) g;"#,
            $publication
        )
    };
}

const OLD: &str = r#"UPDATE t SET n = n + 1 WHERE id = 1; INSERT INTO t (id, "The note", n) SELECT max(id) + 1, 'x', 1 FROM t; DELETE FROM t WHERE id = 9"#;

const CASES: &[Case] = &[
    Case {
        name: "rename column, named",
        setup: published!("CREATE PUBLICATION p FOR TABLE t, other; CREATE PUBLICATION q FOR ALL TABLES"),
        direct: r#"ALTER TABLE t RENAME COLUMN "The note" TO remark"#,
        old: OLD,
        new: "UPDATE t SET remark = 'new' WHERE id = 2",
        kept: r#"SELECT (SELECT "The note" FROM t WHERE id = 2) = 'new'"#,
    },
    Case {
        name: "rename table",
        setup: published!("CREATE PUBLICATION p FOR TABLE t WITH (publish = 'insert, update, delete')"),
        direct: "ALTER TABLE t RENAME TO t_new",
        old: OLD,
        new: "",
        kept: "SELECT true",
    },
    Case {
        name: "move to another schema",
        setup: published!("CREATE SCHEMA s; CREATE PUBLICATION p FOR TABLE t"),
        direct: "ALTER TABLE t SET SCHEMA s",
        old: OLD,
        new: "",
        kept: "SELECT true",
    },
    Case {
        name: "drop column",
        setup: published!("CREATE PUBLICATION p FOR TABLE t"),
        direct: r#"ALTER TABLE t DROP COLUMN "The note""#,
        old: "UPDATE t SET n = n + 1 WHERE id = 1",
        new: "UPDATE t SET n = 5 WHERE id = 2",
        kept: "SELECT true",
    },
    Case {
        name: "drop table",
        setup: published!("CREATE PUBLICATION p FOR TABLE t, other"),
        direct: "DROP TABLE other",
        old: OLD,
        new: "",
        kept: "SELECT true",
    },
];

#[test]
fn what_is_published_stays() -> Result<()> {
    on_oldest_and_newest(CASES, |c| c.name, prove)
}

/// The type changes by another column; the index that identifies rows has it.
#[test]
fn what_is_published_stays_where_a_type_changes() -> Result<()> {
    let case = |name, publication: &'static str| Case {
        name,
        setup: publication,
        direct: "ALTER TABLE t ALTER COLUMN n TYPE bigint",
        old: OLD,
        new: "UPDATE t SET n = 500000 WHERE id = 2",
        kept: "SELECT true",
    };
    on_oldest_and_newest(
        &[
            case(
                "named",
                published!(
                    "CREATE PUBLICATION p FOR TABLE t; ALTER TABLE t REPLICA IDENTITY USING INDEX identity"
                ),
            ),
            case(
                "all tables",
                published!("CREATE PUBLICATION p FOR ALL TABLES; ALTER TABLE t REPLICA IDENTITY FULL"),
            ),
        ],
        |c| c.name,
        prove_in_any_order,
    )
}

/// Lists of columns, conditions and schemas, which came with version 15, are those of the plain statement.
#[test]
fn columns_and_conditions_stay() -> Result<()> {
    let cases = [
        Case {
            name: "rename a column that is listed and read by the condition, others are not",
            setup: published!(
                r#"CREATE PUBLICATION p FOR TABLE t (id, n, "The note") WHERE (n > 0 AND "The note" <> 'it''s') WITH (publish = 'insert');
                   CREATE PUBLICATION q FOR TABLE t WHERE (id > 5), other (id); CREATE PUBLICATION s FOR TABLES IN SCHEMA public"#
            ),
            direct: r#"ALTER TABLE t RENAME COLUMN "The note" TO "It's; --""#,
            old: OLD,
            new: r#"UPDATE t SET "It's; --" = 'new' WHERE id = 2"#,
            kept: r#"SELECT (SELECT "The note" FROM t WHERE id = 2) = 'new'"#,
        },
        Case {
            name: "out of a schema that is published",
            setup: published!(
                "CREATE SCHEMA s; CREATE PUBLICATION p FOR TABLES IN SCHEMA public; CREATE PUBLICATION q FOR TABLES IN SCHEMA s"
            ),
            direct: "ALTER TABLE t SET SCHEMA s",
            old: OLD,
            new: "",
            kept: "SELECT true",
        },
    ];
    for major in [15, 18] {
        let server = Server::shared(major)?;
        for case in &cases {
            prove(case, server).with_context(|| format!("{major}: {}", case.name))?;
        }
    }
    Ok(())
}

/// The partitioned table is published in the place of the plain one, its partitions under its name.
#[test]
fn a_partitioned_table_is_published_as_it_was() -> Result<()> {
    let case = |name, setup: &'static str, direct| Case {
        name,
        setup,
        direct,
        old: OLD,
        new: "INSERT INTO t (id, n, at) VALUES (9000, 7, '2020-03-03') ON CONFLICT DO NOTHING; UPDATE t SET n = 70 WHERE id = 8",
        kept: "SELECT (SELECT n FROM t WHERE id = 8) = 70",
    };
    let attached = "partition t by month on at starting 2099-01-01";
    let copied = "partition t by hash of id into 3 partitions";
    let cases = [
        case("attached, named", published!("CREATE PUBLICATION p FOR TABLE t, other"), attached),
        case("attached, all", published!("CREATE PUBLICATION p FOR ALL TABLES"), attached),
        case(
            "attached, via the root already",
            published!(
                "CREATE PUBLICATION p FOR TABLE t WITH (publish_via_partition_root); ALTER TABLE t REPLICA IDENTITY FULL"
            ),
            attached,
        ),
        case(
            "copied, named",
            published!("CREATE PUBLICATION p FOR TABLE t, other; CREATE PUBLICATION q FOR TABLE t"),
            copied,
        ),
        case("copied, all", published!("CREATE PUBLICATION p FOR ALL TABLES"), copied),
    ];
    on_oldest_and_newest(&cases, |c| c.name, prove_shown)?;
    let narrow = published!(
        r#"CREATE PUBLICATION p FOR TABLE t (id, n, "The note", at) WHERE (id > 0), other (id);
           CREATE PUBLICATION r FOR TABLE t ("The note") WHERE ("The note" <> 'it''s') WITH (publish = 'insert');
           CREATE PUBLICATION s FOR TABLES IN SCHEMA public"#
    );
    for major in [15, 18] {
        for case in [case("attached", narrow, attached), case("copied", narrow, copied)] {
            prove_shown(&case, Server::shared(major)?).with_context(|| format!("{major}: {}", case.name))?;
        }
    }
    Ok(())
}

#[test]
fn what_a_publication_holds_on_to_is_refused() -> Result<()> {
    let server = Server::shared(18)?;
    for (publication, request, said) in [
        (
            r#"CREATE PUBLICATION "P p" FOR TABLE t (id, n)"#,
            "ALTER TABLE t ALTER COLUMN n TYPE bigint",
            r#"ALTER PUBLICATION "P p" ADD TABLE public.t (id); COMMIT"#,
        ),
        (
            "CREATE PUBLICATION p FOR TABLE t (id, n)",
            "ALTER TABLE t DROP COLUMN n",
            "the publication p lists n of public.t",
        ),
        (
            "CREATE PUBLICATION p FOR TABLE t WHERE (n > 5) WITH (publish = 'insert')",
            "ALTER TABLE t DROP COLUMN n",
            "the publication p chooses rows by n of public.t",
        ),
        (
            "CREATE PUBLICATION p FOR TABLE t (id, n)",
            "partition t by month on at starting 2099-01-01",
            "at would identify rows and is not in the list, so no UPDATE and DELETE of public.t would work",
        ),
        (
            "CREATE PUBLICATION p FOR TABLE t (id, n)",
            "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, at)",
            "no UPDATE and DELETE of public.t would work",
        ),
        (
            "CREATE PUBLICATION p FOR ALL TABLES; CREATE TABLE months (id int PRIMARY KEY) PARTITION BY RANGE (id)",
            "partition t by hash of id into 3 partitions",
            "sends the partitions of public.months under their own names",
        ),
    ] {
        let database = server.database("published")?;
        database.session()?.script(published!(""))?;
        database.session()?.script(publication)?;
        for options in [&[][..], &["--zero-downtime", "false"]] {
            let out = run_altimeter(
                &[&["plan", request, "--db", &database.url, "--sample", "0"], options].concat(),
                &[],
            )?;
            let text = out.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
            ensure!(out.code == Some(5), "{request}: {:?} {text}", out.code);
            ensure!(text.contains(said) || !options.is_empty(), "{request}: {text}");
        }
    }
    Ok(())
}

/// A publisher with a table, and a subscriber that has its rows.
struct Pair {
    publisher: Database,
    _subscriber: Database,
    there: Session,
    here: Session,
    subscription: String,
}

const TABLE: &str = "CREATE TABLE users (id int PRIMARY KEY, user_name text NOT NULL, age int NOT NULL, at date NOT NULL DEFAULT '2020-01-01')";

impl Pair {
    fn new(publisher: u32, subscriber: u32, publication: &str) -> Result<Pair> {
        let database = Server::shared(publisher)?.database("publisher")?;
        let here = database.session()?;
        here.script(TABLE)?;
        here.script("INSERT INTO users SELECT g, 'n' || g, g, date '2020-01-01' + g FROM generate_series(1, 300) g; ANALYZE")?;
        here.script(publication)?;
        let subscriber = Server::shared(subscriber)?.database("subscriber")?;
        let there = subscriber.session()?;
        there.script(TABLE)?;
        let subscription = here.value::<String>("SELECT current_database()::text")?;
        there.script(&format!(
            "CREATE SUBSCRIPTION {subscription} CONNECTION '{}' PUBLICATION p",
            database.url
        ))?;
        wait_until("the first copy", Duration::from_secs(60), || {
            there.value("SELECT count(*) = 1 AND bool_and(srsubstate = 'r') FROM pg_subscription_rel")
        })?;
        Ok(Pair { publisher: database, _subscriber: subscriber, there, here, subscription })
    }

    /// Waits until the subscriber has the same rows.
    fn same(&self, after: &str, here: &str, there: &str) -> Result<()> {
        let sum =
            |of: &str| format!("SELECT count(*) || ' ' || coalesce(sum(hashtext(x::text)), 0) FROM ({of}) x");
        let wanted = self.here.value::<String>(&sum(here))?;
        let mut found = String::new();
        let waited = wait_until("the subscriber", Duration::from_secs(60), || {
            found = self.there.value::<String>(&sum(there))?;
            Ok(found == wanted)
        });
        waited.with_context(|| format!("after {after}: {wanted} here, {found} there"))
    }

    /// Runs a step's statements, writes as the application may, and does there what has to be done behind it.
    fn step(
        &self,
        statements: &[altimeter_tests::proof::Statement],
        step: &Step,
        writes: &str,
        there: &str,
    ) -> Result<()> {
        run(&self.here, statements, step)?;
        self.here.script(writes)?;
        self.there.script(there).with_context(|| format!("{}: {there}", step.id))
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        // Else the slot stays, and neither database can be dropped.
        let _ = self.there.script(&format!("DROP SUBSCRIPTION {}", self.subscription));
    }
}

fn planned(pair: &Pair, request: &str, said: &[&str]) -> Result<Plan> {
    let out = run_altimeter(
        &["plan", request, "--db", &pair.publisher.url, "--sample", "0", "--format", "json"],
        &[],
    )?;
    ensure!(out.code == Some(0), "{request}: {}", out.stderr);
    for words in said {
        ensure!(out.stdout.contains(words), "{request}: `{words}` is not said: {}", out.stdout);
    }
    Plan::made(&pair.publisher, request, &[])
}

const WRITES: &str = "INSERT INTO users (id, user_name, age) SELECT max(id) + 1, 'old', 1 FROM users; UPDATE users SET age = age + 1 WHERE id % 7 = 0;
    DELETE FROM users WHERE id = (SELECT min(id) FROM users)";

fn writes(name: &str) -> String {
    WRITES.replace("user_name", name)
}

fn a_subscriber_follows_a_renamed_column(publisher: u32, subscriber: u32) -> Result<()> {
    let pair = Pair::new(publisher, subscriber, "CREATE PUBLICATION p FOR TABLE users")?;
    let plan = planned(
        &pair,
        "rename users.user_name to username",
        &[
            "p sends username of public.users too from expand-1 on: add it at every subscriber before",
            "p sends user_name of public.users no more from contract-2 on: drop NOT NULL of user_name at every subscriber before",
        ],
    )?;
    pair.there.script("ALTER TABLE users ADD COLUMN username text")?;
    pair.there.script("ALTER TABLE users ALTER COLUMN user_name DROP NOT NULL")?;
    let forth = |pair: &Pair| -> Result<()> {
        for step in &plan.steps {
            let last = step.id == "contract-2";
            pair.step(&step.up, step, &writes(if last { "username" } else { "user_name" }), "")?;
            if step.id != "expand-1" {
                let name = if last { "username" } else { "user_name" };
                pair.same(
                    &step.id,
                    &format!("SELECT id, {name}, age FROM users"),
                    &format!("SELECT id, {name}, age FROM users"),
                )?;
            }
        }
        pair.same("the end", "SELECT id, username FROM users", "SELECT id, username FROM users")
    };
    forth(&pair)?;
    for step in plan.steps.iter().rev() {
        pair.step(&step.down, step, &writes("user_name"), "")?;
        pair.same(&step.id, "SELECT id, user_name, age FROM users", "SELECT id, user_name, age FROM users")?;
    }
    forth(&pair)
}

fn a_subscriber_follows_a_renamed_table(publisher: u32, subscriber: u32) -> Result<()> {
    let pair = Pair::new(publisher, subscriber, "CREATE PUBLICATION p FOR ALL TABLES")?;
    let plan = planned(
        &pair,
        "ALTER TABLE users RENAME TO people",
        &["p sends public.users as public.people from expand-1 on: the subscription stops there"],
    )?;
    pair.here.script(WRITES)?;
    let (here, there) = ("SELECT * FROM users", "SELECT * FROM people");
    // What was sent under the old name is there before it goes.
    pair.same("the beginning", here, here)?;
    let first = plan.steps.first().context("no step")?;
    pair.step(&first.up, first, WRITES, "ALTER TABLE users RENAME TO people")?;
    pair.same(&first.id, here, there)?;
    pair.step(&first.down, first, WRITES, "ALTER TABLE people RENAME TO users")?;
    pair.same("the way back", here, here)
}

/// By its new name at once, through a view.
fn a_subscriber_follows_a_view(publisher: u32, subscriber: u32) -> Result<()> {
    let pair = Pair::new(publisher, subscriber, "CREATE PUBLICATION p FOR TABLE users")?;
    let plan = Plan::made(&pair.publisher, "rename users.user_name to username", &["--prefer", "view"])?;
    for step in &plan.steps {
        let before = if step.id == "expand-1" { "users" } else { "altimeter_users_table" };
        let rows = format!("SELECT id, age FROM {before}");
        pair.same(&format!("what is before {}", step.id), &rows, &rows)?;
        // The names the plan says are to be given there.
        let there = match step.id.as_str() {
            "expand-1" => {
                "ALTER TABLE users RENAME user_name TO username; ALTER TABLE users RENAME TO altimeter_users_table"
            }
            "contract-2" => "ALTER TABLE altimeter_users_table RENAME TO users",
            _ => "",
        };
        pair.step(&step.up, step, &writes("username"), there)?;
    }
    pair.same("the end", "SELECT id, username, age FROM users", "SELECT id, username, age FROM users")
}

/// Nothing has to be done at the subscriber: its table stays as it is.
fn a_subscriber_follows_a_partitioned_table(publisher: u32, subscriber: u32) -> Result<()> {
    for request in ["partition users by hash of id into 3 partitions", "partition users by month on at"] {
        let pair = Pair::new(publisher, subscriber, "CREATE PUBLICATION p FOR TABLE users")?;
        let plan = planned(&pair, request, &["rows go on arriving under its name"])?;
        let all = "SELECT * FROM users";
        for _ in 0..2 {
            for step in &plan.steps {
                pair.step(&step.up, step, WRITES, "")?;
                pair.same(&step.id, all, all)?;
            }
            pair.here.script(
                "INSERT INTO users SELECT 10000 + g, 'ahead', 1, current_date + g FROM generate_series(1, 200) g;
                 UPDATE users SET id = id + 100000, at = at + 60 WHERE id > 10100",
            )?;
            pair.same("rows of other partitions", all, all)?;
            if plan.steps.iter().any(|s| s.point_of_no_return) {
                break;
            }
            for step in plan.steps.iter().rev() {
                pair.step(&step.down, step, WRITES, "")?;
                pair.same(&format!("down of {}", step.id), all, all)?;
            }
            // Above the boundary they would be in the way of the second time.
            pair.here.script("DELETE FROM users WHERE id > 10000")?;
        }
        ensure!(
            pair.there.value::<i64>(
                "SELECT count(*) FROM pg_class WHERE relname LIKE 'users\\_%' AND relkind = 'r'"
            )? == 0
        );
    }
    Ok(())
}

fn subscriber_of(publisher: u32) -> u32 {
    if publisher == 18 { 17 } else { 18 }
}

#[test]
fn subscribers_follow_renamed_columns() -> Result<()> {
    [13, 18].into_iter().try_for_each(|p| {
        a_subscriber_follows_a_renamed_column(p, subscriber_of(p)).with_context(|| format!("publisher {p}"))
    })
}

#[test]
fn subscribers_follow_renamed_tables() -> Result<()> {
    [13, 18].into_iter().try_for_each(|p| {
        a_subscriber_follows_a_renamed_table(p, subscriber_of(p)).with_context(|| format!("publisher {p}"))
    })
}

#[test]
fn subscribers_follow_views() -> Result<()> {
    [15, 18].into_iter().try_for_each(|p| {
        a_subscriber_follows_a_view(p, subscriber_of(p)).with_context(|| format!("publisher {p}"))
    })
}

#[test]
fn subscribers_follow_partitioned_tables() -> Result<()> {
    [13, 18].into_iter().try_for_each(|p| {
        a_subscriber_follows_a_partitioned_table(p, subscriber_of(p))
            .with_context(|| format!("publisher {p}"))
    })
}
