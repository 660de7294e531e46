//! Requests in English against the same change as DDL, read by the real engine.

mod bad;
mod fixture;
mod generated;
mod partition;

use fixture::{ddl, english, read, shop};

/// Requests in English, each with the DDL that means the same.
const SAME: &[(&str, &[&str])] = &[
    (
        "ALTER TABLE public.users RENAME COLUMN user_name TO username",
        &[
            "rename the column 'user_name' to 'username' on the users table",
            "rename users.user_name to users.username",
            "rename public.users.user_name to username",
            "in table public.users rename user_name to username",
            "change the name of the user_name column of users to username",
            "users: rename column user_name -> username",
            "users: rename user_name => username",
            "on users, rename user_name → username",
            "the users table: rename field user_name as username",
            "rename the users table's user_name column to username",
            "rename users' user_name to username",
            "Rename The Column USER_NAME To USERNAME On The USERS Table.",
            "please rename column \"user_name\" in table \"users\" to \"username\"!",
            "can you rename `user_name` to `username` in `users`?",
            "I want to rename [user_name] to [username] on [users]",
            "we need to rename the attribute “user_name” of ‘users’ to “username”, please",
            "I'd like to rename the column 'user_name' to 'username' on the users table",
            "let's rename user_name to username on users",
            "rename column user_name of table users to username",
            "rename column from user_name to username in users",
            "rename user_name to username for table users in schema public",
            "rename user_name to username in users in the public schema",
            "rename 'users.user_name' to 'username'",
            "rename 'public.users.user_name' to 'username'",
            "change column name user_name to username on users",
            "users.user_name should be renamed to username",
            "user_name of users should be called username",
            "rename table users column user_name to username",
            "rename users table user_name column to username",
            "alter the users table to rename user_name to username",
            "rename to username the column user_name on users",
            "rename\n  the column user_name\n  to username\n  on users",
            "rename the column called user_name to be called username on users",
            "rename public.users.user_name to public.users.username",
            "how do I rename users.user_name to username?",
        ],
    ),
    (
        "ALTER TABLE users RENAME TO people",
        &[
            "rename the table users to people",
            "rename users to people",
            "please rename table public.users as people",
            "the table users should be called people",
            "change the name of the users table to people",
        ],
    ),
    (
        "ALTER TABLE users SET SCHEMA sales",
        &["move users to schema sales", "move the table users into the sales schema"],
    ),
    (
        "DROP TABLE users",
        &["drop the table users", "remove the users table", "the users table can be removed"],
    ),
    ("DROP TABLE IF EXISTS users CASCADE", &["drop table users if it exists, cascade"]),
    (
        "ALTER TABLE sales.orders RENAME COLUMN status TO state",
        &["rename status to state on orders in schema sales", "rename sales.orders.status to state"],
    ),
    (
        "ALTER TABLE \"Odd Table\" RENAME COLUMN \"User Name\" TO \"Full Name\"",
        &[
            "rename 'User Name' to 'Full Name' on 'Odd Table'",
            "rename \"Odd Table\".\"User Name\" to \"Full Name\"",
            "rename the column “User Name” of the table “Odd Table” to “Full Name”",
            "rename [Odd Table].[User Name] to [Full Name]",
        ],
    ),
    (
        "ALTER TABLE users RENAME COLUMN a TO b",
        &["rename a to b on users", "rename the column a to b on users", "rename users.a to users.b"],
    ),
    (
        "ALTER TABLE users RENAME COLUMN email TO type",
        &["rename users.email to type", "rename users.email to column type"],
    ),
    (
        "ALTER TABLE users ALTER COLUMN user_name TYPE integer USING user_name::integer",
        &[
            "change the type of users.user_name from varchar to integer",
            "change the type of users.user_name to integer",
            "change users.user_name from text to int",
            "change the user_name column of users from text to integer",
            "convert users.user_name to integer",
            "alter the column user_name of users to type integer",
            "change the data type of user_name in users to integer",
            "please change the user_name column's type to integer on users",
            "users: change user_name to integer",
            "make users.user_name an integer",
            "users.user_name should become integer",
            "turn user_name of the users table into an integer",
            "convert users.user_name to integer using user_name::integer",
        ],
    ),
    (
        "ALTER TYPE order_state ADD VALUE 'paused' AFTER 'open'",
        &[
            "add the value 'paused' to the enum order_state after 'open'",
            "add value paused to enum type order_state after open",
            "add 'paused' as a value to the order_state enum after 'open'",
            "after 'open' add the label 'paused' to type public.order_state",
        ],
    ),
    ("ALTER TYPE order_state ADD VALUE 'paused'", &["add the value 'paused' to the enum order_state"]),
    (
        "ALTER TYPE order_state RENAME VALUE 'open' TO 'active'",
        &[
            "rename the value 'open' to 'active' of the enum order_state",
            "rename value open to active in type order_state",
        ],
    ),
    (
        "ALTER TABLE users ALTER COLUMN age_group TYPE bigint",
        &[
            "make users.age_group bigint",
            "make age_group a bigint on users",
            "widen users.age_group to bigint",
        ],
    ),
    (
        "ALTER TABLE users ALTER COLUMN email TYPE varchar(200)",
        &["widen users.email to varchar(200)", "shorten email of users to character varying(200)"],
    ),
    (
        "ALTER TABLE sales.orders ALTER COLUMN created_at TYPE timestamp USING created_at AT TIME ZONE 'Europe/Berlin'",
        &[
            "convert sales.orders.created_at to timestamp in Europe/Berlin",
            "convert sales.orders.created_at to timestamp without time zone in time zone 'Europe/Berlin'",
            "change sales.orders.created_at from timestamptz to timestamp in the Europe/Berlin time zone",
        ],
    ),
    (
        "ALTER TABLE users ADD COLUMN nickname text",
        &[
            "add a nullable text column nickname to users",
            "add a text column called nickname to the users table",
            "add column nickname text to users",
            "add nickname text to users",
            "add users.nickname text",
            "add column users.nickname text",
            "add a nickname column of type text to users",
            "add a column nickname to users of type text",
            "add a new column named nickname with type text to users",
            "add a string column nickname to users",
            "users: add column nickname text",
            "please create a text field nickname on public.users, nullable",
            "add an optional text column \"nickname\" to table users",
            "add column nickname (text) to users",
            "add column nickname text null to users",
            "add column nickname as text to users, which can be null",
            "add a column nickname text without default to users",
            "I want to add a column nickname text to the table users",
            "in users add a nickname text column",
            "alter table users by adding a column nickname text",
        ],
    ),
    (
        "ALTER TABLE users ADD COLUMN contact varchar(255) NOT NULL DEFAULT ''",
        &[
            "add column contact varchar(255) not null default '' to the users table",
            "add contact varchar(255) default '' not null to users",
            "add a required varchar(255) column contact to users with default ''",
            "add a non-null character varying(255) column contact with a default of '' to users",
            "add contact varchar(255) to users, default ‘’, not nullable",
            "to users add column contact character varying(255) that must not be null with default value ''",
        ],
    ),
    (
        "ALTER TABLE users ADD COLUMN active boolean DEFAULT true",
        &[
            "add a boolean column called active to users with default true",
            "add active boolean default true to users",
            "add a bool column active on users defaulting to true",
            "add an active boolean column to users, default is true",
            "add active bool = true to users",
        ],
    ),
    (
        "ALTER TABLE users ADD COLUMN age integer NOT NULL DEFAULT 0",
        &[
            "add a required integer column age, default 0, on users",
            "add a mandatory int column age with default 0 to users",
            "add column age int default 0 and not null to users",
        ],
    ),
    (
        "ALTER TABLE sales.orders ADD COLUMN booked_at timestamp with time zone DEFAULT now()",
        &[
            "add booked_at timestamp with time zone default now() to sales.orders",
            "add a timestamptz column booked_at with default now() to sales.orders",
            "add column booked_at timestamptz defaults to now() to sales.orders",
        ],
    ),
    (
        "ALTER TABLE docs ADD COLUMN a integer",
        &["add column a integer to docs", "add a column a int to docs", "add docs.a int"],
    ),
    (
        "ALTER TABLE users ADD COLUMN age integer NOT NULL DEFAULT (0)",
        &["add age integer not null default (0) to users"],
    ),
    (
        "CREATE INDEX ON users (email, a)",
        &[
            "add an index on users (email, a)",
            "index users by email and a",
            "add an index on email, a of users",
        ],
    ),
    (
        "ALTER TABLE users ADD COLUMN tags text[] NOT NULL DEFAULT '{}'",
        &["add column tags text[] not null default '{}' to users"],
    ),
    (
        "ALTER TABLE users ADD COLUMN price numeric(10,2) DEFAULT 1.50",
        &["add a numeric(10, 2) column price with default 1.50 to users"],
    ),
    (
        "ALTER TABLE users ADD COLUMN IF NOT EXISTS nickname text",
        &[
            "add column if not exists nickname text to users",
            "add column nickname text to users if it does not exist",
        ],
    ),
    (
        "ALTER TABLE users ADD COLUMN note text DEFAULT 'it''s, to users'",
        &["add a text column note to users with default 'it''s, to users'"],
    ),
    (
        "ALTER TABLE users DROP COLUMN legacy_code",
        &[
            "drop the column legacy_code from users",
            "remove users.legacy_code",
            "delete column legacy_code of table users",
            "drop users.legacy_code",
            "remove the 'legacy_code' field from the users table please",
            "get rid of the legacy_code column of users",
            "drop the users table's legacy_code column",
            "on users drop legacy_code",
            "users: drop column legacy_code",
            "could you delete legacy_code in public.users?",
            "we should drop column legacy_code on users now",
        ],
    ),
    ("ALTER TABLE users DROP COLUMN legacy_code CASCADE", &["drop column legacy_code from users cascade"]),
    (
        "CREATE INDEX ON users (a)",
        &[
            "add an index on users(a)",
            "add an index on users (a)",
            "create an index on the a column of the users table",
            "index users by a",
            "index users.a",
            "index the column a of users",
            "add index on users.a",
            "add an index to users on a",
            "add an index for a on users",
            "put an index on users.a",
            "create index on column a of table users",
            "we need an index on users.a",
            "users: add an index on a",
            "build a btree index on users (a)",
            "add an index using b-tree on users.a",
        ],
    ),
    (
        "CREATE UNIQUE INDEX ON users (email)",
        &[
            "create a unique index on the email column of the users table",
            "add a unique index on users.email",
            "unique index on users(email)",
        ],
    ),
    (
        "CREATE INDEX ON sales.orders (customer_id, created_at)",
        &[
            "index sales.orders by customer_id and created_at",
            "add an index on sales.orders (customer_id, created_at)",
            "add a composite index on customer_id, created_at to sales.orders",
            "add an index on the columns customer_id and created_at of sales.orders",
        ],
    ),
    (
        "CREATE INDEX idx_foo ON sales.orders (customer_id, created_at DESC) WHERE status = 'open'",
        &[
            "add an index named idx_foo on sales.orders (customer_id, created_at desc) where status = 'open'",
            "add index idx_foo on sales.orders (customer_id, created_at descending) where status = 'open'.",
            "create a partial index on sales.orders by customer_id and created_at desc called idx_foo where status = 'open'",
        ],
    ),
    (
        "CREATE INDEX CONCURRENTLY ON users (a)",
        &[
            "add an index on users(a) concurrently",
            "create index concurrently on users.a please",
            "concurrently add an index on users.a",
        ],
    ),
    (
        "CREATE INDEX ON docs USING gin (body)",
        &[
            "add a gin index on docs.body",
            "add an index on docs using gin (body)",
            "add an index on docs.body using gin",
        ],
    ),
    (
        "CREATE INDEX ON docs USING gin (body jsonb_path_ops)",
        &["add a gin index on docs (body jsonb_path_ops)"],
    ),
    (
        "CREATE INDEX ON users (lower(email))",
        &[
            "add an index on users (lower(email))",
            "add an index on lower(email) of users",
            "index users by lower(email)",
        ],
    ),
    (
        "CREATE INDEX ON users (email) INCLUDE (age_group, a)",
        &[
            "add an index on users (email) include (age_group, a)",
            "add an index on users.email including age_group and a",
        ],
    ),
    ("CREATE INDEX ON users (email DESC NULLS LAST)", &["add an index on users (email desc nulls last)"]),
    (
        "ALTER TABLE users ALTER COLUMN email SET NOT NULL",
        &[
            "make users.email not null",
            "make the email column of users required",
            "set users.email to not null",
            "users.email must not be null",
            "users.email should be mandatory",
            "add a not null constraint to users.email",
            "make email not null on the users table",
        ],
    ),
    (
        "ALTER TABLE users ALTER COLUMN email DROP NOT NULL",
        &[
            "drop the not null on users.email",
            "remove the not null constraint from users.email",
            "make users.email nullable",
            "make the column email of users optional",
            "allow nulls in users.email",
            "users.email may be null",
        ],
    ),
    (
        "ALTER TABLE users ALTER COLUMN email SET DEFAULT 'new'",
        &[
            "set the default of users.email to 'new'",
            "change the default of the email column of users to 'new'",
            "give users.email a default of 'new'",
            "add a default 'new' to users.email",
            "users.email should default to 'new'",
            "set users.email default 'new'",
        ],
    ),
    (
        "ALTER TABLE users ALTER COLUMN email DROP DEFAULT",
        &[
            "drop the default of users.email",
            "remove the default from users.email",
            "remove the default on the email column of users",
            "users.email should have no default",
        ],
    ),
    (
        "ALTER TABLE users ADD UNIQUE (email)",
        &[
            "users.email must be unique",
            "make users.email unique",
            "add a unique constraint on users (email)",
            "add a unique constraint to users on email",
            "make the email column of users unique",
        ],
    ),
    (
        "ALTER TABLE users ADD CONSTRAINT one_each UNIQUE (email, a)",
        &[
            "add a unique constraint one_each on users (email, a)",
            "add a unique constraint named one_each on users (email, a)",
        ],
    ),
    (
        "ALTER TABLE docs ADD PRIMARY KEY (id)",
        &[
            "make id the primary key of docs",
            "add a primary key on docs (id)",
            "add a primary key (id) to docs",
            "the primary key of docs should be id",
        ],
    ),
    (
        "ALTER TABLE sales.orders ADD FOREIGN KEY (customer_id) REFERENCES users (id)",
        &[
            "add a foreign key from sales.orders.customer_id to users.id",
            "add a foreign key on sales.orders (customer_id) referencing users (id)",
            "add a foreign key from sales.orders (customer_id) to users (id)",
        ],
    ),
    (
        "ALTER TABLE sales.orders ADD CONSTRAINT buyer FOREIGN KEY (customer_id) REFERENCES users (id) ON DELETE CASCADE",
        &["add a foreign key named buyer from sales.orders.customer_id to users.id on delete cascade"],
    ),
    (
        "ALTER TABLE sales.invoices ADD CHECK (total > 0)",
        &[
            "add a check (total > 0) to sales.invoices",
            "add a check that total is positive on sales.invoices",
            "add a check that (total > 0) on sales.invoices",
            "add a check constraint on sales.invoices (total > 0)",
        ],
    ),
    (
        "ALTER TABLE users DROP CONSTRAINT users_age_check",
        &[
            "drop the constraint users_age_check from users",
            "drop constraint users_age_check",
            "remove the users_age_check constraint",
            "drop the check constraint users_age_check on users",
        ],
    ),
    (
        "ALTER TABLE users RENAME CONSTRAINT users_age_check TO of_age",
        &[
            "rename the constraint users_age_check on users to of_age",
            "rename constraint users_age_check to of_age",
        ],
    ),
    (
        "ALTER TABLE users VALIDATE CONSTRAINT users_age_check",
        &["validate the constraint users_age_check on users", "validate users_age_check"],
    ),
    (
        "DROP INDEX users_email_idx",
        &[
            "drop index users_email_idx",
            "drop the index users_email_idx",
            "remove index public.users_email_idx",
            "drop the users_email_idx index",
            "remove the index on users.email",
            "drop the index on users (email)",
            "delete the index on the email column of users",
            "drop index users_email_idx on users",
            "please remove the unique index on users.email",
            "drop the index 'users_email_idx' from users",
        ],
    ),
    (
        "DROP INDEX CONCURRENTLY users_email_idx",
        &["drop the index users_email_idx concurrently", "drop concurrently index users_email_idx"],
    ),
];

#[test]
fn english_gives_the_same_change_as_ddl() {
    let catalog = shop();
    let mut wrong = Vec::new();
    for (sql, requests) in SAME {
        let wanted = ddl(&catalog, sql);
        for request in *requests {
            match read(&catalog, request) {
                Ok(got) if got.changes == wanted => {}
                Ok(got) => wrong.push(format!("{request}\n   gives {:?}\n  wanted {wanted:?}", got.changes)),
                Err(e) => wrong.push(format!("{request}\n   fails: {e}\n  {}", e.instead)),
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_request_is_said_again_in_the_tools_words() {
    let catalog = shop();
    let table = [
        ("rename users.user_name to username", "rename public.users.user_name to username"),
        ("add a nullable text column nickname to users", "add column nickname text to public.users"),
        (
            "add a required integer column age, default 0, on users",
            "add column age integer NOT NULL DEFAULT 0 to public.users",
        ),
        ("drop the column legacy_code from users", "drop column legacy_code of public.users"),
        ("add an index on users(a)", "add index users_a_idx on public.users (a)"),
        ("remove the index on users.email", "drop index public.users_email_idx"),
        (
            "ALTER TABLE users DROP COLUMN a; CREATE UNIQUE INDEX x ON docs (id)",
            "drop column a of public.users; add unique index x on public.docs (id)",
        ),
        (
            "rename 'User Name' to 'Full Name' on 'Odd Table'",
            "rename public.\"Odd Table\".\"User Name\" to \"Full Name\"",
        ),
        (
            "add an index on users (email) where email <> ''",
            "add index users_email_idx1 on public.users (email) where email <> ''",
        ),
    ];
    for (request, says) in table {
        assert_eq!(english(&catalog, request).says, says, "{request}");
    }
}

#[test]
fn a_script_gives_several_changes_each_on_the_schema_before() {
    let catalog = shop();
    let sql = "-- two\nALTER TABLE users ADD COLUMN x int; ALTER TABLE users RENAME COLUMN x TO y;";
    assert_eq!(english(&catalog, sql).changes.len(), 2);
    let twice = "ALTER TABLE users ADD COLUMN x int; ALTER TABLE users ADD COLUMN x int;";
    assert!(read(&catalog, twice).unwrap_err().message.contains("has a column x already"));
}

#[test]
fn every_pattern_and_example_is_understood() {
    use super::pattern::{compile, words_of};
    let catalog = shop();
    let named = |t: &str| {
        let t = t.replace("its_name", "users_email_idx").replace("its_constraint", "users_age_check");
        t.replace("its_other", "user_name").replace("its_child", "docs")
    };
    for reader in super::ALL {
        for pattern in reader.clauses().iter().chain(super::EVERYWHERE).flat_map(|c| c.patterns) {
            let mut words = Vec::new();
            words_of(&compile(pattern), &mut words);
            assert!(!words.iter().any(|w| w.contains(['<', '{', '}'])), "{pattern}");
            assert_eq!(pattern.matches('[').count(), pattern.matches(']').count(), "{pattern}");
        }
        for example in reader.example("public.users", "email").split(", or: ") {
            assert!(read(&catalog, &named(example)).is_ok(), "{example}");
        }
    }
}
