//! Requests that cannot be planned: what is said, and what to do next.

use super::fixture::{english, read, shop, table};

/// Request, a part of the message, a part of what to do next.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "rename usres.email to mail",
        "there is no table usres; the database has 6 tables",
        "did you mean public.users?",
    ),
    ("rename users.emial to mail", "there is no column emial in public.users", "did you mean email?"),
    (
        "rename users.total to sum",
        "there is no column total in public.users",
        "there is a column total in sales.invoices",
    ),
    ("rename users.email to a", "public.users has a column a already", "choose another name"),
    ("rename users.email to email", "has that name already", "nothing to do"),
    (
        "rename users.email to sales.orders.mail",
        "cannot move a column from public.users to sales.orders",
        "same table",
    ),
    (
        "rename orders.status to state",
        "table orders is ambiguous: there are archive.orders and sales.orders",
        "archive.orders or sales.orders",
    ),
    ("rename slaes.orders.status to state", "there is no schema slaes", "did you mean sales?"),
    (
        "rename active_users.id to uid",
        "public.active_users is a view, not a table; it reads public.users",
        "public.users",
    ),
    ("ALTER TABLE active_users RENAME COLUMN id TO uid", "is a view, not a table", "public.users"),
    ("rename users.ctid to x", "ctid is a system column", "own"),
    ("rename users.email to xmin", "xmin is a system column", "own"),
    ("rename users.email to ''", "the new name is empty", "another name"),
    ("rename email to mail", "does not say which table email is about", "public.users.email"),
    ("rename users.user_name", "does not say what public.users.user_name shall be called", ""),
    ("rename a.b.c.d to e", "more parts than a name", "schema.table.column"),
    ("rename users.email to mail on docs", "two tables, public.docs and public.users", "name one"),
    ("rename 'odd table'.'User Name' to x", "there is no table \"odd table\"", "public.\"Odd Table\""),
    ("rename bell of 'Odd Table' to x", "there is no column bell", "\"bell\\u{7}\""),
    ("make users.emial not null", "there is no column emial", "did you mean email?"),
    ("make users.email not null, fill with nothing", "would be a column's name", "'nothing'"),
    (
        "drop the constraint users_age_chek from users",
        "there is no constraint users_age_chek",
        "users_age_check",
    ),
    ("add a foreign key from users.customer_id to invoices.total.x", "", ""),
    (
        "add a foreign key from users.customer_id to docs",
        "has no primary key that could be referenced",
        "(id)",
    ),
    ("change the type of users.age_group from text to bigint", "age_group is integer, not text", ""),
    ("change the type of users.id to bigint", "public.users.id is bigint already", "nothing to do"),
    ("convert docs.body to jsonb in Europe/Berlin", "a time zone says nothing about jsonb", "leave it out"),
    ("ad colum foo to users", "", "did you mean: add column foo to users?"),
    (
        "renam users.email to mail",
        "the request is not understood",
        "did you mean: rename users.email to mail?",
    ),
    (
        "add nickname to users",
        "does not say which type public.users.nickname shall have",
        "nickname text to public.users",
    ),
    ("add column email text to users", "public.users has a column email already", ""),
    ("add column x txet to users", "there is no type txet", "text"),
    ("add column x number to users", "number can mean several types", "integer, bigint or numeric"),
    (
        "add column x datetime to users",
        "datetime can mean several types",
        "timestamp with time zone or timestamp without time zone",
    ),
    (
        "add a text column x to users with default hello",
        "the default hello would be a column's name",
        "default 'hello'",
    ),
    ("add a text column x to users with default “hello”", "would be a column's name", "default 'hello'"),
    ("add column x int default 1; drop table users to users", "which table x is about", ""),
    ("add column x int default )( to users", "not understood", ""),
    ("add text name to users", "the request can mean", "column"),
    ("drop index users_emial_idx", "there is no index public.users_emial_idx", "public.users_email_idx"),
    ("drop the index users_emial_idx", "there is no index users_emial_idx", "public.users_email_idx"),
    (
        "drop the index on users.legacy_code",
        "there is no index on just public.users (legacy_code)",
        "public.users_email_idx (email)",
    ),
    (
        "drop the index on users.user_name",
        "several indexes are on public.users (user_name)",
        "drop index public.users_user_name_idx or",
    ),
    ("drop the index on users", "does not say which index to drop", "public.users_email_idx (email)"),
    ("drop index users_pkey", "belongs to the constraint users_pkey", "drop the constraint users_pkey from"),
    ("drop the index users_email_idx on docs", "is not an index on public.docs", ""),
    ("add an index on users", "does not say which columns", ""),
    ("add an index on users(emial)", "there is no column emial", "email"),
    ("add an index on usres(email)", "there is no table usres", "public.users"),
    (
        "add an index users_pkey on users(email)",
        "there is a relation public.users_pkey already",
        "another name",
    ),
    ("add an index on users(email) where status = 'open", "not understood", ""),
    ("CREATE INDEX ON users (emial)", "there is no column emial", "email"),
    ("ALTER TABLE users DROP COLUMN nope", "there is no column nope", ""),
    ("ALTER TABLE nope DROP COLUMN nope", "there is no table public.nope", ""),
    ("ALTER TABLE users DROP COLUM email x", "it is not SQL", "correct the statement"),
    ("CREATE TABLE x (id int", "it is not SQL", ""),
    ("SELECT 1", "no plan can be made for line 1, SELECT 1", ""),
    ("", "the request is empty", "rename the column"),
    (" \n\t ", "the request is empty", "adding an index"),
    ("🦀🦀", "", "what can be asked for"),
    ("-- nothing", "", "what can be asked for"),
    ("hello", "the request is not understood: hello", "what can be asked for"),
    ("/* rename users.a to b */", "not understood", ""),
];

#[test]
fn what_is_wrong_is_said_and_what_to_do_next() {
    let catalog = shop();
    let mut wrong = Vec::new();
    for (request, message, instead) in WRONG {
        match read(&catalog, request) {
            Ok(got) => wrong.push(format!("{request}\n   is read as {}", got.says)),
            Err(e) if !e.message.contains(message) || !e.instead.contains(instead) => {
                wrong.push(format!("{request}\n   says {}\n        {}", e.message, e.instead));
            }
            Err(e) => assert!(
                !(e.message + &e.instead).contains(|c: char| c.is_control() && c != '\n'),
                "{request}"
            ),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_name_of_63_bytes_is_taken_and_one_of_64_is_not() {
    let catalog = shop();
    let name = "x".repeat(63);
    assert!(english(&catalog, &format!("rename users.email to {name}")).says.ends_with(&name));
    for request in [
        format!("rename users.email to {name}y"),
        format!("add a text column {name}y to users"),
        format!("add an index {name}y on users(email)"),
        format!("rename users.email to {}", "é".repeat(32)),
    ] {
        let error = read(&catalog, &request).unwrap_err();
        assert!(error.message.contains("64 bytes, more than PostgreSQL keeps"), "{error}");
    }
}

#[test]
fn names_with_control_characters_are_found_and_shown_escaped() {
    let request = english(&shop(), "rename 'bell\u{7}' to bell on 'Odd Table'");
    assert_eq!(request.says, "rename public.\"Odd Table\".\"bell\\u{7}\" to bell");
    let error = read(&shop(), "rename users.email to 'a\0b'").unwrap_err();
    assert!(error.message.contains("NUL") && !error.message.contains('\0'));
}

#[test]
fn a_name_twice_on_the_search_path_is_ambiguous() {
    let mut catalog = shop();
    catalog.server.search_path.push("sales".to_owned());
    assert!(read(&catalog, "rename orders.status to state").is_ok());
    catalog.tables.insert(table("public", "orders", &[("status", "text")]));
    let error = read(&catalog, "rename orders.status to state").unwrap_err();
    assert_eq!(error.message, "table orders is ambiguous: there are public.orders and sales.orders");
}

#[test]
fn a_materialized_view_is_shown_but_not_changed() {
    let mut catalog = shop();
    let name = altimeter_catalog::Name::new("public", "active_users");
    catalog.views.change_all(|view| view.materialized = true);
    let mut rows = table("public", "active_users", &[("id", "bigint"), ("seen", "date")]);
    rows.kind = altimeter_catalog::TableKind::MaterializedView;
    catalog.tables.insert(rows);
    let says = "public.active_users is a materialized view, not a table; it reads public.users";
    for request in [
        "rename active_users.id to uid",
        "ALTER TABLE active_users DROP COLUMN id",
        "add an index on active_users (id)",
    ] {
        let error = read(&catalog, request).unwrap_err();
        assert_eq!(
            (error.message.as_str(), error.instead.as_str()),
            (says, "change the table instead: public.users"),
            "{request}"
        );
    }
    let engine = altimeter_engine_postgres::PostgresEngine;
    assert_eq!(super::super::find_table(&engine, &catalog, "active_users").unwrap(), name);
    // No other table is offered in its name.
    let error = read(&catalog, "rename users.seen to x").unwrap_err();
    assert!(!error.instead.contains("active_users"), "{}", error.instead);
}

#[test]
fn names_in_upper_case_are_told_from_those_in_lower_case() {
    let mut catalog = shop();
    catalog.tables.insert(table(
        "public",
        "Users",
        &[("Email", "text"), ("email", "text"), ("Kind", "text")],
    ));
    let table = [
        ("rename users.email to mail", "rename public.users.email to mail"),
        ("rename Users.email to mail", "rename public.\"Users\".email to mail"),
        ("rename Users.Email to mail", "rename public.\"Users\".\"Email\" to mail"),
        ("rename Users.kind to 'Sort'", "rename public.\"Users\".\"Kind\" to \"Sort\""),
        ("rename USERS.EMAIL to MAIL", "rename public.users.email to mail"),
    ];
    for (request, says) in table {
        assert_eq!(english(&catalog, request).says, says, "{request}");
    }
    assert!(read(&catalog, "rename 'USERS'.email to mail").is_err());
}

#[test]
fn long_and_strange_texts_are_refused_in_time() {
    let catalog = shop();
    let begin = std::time::Instant::now();
    let texts = [
        "rename ".repeat(15_000),
        "a ".repeat(100),
        "add a column the a an the a an default ".repeat(5),
        format!("add column x int default {} to users", "(".repeat(150)),
        format!("add an index on users ({})", "a and the ".repeat(19)),
        format!("rename {} to x on users", "'".repeat(3_000)),
        format!("drop the index on {}", "users.email, ".repeat(60)),
        "x".repeat(100_000),
        "\"".repeat(100_000),
        format!("alter table users add column x int default '{}", "y".repeat(100_000)),
        "index ".repeat(199),
        "add index on users on a by on a the a column a an a ".repeat(3),
    ];
    for text in &texts {
        let error = read(&catalog, text).unwrap_err();
        assert!(error.message.len() < 2_000, "{}", error.message.len());
    }
    // Without a bound some of these take hours; a debug build on a busy machine takes seconds.
    assert!(begin.elapsed().as_secs() < 120, "{:?}", begin.elapsed());
}
