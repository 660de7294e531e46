//! The six modes, with servers that offer TLS and that do not, and with certificates that fit and that do not.

use altimeter_catalog::InspectErrorKind;
use altimeter_tests::server::{Options, PASSWORD, Server};
use anyhow::{Context as _, Result, ensure};

use super::{open_url, refused};

fn with_tls(major: u32) -> Result<Server> {
    let hba = ["hostnossl all tlsonly 127.0.0.1/32 reject", "hostssl all plainonly 127.0.0.1/32 reject"];
    let server = Server::start(
        major,
        &Options { tls: true, hba: hba.map(str::to_owned).to_vec(), ..Options::default() },
    )?;
    server.session()?.script(&format!(
        "CREATE ROLE tlsonly LOGIN PASSWORD '{PASSWORD}'; CREATE ROLE plainonly LOGIN PASSWORD '{PASSWORD}'"
    ))?;
    Ok(server)
}

fn authority(server: &Server) -> Result<String> {
    let certificates = server.certificates.as_ref().context("the server offers TLS")?;
    Ok(certificates.authority.display().to_string())
}

#[test]
fn the_six_modes_on_a_server_with_tls() -> Result<()> {
    let (old, new) = (with_tls(13)?, with_tls(18)?);
    for (server, other) in [(&old, &new), (&new, &old)] {
        let (root, foreign) = (authority(server)?, authority(other)?);
        let open = |user: &str, extra: &str| {
            open_url(&format!("{}?{extra}", server.url_as(user, PASSWORD, "postgres")))
        };
        for (user, parameters, encrypted) in [
            ("postgres", "sslmode=disable".to_owned(), false),
            ("postgres", "sslmode=allow".to_owned(), false),
            ("tlsonly", "sslmode=allow".to_owned(), true),
            ("postgres", String::new(), true),
            ("plainonly", "sslmode=prefer".to_owned(), false),
            ("postgres", format!("sslmode=prefer&sslrootcert={foreign}"), false),
            ("postgres", "sslmode=require".to_owned(), true),
            ("postgres", "sslmode=require&channel_binding=require".to_owned(), true),
            ("postgres", "sslmode=require&sslrootcert=/nowhere/root.crt".to_owned(), true),
            ("postgres", format!("sslmode=verify-ca&sslrootcert={root}"), true),
            ("postgres", format!("sslmode=verify-full&sslrootcert={root}"), true),
        ] {
            let opened = open(user, &parameters).with_context(|| format!("{user} {parameters}"))?;
            ensure!(opened.encrypted == encrypted, "{user} {parameters}: {opened:?}");
        }
        let url = server.url_as("postgres", PASSWORD, "postgres");
        for parameters in [
            format!("sslmode=require&sslrootcert={foreign}"),
            format!("sslmode=verify-ca&sslrootcert={foreign}"),
            format!("sslmode=verify-full&sslrootcert={foreign}"),
            "sslmode=verify-ca&sslrootcert=/nowhere/root.crt".to_owned(),
            "sslmode=verify-full".to_owned(),
            "sslrootcert=system".to_owned(),
        ] {
            let error = refused(&format!("{url}?{parameters}"))?;
            ensure!(error.kind == InspectErrorKind::Tls, "{parameters}: {error}");
        }
        ensure!(
            open("tlsonly", "sslmode=disable").err().is_some_and(|e| e.kind == InspectErrorKind::Refused)
        );
        ensure!(
            open("plainonly", "sslmode=require").err().is_some_and(|e| e.kind == InspectErrorKind::Refused)
        );
    }
    Ok(())
}

#[test]
fn the_name_is_checked_by_verify_full_only() -> Result<()> {
    let server = with_tls(18)?;
    let text = format!(
        "host=elsewhere.example hostaddr=127.0.0.1 port={} user=postgres password={PASSWORD} sslrootcert={}",
        server.port,
        authority(&server)?
    );
    ensure!(open_url(&format!("{text} sslmode=verify-ca"))?.encrypted, "verify-ca asks only who signed");
    let error = refused(&format!("{text} sslmode=verify-full"))?;
    ensure!(error.kind == InspectErrorKind::Tls && error.message.contains("for another host"), "{error}");
    Ok(())
}

#[test]
fn direct_tls_needs_no_negotiation() -> Result<()> {
    let server = with_tls(18)?;
    let url = format!("{}?sslmode=require&sslnegotiation=direct", server.url("postgres"));
    let opened = open_url(&url)?;
    ensure!(opened.encrypted && opened.pooled == Some(false), "{opened:?}");
    Ok(())
}

#[test]
fn a_server_without_tls() -> Result<()> {
    let server = Server::shared(18)?;
    for mode in ["disable", "allow", "prefer"] {
        let opened = open_url(&format!("{}?sslmode={mode}", server.url("postgres")))?;
        ensure!(!opened.encrypted, "{mode}: {opened:?}");
    }
    let error = refused(&format!("{}?sslmode=require", server.url("postgres")))?;
    ensure!(error.kind == InspectErrorKind::Tls && error.message.contains("does not offer it"), "{error}");
    Ok(())
}
