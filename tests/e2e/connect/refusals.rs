//! Servers that cannot be reached or do not let us in: the kind of error, its words, and that nothing hangs.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use altimeter_catalog::InspectErrorKind;
use altimeter_tests::server::{Options, PASSWORD, Server};
use anyhow::{Result, ensure};

use super::{open_url, refused};

#[test]
fn who_is_not_let_in_is_told_why() -> Result<()> {
    for major in [13, 18] {
        let server = Server::shared(major)?;
        let at = format!("{}:{}", server.host, server.port);
        for (url, message) in [
            (
                format!("postgresql://postgres:hunter2@{at}/postgres"),
                "refused the password of user \"postgres\"",
            ),
            (format!("postgresql://postgres@{at}/postgres"), "asks for the password of user \"postgres\""),
            (format!("postgresql://no_such_user:hunter2@{at}/postgres"), "refused the password of user"),
            (format!("postgresql://postgres:{PASSWORD}@{at}/no_such_db"), "has no database \"no_such_db\""),
        ] {
            let error = refused(&url)?;
            ensure!(error.kind == InspectErrorKind::Refused, "{error}");
            ensure!(error.message.contains(message) && error.message.contains(&at), "{error}");
        }
    }
    Ok(())
}

#[test]
fn what_the_rules_of_the_server_forbid() -> Result<()> {
    let hba = vec!["host all shut_out 127.0.0.1/32 reject".to_owned()];
    let server = Server::start(18, &Options { hba, ..Options::default() })?;
    let session = server.session()?;
    session.script(&format!(
        "CREATE ROLE shut_out LOGIN PASSWORD '{PASSWORD}'; CREATE ROLE lone LOGIN PASSWORD '{PASSWORD}' CONNECTION LIMIT 0; \
         CREATE ROLE plain LOGIN PASSWORD '{PASSWORD}'"
    ))?;
    session.script("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")?;
    for (user, message, next) in [
        ("shut_out", "does not let user \"shut_out\"", "pg_hba.conf"),
        ("plain", "may not connect to database \"postgres\"", "GRANT CONNECT"),
    ] {
        let error = refused(&server.url_as(user, PASSWORD, "postgres"))?;
        ensure!(error.message.contains(message) && error.hint.contains(next), "{error}: {}", error.hint);
    }
    session.script("GRANT CONNECT ON DATABASE postgres TO PUBLIC")?;
    let full = refused(&server.url_as("lone", PASSWORD, "postgres"))?;
    ensure!(full.hint.contains("raise the limit"), "{full}: {}", full.hint);
    Ok(())
}

#[test]
fn nobody_there() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    drop(listener);
    for (url, message) in [
        (
            "postgresql://u:hunter2@nowhere.invalid/d".to_owned(),
            "there is no host called nowhere.invalid".to_owned(),
        ),
        (
            format!("postgresql://u:hunter2@127.0.0.1:{port}/d"),
            format!("nothing listens at 127.0.0.1:{port}"),
        ),
        (
            "host=/nowhere user=u password=hunter2".to_owned(),
            "there is no socket /nowhere/.s.PGSQL.5432".to_owned(),
        ),
        (
            format!("postgresql://u:hunter2@nowhere.invalid,127.0.0.1:{port}/d"),
            "none of the servers could be used".to_owned(),
        ),
    ] {
        let error = refused(&url)?;
        ensure!(
            error.kind == InspectErrorKind::Unreachable && error.message.starts_with(&message),
            "{error}"
        );
    }
    Ok(())
}

#[test]
fn a_server_that_never_answers_does_not_hold_us() -> Result<()> {
    // It accepts, by its backlog, and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let begin = Instant::now();
    let error = refused(&format!("postgresql://u:hunter2@127.0.0.1:{port}/d?connect_timeout=1"))?;
    ensure!(error.message.ends_with("did not answer within 1 s"), "{error}");
    ensure!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    Ok(())
}

#[test]
fn malformed_parameters_are_a_usage_error() -> Result<()> {
    for url in [
        "",
        "mysql://u:hunter2@h/d",
        "postgresql://u:hunter2/x@h/d",
        "postgresql://h/d?sslmod=require&password=hunter2",
        "host=h password=hunter2 sslmode=maybe",
        "service=none password=hunter2",
    ] {
        let error = refused(url)?;
        ensure!(error.kind == InspectErrorKind::Parameters, "{url}: {error}");
    }
    ensure!(open_url(" ").is_err(), "an empty URL names no database");
    Ok(())
}
