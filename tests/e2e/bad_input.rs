//! Bad input: a clear error with the contract's exit code, no panic, and nothing that hangs.

mod check;
mod network;

use std::time::Duration;

use altimeter_tests::database::Database;
use altimeter_tests::server::Server;
use altimeter_tests::shop;
use altimeter_tests::tool::{Output, run_altimeter, run_altimeter_with_input};
use anyhow::{Result, ensure};

const RENAME: &str = "rename the column 'user_name' to 'username' on the users table";

/// Nothing may take longer: it is more than the tool's own timeouts together.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asserts the exit code, that the message holds all `words`, and that nothing panicked.
fn refused(output: &Output, code: i32, words: &[&str]) -> Result<()> {
    let said = &output.stderr;
    ensure!(!said.contains("panicked"), "a panic: {said}");
    ensure!(output.code == Some(code), "exit code {:?} where {code} was expected: {said}", output.code);
    for word in words {
        ensure!(
            said.to_lowercase().contains(&word.to_lowercase()),
            "the message does not say `{word}`: {said}"
        );
    }
    ensure!(output.stdout.is_empty(), "an error prints nothing to standard output: {}", output.stdout);
    ensure!(output.took < PATIENCE, "it took {:?}", output.took);
    Ok(())
}

fn plan(database: &Database, request: &str) -> Result<Output> {
    run_altimeter(&["plan", request, "--db", &database.url], &[])
}

#[test]
fn requests_that_cannot_be_planned() -> Result<()> {
    let database = shop::load(Server::shared(15)?, 100)?;
    database.session()?.script(
        "CREATE SCHEMA east; CREATE TABLE east.stock (id int); CREATE SCHEMA west; CREATE TABLE west.stock (id int)",
    )?;
    let cases: [(&str, &[&str]); 10] = [
        ("rename column user_name to username on usres", &["usres", "users"]),
        ("rename column user_nam to username on users", &["user_nam", "user_name"]),
        ("add column n int to stock", &["east.stock", "west.stock"]),
        ("add column n int to active_users", &["active_users", "view"]),
        ("add column email text to users", &["email", "already"]),
        ("rename users.user_name to email", &["email", "already"]),
        ("drop the index users_created_at", &["users_created_at_idx"]),
        ("please make everything faster", &["rename"]),
        ("ALTER TABEL users ADD COLUMN n int", &[]),
        ("", &[]),
    ];
    for (request, words) in cases {
        // No request at all is a question of usage.
        let code = if request.is_empty() { 2 } else { 5 };
        refused(&plan(&database, request)?, code, words)
            .map_err(|error| error.context(format!("`{request}`")))?;
    }
    let not_sql =
        run_altimeter_with_input(&["plan", "--sql", "-", "--db", &database.url], &[], "hello\0world;")?;
    refused(&not_sql, 5, &[])
}

#[test]
fn servers_that_cannot_be_reached() -> Result<()> {
    let server = Server::shared(15)?;
    let database = server.database("reach")?;
    let silent = network::silent()?;
    let cut = network::cutting(server.port, 3_000)?;
    let cases: [(String, &[&str]); 7] = [
        ("postgres://somebody@no-such-host.invalid/shop".into(), &["no-such-host.invalid"]),
        ("postgres://somebody@127.0.0.1:1/shop".into(), &["127.0.0.1"]),
        (server.url_as("postgres", "secret-and-wrong", &database.name), &["password"]),
        (server.url("no_such_database"), &["no_such_database"]),
        (format!("{}?sslmode=require", database.url), &["TLS"]),
        (format!("postgres://somebody@127.0.0.1:{silent}/shop"), &[]),
        (database.url.replace(&server.port.to_string(), &cut.to_string()), &[]),
    ];
    for (url, words) in cases {
        let output = run_altimeter(&["plan", RENAME, "--db", &url], &[])?;
        ensure!(!output.stderr.contains("secret-and-wrong"), "the password is printed: {}", output.stderr);
        refused(&output, 3, words).map_err(|error| error.context(url))?;
    }
    Ok(())
}

#[test]
fn snapshots_that_cannot_be_read() -> Result<()> {
    let database = shop::load(Server::shared(15)?, 100)?;
    let place = std::env::temp_dir().join(format!("altimeter-snapshots-{}", std::process::id()));
    std::fs::create_dir_all(&place)?;
    let good = place.join("good.json");
    let written =
        run_altimeter(&["snapshot", "--db", &database.url, "-o", &good.display().to_string()], &[])?;
    ensure!(written.code == Some(0), "snapshot: {}", written.stderr);
    let text = std::fs::read_to_string(&good)?;
    let newer = text.replacen("altimeter-snapshot/1", "altimeter-snapshot/99", 1);
    ensure!(newer != text, "the snapshot names its format");
    let cases: [(&str, Option<&str>, &[&str]); 5] = [
        ("missing", None, &["missing.json"]),
        ("empty", Some(""), &["empty.json"]),
        ("truncated", Some(&text[..text.len() / 2]), &["truncated.json"]),
        ("other", Some("[1, 2, 3]"), &["other.json"]),
        ("newer", Some(&newer), &["altimeter-snapshot/99"]),
    ];
    for (name, content, words) in cases {
        let path = place.join(format!("{name}.json"));
        if let Some(content) = content {
            std::fs::write(&path, content)?;
        }
        let output = run_altimeter(&["plan", RENAME, "--snapshot", &path.display().to_string()], &[])?;
        refused(&output, 2, words).map_err(|error| error.context(name))?;
    }
    Ok(std::fs::remove_dir_all(&place)?)
}

#[test]
fn usage_that_makes_no_sense() -> Result<()> {
    let url = "postgres://somebody@127.0.0.1:1/shop";
    let cases: [&[&str]; 5] = [
        &["plan", RENAME],
        &["plan", RENAME, "--db", url, "--snapshot", "x.json"],
        &["plan", RENAME, "--db", url, "--no-such-option"],
        &["plan", RENAME, "--db", url, "--format", "poem"],
        &["no-such-command"],
    ];
    for arguments in cases {
        refused(&run_altimeter(arguments, &[])?, 2, &[])
            .map_err(|error| error.context(format!("{arguments:?}")))?;
    }
    Ok(())
}

#[test]
fn strange_names_are_planned_for_and_print_harmlessly() -> Result<()> {
    let server = Server::shared(15)?;
    let database = server.database("names")?;
    let session = database.session()?;
    let long = "n".repeat(63);
    for name in ["Upper Case", "quo\"te", "semi;colon", "bell\u{7}\u{1b}[31m", "größe", "$1", long.as_str()]
    {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        session.script(&format!("CREATE TABLE {quoted} (id bigint PRIMARY KEY, {quoted} text NOT NULL)"))?;
        let request = format!("ALTER TABLE {quoted} RENAME COLUMN {quoted} TO plain");
        for format in ["text", "markdown", "json"] {
            let output = run_altimeter(&["plan", &request, "--db", &database.url, "--format", format], &[])?;
            ensure!(output.code == Some(0), "{name:?} as {format}: {:?} {}", output.code, output.stderr);
            ensure!(
                !output.stdout.contains(['\u{7}', '\u{1b}']) && !output.stderr.contains("panicked"),
                "{name:?} as {format}: control characters reach the terminal"
            );
        }
    }
    Ok(())
}
