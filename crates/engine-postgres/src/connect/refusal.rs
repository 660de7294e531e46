//! Turns what the driver says about a connection that could not be opened into what happened and what to do.

use altimeter_catalog::{InspectError, InspectErrorKind};
use tokio_postgres::error::{DbError, SqlState};

use super::failure::{failure, shown};
use super::target::{Address, Host, Target};

/// Why one attempt failed, and whether it makes sense to go on.
pub(super) struct Refusal {
    pub(super) error: InspectError,
    /// The user, password or database is wrong: other hosts would say the same, as libpq assumes too.
    pub(super) is_final: bool,
    /// The server has no rule for this user with, or without, TLS, or TLS itself failed: the other way may work.
    pub(super) other_way: bool,
    /// The server has no TLS at all, which says the least where another way was tried too.
    pub(super) no_tls: bool,
}

/// The first error of a kind in a chain of causes, inside `io::Error`s too.
pub(super) fn find_cause<'a, E: std::error::Error + 'static>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// The cause the driver wraps, which says more than the wrapping.
pub(super) fn unwrap(error: tokio_postgres::Error) -> Box<dyn std::error::Error + Send + Sync> {
    match std::error::Error::source(&error).is_some() {
        true => error.into_source().unwrap_or_else(|| "unknown".into()),
        false => Box::new(error),
    }
}

impl Refusal {
    /// No answer within the connect timeout.
    pub(super) fn timeout(target: &Target, host: &Host) -> Refusal {
        let seconds = target.timeout.as_secs();
        plain(failure(
            InspectErrorKind::Unreachable,
            format!("{} did not answer within {seconds} s", host.describe()),
            "Check the host, the port and any firewall between; connect_timeout=N waits longer.",
        ))
    }

    /// The name could not be looked up.
    pub(super) fn unknown_host(host: &Host, source: std::io::Error) -> Refusal {
        let message = format!("there is no host called {}", shown(&host.name));
        plain(InspectError {
            source: Some(Box::new(source)),
            ..failure(
                InspectErrorKind::Unreachable,
                message,
                "Check its spelling, and that this machine can look it up.",
            )
        })
    }

    /// What the driver said.
    pub(super) fn from_driver(target: &Target, host: &Host, error: tokio_postgres::Error) -> Refusal {
        let mut refusal = if let Some(refused) = error.as_db_error() {
            from_server(target, host, refused)
        } else if let Some(tls) = find_cause::<rustls::Error>(&error) {
            Refusal { other_way: true, ..plain(from_tls(host, tls)) }
        } else if error.to_string() == "error performing TLS handshake" {
            // The driver's own words: the server answered that it has no TLS, or broke the handshake off.
            let message = format!("TLS is required, and {} does not offer it", host.describe());
            let next = "Turn ssl on in the server, or use sslmode=prefer if the network is trusted.";
            Refusal { other_way: true, no_tls: true, ..plain(failure(InspectErrorKind::Tls, message, next)) }
        } else if let Some(cause) = find_cause::<std::io::Error>(&error) {
            plain(from_system(host, cause))
        } else {
            from_authentication(target, host, &error)
        };
        refusal.error.source = Some(unwrap(error));
        refusal
    }
}

fn plain(error: InspectError) -> Refusal {
    Refusal { error, is_final: false, other_way: false, no_tls: false }
}

fn refused(message: String, next: impl Into<String>) -> Refusal {
    Refusal { is_final: true, ..plain(failure(InspectErrorKind::Refused, message, next)) }
}

fn from_server(target: &Target, host: &Host, error: &DbError) -> Refusal {
    let at = host.describe();
    let (user, database) = (shown(&target.user), shown(&target.database));
    let says = |text| error.message().contains(text);
    let code = error.code();
    // PgBouncer 1.18 gives its own refusals one code, protocol violation, so its words decide.
    let wrong_password =
        ["password authentication failed", "SASL authentication failed"].into_iter().any(says);
    if *code == SqlState::INVALID_PASSWORD || wrong_password {
        let next = "Check the password in the URL, PGPASSWORD or ~/.pgpass.".to_owned();
        return refused(format!("{at} refused the password of user \"{user}\""), noted(target, next));
    }
    if *code == SqlState::INVALID_CATALOG_NAME || says("no such database") {
        let next = "Check the database's name at the end of the URL; psql -l lists those there are.";
        return refused(format!("{at} has no database \"{database}\""), next);
    }
    if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        let message = format!("{at} does not let user \"{user}\" into database \"{database}\"");
        let next = match says("client certificate") {
            true => "Name a certificate for this user and its key in sslcert and sslkey.",
            false => {
                "Check the user's name and the server's pg_hba.conf, which may ask for TLS (sslmode=require)."
            }
        };
        return Refusal { other_way: true, ..refused(message, next) };
    }
    if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        let next = format!("Ask for GRANT CONNECT ON DATABASE \"{database}\" TO \"{user}\".");
        return refused(format!("user \"{user}\" may not connect to database \"{database}\" at {at}"), next);
    }
    if says("unsupported startup parameter") {
        let next = "Remove options (or PGOPTIONS), or list it in the pooler's ignore_startup_parameters.";
        return refused(format!("the pooler at {at} refused a startup parameter"), next);
    }
    let next = match code {
        code if *code == SqlState::TOO_MANY_CONNECTIONS => {
            "Close a session or raise the limit, then run it again."
        }
        code if *code == SqlState::CANNOT_CONNECT_NOW => "Wait until the server accepts connections.",
        _ => "See the server's log for more.",
    };
    let kind = match *code == SqlState::CANNOT_CONNECT_NOW {
        true => InspectErrorKind::Unreachable,
        false => InspectErrorKind::Refused,
    };
    plain(failure(kind, format!("{at} refused the connection of user \"{user}\""), next))
}

fn from_tls(host: &Host, error: &rustls::Error) -> InspectError {
    use rustls::CertificateError as Fault;
    let at = host.describe();
    let (message, next) = match error {
        rustls::Error::InvalidCertificate(Fault::NotValidForName | Fault::NotValidForNameContext { .. }) => (
            format!("the certificate of {at} is for another host"),
            "Connect by the name in the certificate, or use sslmode=verify-ca to check only who signed it.",
        ),
        rustls::Error::InvalidCertificate(Fault::Expired | Fault::ExpiredContext { .. }) => {
            (format!("the certificate of {at} has expired"), "Renew it on the server.")
        }
        rustls::Error::InvalidCertificate(Fault::UnknownIssuer) => (
            format!("the certificate of {at} is not signed by a trusted authority"),
            "Name the authority's certificate in sslrootcert.",
        ),
        rustls::Error::InvalidCertificate(Fault::Other(_)) => (
            format!(
                "the certificate of {at} is not a trusted one itself, and of a form that cannot be checked further"
            ),
            "Name that very certificate in sslrootcert, or issue an X.509 version 3 server certificate with \
             basicConstraints=CA:FALSE.",
        ),
        rustls::Error::InvalidCertificate(_) => {
            (format!("the certificate of {at} cannot be trusted"), "Name the right authority in sslrootcert.")
        }
        rustls::Error::AlertReceived(_) => (
            format!("{at} broke the TLS handshake off"),
            "The server may ask for a client certificate: see sslcert and sslkey.",
        ),
        _ => (format!("TLS with {at} failed"), "Check that the server offers TLS 1.2 or newer."),
    };
    failure(InspectErrorKind::Tls, message, next)
}

fn from_system(host: &Host, error: &std::io::Error) -> InspectError {
    let at = match &host.address {
        Address::Socket(folder) => shown(&folder.join(format!(".s.PGSQL.{}", host.port)).to_string_lossy()),
        Address::Name | Address::Ip(_) => host.describe(),
    };
    let (message, next) = match error.kind() {
        std::io::ErrorKind::ConnectionRefused if host.is_socket() => {
            (format!("no server listens on the socket {at}"), "Start the server, or check the port.")
        }
        std::io::ErrorKind::ConnectionRefused => {
            (format!("nothing listens at {at}"), "Check the host and port, and that the server runs.")
        }
        std::io::ErrorKind::NotFound if host.is_socket() => {
            (format!("there is no socket {at}"), "Check the folder and the port, and that the server runs.")
        }
        std::io::ErrorKind::PermissionDenied => (
            format!("this user may not open the socket {at}"),
            "Run it as a user who may, or connect by TCP.",
        ),
        _ => (
            format!("{at} could not be reached, or ended the connection while it began"),
            "Check the host and port, that a PostgreSQL server listens there, and its log.",
        ),
    };
    failure(InspectErrorKind::Unreachable, message, next)
}

fn from_authentication(target: &Target, host: &Host, error: &tokio_postgres::Error) -> Refusal {
    let (at, user) = (host.describe(), shown(&target.user));
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    if cause == "password missing" {
        let next = "Put it into PGPASSWORD or ~/.pgpass, or into the URL.".to_owned();
        return refused(
            format!("{at} asks for the password of user \"{user}\", and none is given"),
            noted(target, next),
        );
    }
    if cause == "server did not use channel binding" {
        let next = "Use TLS and scram-sha-256, or channel_binding=prefer.";
        return refused(
            format!("{at} did not bind the login to TLS, which channel_binding=require demands"),
            next,
        );
    }
    if error.is_closed() {
        return plain(failure(
            InspectErrorKind::Unreachable,
            format!("{at} ended the connection while it began"),
            "Check that a PostgreSQL server listens there, and its log.",
        ));
    }
    let next = "Methods that work are password, md5, scram-sha-256, cert, peer and trust.";
    refused(format!("{at} asks user \"{user}\" for a login that is not supported"), next)
}

/// Adds why a password file was not used, where that may be the reason.
fn noted(target: &Target, next: String) -> String {
    match &target.password_note {
        Some(note) => format!("{next} {note}"),
        None => next,
    }
}
