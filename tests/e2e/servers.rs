//! The servers themselves: that each version starts, and that standby, pooler, TLS and roles are what they claim.
#![expect(clippy::print_stderr, reason = "a test says what it did not run")]

use altimeter_tests::binaries::{MAJORS, REQUIRED};
use altimeter_tests::pooler::Pooler;
use altimeter_tests::server::{Options, PASSWORD, Server};
use altimeter_tests::session::Session;
use altimeter_tests::standby::standby_of;
use anyhow::{Result, ensure};

#[test]
fn every_supported_version_starts() -> Result<()> {
    for major in MAJORS {
        let server = match Server::shared(major) {
            Ok(server) => server,
            Err(error) if REQUIRED.contains(&major) => return Err(error),
            Err(error) => {
                // `cargo everything` names it again at its end.
                eprintln!("not run on PostgreSQL {major}: {error:#}");
                continue;
            }
        };
        let database = server.database("starts")?;
        let session = database.session()?;
        session.script(
            "CREATE EXTENSION pg_stat_statements; CREATE TABLE t (id int); INSERT INTO t VALUES (1)",
        )?;
        let copy_source = session.value::<String>("SHOW server_version_num")?;
        ensure!(copy_source.parse::<u32>()? / 10_000 == major, "asked for {major}, got {copy_source}");
        drop(session);
        let copied: i64 = database.copy(server, "copied")?.session()?.value("SELECT count(*) FROM t")?;
        ensure!(copied == 1, "a copy of a database holds its rows");
    }
    Ok(())
}

#[test]
fn a_standby_streams() -> Result<()> {
    for major in [13, 18] {
        let primary = Server::start(major, &Options::default())?;
        let database = primary.database("streams")?;
        database.session()?.script("CREATE TABLE early (id int)")?;
        let standby = standby_of(&primary)?;
        database.session()?.script("CREATE TABLE late (id int)")?;
        primary.wait_for_standbys()?;
        let session = Session::connect(&standby.url(&database.name))?;
        ensure!(
            session.value::<bool>("SELECT pg_is_in_recovery() AND to_regclass('late') IS NOT NULL")?,
            "{major}"
        );
    }
    Ok(())
}

#[test]
fn a_pooler_changes_the_server_connection_between_transactions() -> Result<()> {
    let server = Server::shared(15)?;
    let database = server.database("pooled")?;
    let role_url = server.role(&database.name, "plain", &["GRANT pg_monitor TO {role}"])?;
    let role = role_url.split(['/', ':']).nth(3).unwrap_or_default().to_owned();
    let pooler = Pooler::start(server, &[&role])?;
    let one = Session::connect(&pooler.url(&role, &database.name))?;
    let two = Session::connect(&pooler.url(&role, &database.name))?;
    two.script("BEGIN; SELECT 1")?;
    let pid = |session: &Session| session.simple_value("SELECT pg_backend_pid()");
    ensure!(pid(&one)? != pid(&two)?, "two transactions, two server connections");
    Ok(())
}

#[test]
fn tls_and_passwords_are_asked_for() -> Result<()> {
    let options = Options {
        tls: true,
        hba: vec!["hostnossl all all 127.0.0.1/32 reject".into()],
        ..Options::default()
    };
    let server = Server::start(18, &options)?;
    let refused = Session::connect(&server.url("postgres")).err().map(|error| format!("{error:#}"));
    ensure!(
        refused.is_some_and(|reason| reason.contains("no encryption")),
        "a connection without TLS is refused"
    );
    ensure!(
        server.certificates.as_ref().is_some_and(|files| files.authority.exists()),
        "the authority is a file"
    );

    let open = Server::shared(18)?;
    let wrong = Session::connect(&open.url_as("postgres", "wrong", "postgres")).err();
    ensure!(
        wrong.is_some_and(|error| format!("{error:#}").contains("password")),
        "a wrong password is refused"
    );
    ensure!(Session::connect(&open.url_as("postgres", PASSWORD, "postgres")).is_ok(), "the right one is not");
    Ok(())
}
