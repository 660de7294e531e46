//! Opens a session: tries the hosts in order, with and without TLS as the mode allows, and keeps the right one.

use std::net::IpAddr;
use std::time::Duration;

use altimeter_catalog::{InspectError, InspectErrorKind};
use tokio::net::lookup_host;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{Client, Config, NoTls, config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::choices::{ChannelBinding, SessionAttributes, SslMode};
use super::failure::failure;
use super::refusal::Refusal;
use super::target::{Address, Host, Target};
use super::tls::make_connector;
use crate::queries::STANDING;

/// A session that was just opened.
pub(super) struct Opened {
    pub(super) client: Client,
    /// Carries the bytes; ends, with the reason, when the connection does.
    pub(super) driver: JoinHandle<Result<(), tokio_postgres::Error>>,
    /// `host:port` as written.
    pub(super) host: String,
    pub(super) encrypted: bool,
}

/// Opens a session to the first host that fits.
pub(super) async fn open(target: &Target) -> Result<Opened, InspectError> {
    let needs_tls = target.tls.mode != SslMode::Disable && target.hosts.iter().any(|host| !host.is_socket());
    let connector = if needs_tls { Some(make_connector(&target.tls)?) } else { None };
    let (mut failures, mut second_choice) = (Vec::new(), None);
    for host in &target.hosts {
        for address in match look_up(target, host).await {
            Ok(addresses) => addresses,
            Err(refusal) => {
                failures.push(refusal.error);
                continue;
            }
        } {
            match open_at(target, host, address, connector.as_ref()).await {
                Err(refusal) if refusal.is_final => return Err(refusal.error),
                Err(refusal) => failures.push(refusal.error),
                Ok(opened) => match judge(target, &opened).await {
                    Verdict::Take => return Ok(opened),
                    Verdict::Later => second_choice = second_choice.or(Some(opened)),
                    Verdict::Leave(error) => failures.push(error),
                },
            }
        }
    }
    second_choice.ok_or_else(|| combine(target, failures))
}

async fn look_up(target: &Target, host: &Host) -> Result<Vec<Option<IpAddr>>, Refusal> {
    match host.address {
        Address::Socket(_) => Ok(vec![None]),
        Address::Ip(ip) => Ok(vec![Some(ip)]),
        Address::Name => match timeout(target.timeout, lookup_host((host.name.as_str(), host.port))).await {
            Ok(Ok(found)) => {
                let mut addresses = Vec::new();
                for ip in found.map(|address| Some(address.ip())) {
                    if !addresses.contains(&ip) {
                        addresses.push(ip);
                    }
                }
                Ok(addresses)
            }
            Ok(Err(error)) => Err(Refusal::unknown_host(host, error)),
            Err(_) => Err(Refusal::timeout(target, host)),
        },
    }
}

/// Tries one address in the ways its mode allows: `prefer` with TLS and then without, `allow` the other way round.
/// The second way is tried where TLS failed or the server has no rule for the first; unlike libpq not after a
/// wrong password, which would send it again in clear.
async fn open_at(
    target: &Target,
    host: &Host,
    address: Option<IpAddr>,
    connector: Option<&MakeRustlsConnect>,
) -> Result<Opened, Refusal> {
    let Some(connector) = connector.filter(|_| !host.is_socket()) else {
        return attempt(target, host, address, None).await;
    };
    let ways = match target.tls.mode {
        SslMode::Disable => [None, None],
        SslMode::Allow => [None, Some(connector)],
        SslMode::Prefer => [Some(connector), None],
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => {
            return attempt(target, host, address, Some(connector)).await;
        }
    };
    match attempt(target, host, address, ways[0]).await {
        Err(refusal) if refusal.other_way => match attempt(target, host, address, ways[1]).await {
            Err(second) if second.other_way && !refusal.no_tls => Err(refusal),
            outcome => outcome,
        },
        outcome => outcome,
    }
}

async fn attempt(
    target: &Target,
    host: &Host,
    address: Option<IpAddr>,
    connector: Option<&MakeRustlsConnect>,
) -> Result<Opened, Refusal> {
    let config = configure(target, host, address, connector.is_some());
    // Two arms because the two streams are of different types.
    let opened = timeout(target.timeout, async {
        match connector {
            Some(connector) => {
                let (client, connection) = config.connect(connector.clone()).await?;
                Ok((client, tokio::spawn(connection)))
            }
            None => {
                let (client, connection) = config.connect(NoTls).await?;
                Ok((client, tokio::spawn(connection)))
            }
        }
    });
    match opened.await {
        Ok(Ok((client, driver))) => {
            Ok(Opened { client, driver, host: host.describe(), encrypted: connector.is_some() })
        }
        Ok(Err(error)) => Err(Refusal::from_driver(target, host, error)),
        Err(_) => Err(Refusal::timeout(target, host)),
    }
}

fn configure(target: &Target, host: &Host, address: Option<IpAddr>, with_tls: bool) -> Config {
    let mut config = Config::new();
    config.user(&target.user).dbname(&target.database).application_name("altimeter").port(host.port);
    match (&host.address, address) {
        #[cfg(unix)]
        (Address::Socket(folder), _) => config.host_path(folder),
        (_, Some(ip)) => config.host(&host.name).hostaddr(ip),
        (_, None) => config.host(&host.name),
    };
    if let Some(password) = &host.password {
        config.password(password.reveal());
    }
    if let Some(options) = &target.options {
        config.options(options);
    }
    config.channel_binding(match target.channel_binding {
        ChannelBinding::Disable => config::ChannelBinding::Disable,
        ChannelBinding::Prefer => config::ChannelBinding::Prefer,
        ChannelBinding::Require => config::ChannelBinding::Require,
    });
    config.ssl_mode(if with_tls { config::SslMode::Require } else { config::SslMode::Disable });
    if with_tls && target.tls.direct {
        config.ssl_negotiation(config::SslNegotiation::Direct);
    }
    config.keepalives(true).keepalives_idle(Duration::from_secs(30));
    config.keepalives_interval(Duration::from_secs(10)).keepalives_retries(3);
    config
}

enum Verdict {
    Take,
    Later,
    Leave(InspectError),
}

/// Whether a session is of the kind that is wanted. Asked by query, not from what the session announced: servers
/// before 14 do not announce it, and a pooler repeats what some earlier server said.
async fn judge(target: &Target, opened: &Opened) -> Verdict {
    if target.attributes == SessionAttributes::Any {
        return Verdict::Take;
    }
    let asked = timeout(target.timeout, opened.client.query_typed(STANDING.sql, &[])).await;
    let state = match asked {
        Ok(Ok(rows)) => rows
            .first()
            .and_then(|row| Some((row.try_get(0).ok()?, row.try_get::<_, String>(1).ok()? == "on"))),
        _ => None,
    };
    let leave = |what| {
        let message = format!("{} {what}", opened.host);
        let next = "Name a server of the wanted kind, or set target_session_attrs=any.";
        Verdict::Leave(failure(InspectErrorKind::Unreachable, message, next))
    };
    let Some((in_recovery, read_only)): Option<(bool, bool)> = state else {
        return leave("did not say whether it is a primary or a standby");
    };
    match target.attributes {
        SessionAttributes::Primary if in_recovery => leave("is a standby, and a primary is wanted"),
        SessionAttributes::Standby if !in_recovery => leave("is a primary, and a standby is wanted"),
        SessionAttributes::ReadWrite if read_only => {
            leave("is read-only, and a read-write session is wanted")
        }
        SessionAttributes::ReadOnly if !read_only => {
            leave("is read-write, and a read-only session is wanted")
        }
        SessionAttributes::PreferStandby if !in_recovery => Verdict::Later,
        _ => Verdict::Take,
    }
}

/// One error from those of every address.
fn combine(target: &Target, mut failures: Vec<InspectError>) -> InspectError {
    if failures.len() < 2 {
        return failures.pop().unwrap_or_else(|| {
            let next = "Check the host's name.";
            failure(InspectErrorKind::Unreachable, format!("{} has no address", target.describe()), next)
        });
    }
    if failures.windows(2).all(|pair| pair[0].message == pair[1].message) {
        // The addresses of one name, usually.
        return failures.swap_remove(0);
    }
    let same_kind = failures.windows(2).all(|pair| pair[0].kind == pair[1].kind);
    let kind = if same_kind { failures[0].kind } else { InspectErrorKind::Unreachable };
    let mut messages: Vec<String> = Vec::new();
    for failure in &failures {
        let cause = failure.source.as_ref().map(|source| format!(" ({source})")).unwrap_or_default();
        let message = format!("{}{cause}", failure.message);
        if !messages.contains(&message) {
            messages.push(message);
        }
    }
    let next = failures.swap_remove(0).hint;
    failure(kind, format!("none of the servers could be used: {}", messages.join("; ")), next)
}
