//! The parameters that are one of a few words, and the connect timeout.

use std::path::PathBuf;
use std::time::Duration;

use altimeter_catalog::InspectError;

use super::Environment;
use super::failure::{bad_parameters, shown};
use super::settings::Settings;

/// The six modes of the manual's "SSL Mode Descriptions".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SslMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// Which certificates a server's may be signed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Roots {
    /// This file: checked against whenever it exists, and it must exist for `verify-*`.
    File(PathBuf),
    /// Those the operating system trusts.
    System,
    /// None given and no home directory to look into.
    None,
}

/// A client certificate: a file that must exist if it was named, and may if it is the default one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClientCertificate {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
    pub(super) named: bool,
}

/// Everything about TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TlsSettings {
    pub(super) mode: SslMode,
    pub(super) roots: Roots,
    pub(super) client: Option<ClientCertificate>,
    /// TLS from the first byte (`sslnegotiation=direct`, PostgreSQL 17).
    pub(super) direct: bool,
    /// Whether the host's name is sent in clear (`sslsni`).
    pub(super) server_name: bool,
    /// Whether TLS 1.2 is too old (`ssl_min_protocol_version`).
    pub(super) only_1_3: bool,
}

impl TlsSettings {
    /// Reads them; certificate files are opened later, when a server offers TLS.
    pub(super) fn from_settings(settings: &Settings, env: &Environment) -> Result<TlsSettings, InspectError> {
        let folder = env.home.as_ref().map(|home| home.join(".postgresql"));
        let roots = match (settings.get("sslrootcert"), &folder) {
            (Some("system"), _) => Roots::System,
            (Some(path), _) => Roots::File(PathBuf::from(path)),
            (None, Some(folder)) => Roots::File(folder.join("root.crt")),
            (None, None) => Roots::None,
        };
        let mode = ssl_mode(settings.get("sslmode"), roots == Roots::System)?;
        let direct = match settings.get("sslnegotiation") {
            None | Some("postgres") => false,
            Some("direct") if matches!(mode, SslMode::Disable | SslMode::Allow | SslMode::Prefer) => {
                let next = "Add sslmode=require or stronger.";
                return Err(bad_parameters("sslnegotiation=direct needs TLS to be required", next));
            }
            Some("direct") => true,
            Some(other) => return Err(not_one_of("sslnegotiation", other, "postgres, direct")),
        };
        let only_1_3 = match settings.get("ssl_min_protocol_version") {
            None | Some("TLSv1" | "TLSv1.1" | "TLSv1.2") => false,
            Some("TLSv1.3") => true,
            Some(other) => return Err(not_one_of("ssl_min_protocol_version", other, "TLSv1.2, TLSv1.3")),
        };
        let client = match settings.get("sslcertmode") {
            None | Some("allow" | "require") => client_certificate(settings, folder.as_deref()),
            Some("disable") => None,
            Some(other) => return Err(not_one_of("sslcertmode", other, "disable, allow, require")),
        };
        Ok(TlsSettings {
            mode,
            roots,
            client,
            direct,
            server_name: settings.get("sslsni") != Some("0"),
            only_1_3,
        })
    }
}

fn client_certificate(settings: &Settings, folder: Option<&std::path::Path>) -> Option<ClientCertificate> {
    let named = settings.get("sslcert");
    let certificate = match (named, folder) {
        (Some(path), _) => PathBuf::from(path),
        (None, folder) => folder?.join("postgresql.crt"),
    };
    let key = match (settings.get("sslkey"), folder) {
        (Some(path), _) => PathBuf::from(path),
        (None, Some(folder)) => folder.join("postgresql.key"),
        (None, None) => certificate.with_extension("key"),
    };
    Some(ClientCertificate { certificate, key, named: named.is_some() })
}

fn ssl_mode(text: Option<&str>, system_roots: bool) -> Result<SslMode, InspectError> {
    let mode = match text {
        None if system_roots => SslMode::VerifyFull,
        None | Some("prefer") => SslMode::Prefer,
        Some("disable") => SslMode::Disable,
        Some("allow") => SslMode::Allow,
        Some("require") => SslMode::Require,
        Some("verify-ca") => SslMode::VerifyCa,
        Some("verify-full") => SslMode::VerifyFull,
        Some(other) => {
            let known = "disable, allow, prefer, require, verify-ca, verify-full";
            return Err(not_one_of("sslmode", other, known));
        }
    };
    // libpq refuses it too: anybody can get a certificate that the system trusts, only the name tells whose it is.
    if system_roots && mode != SslMode::VerifyFull {
        let next = "Set sslmode=verify-full, or give a file in sslrootcert.";
        return Err(bad_parameters("sslrootcert=system needs sslmode=verify-full", next));
    }
    Ok(mode)
}

/// Whether SCRAM must be bound to the TLS connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChannelBinding {
    Disable,
    Prefer,
    Require,
}

impl ChannelBinding {
    pub(super) fn from_settings(settings: &Settings) -> Result<ChannelBinding, InspectError> {
        match settings.get("channel_binding") {
            Some("disable") => Ok(ChannelBinding::Disable),
            None | Some("prefer") => Ok(ChannelBinding::Prefer),
            Some("require") => Ok(ChannelBinding::Require),
            Some(other) => Err(not_one_of("channel_binding", other, "disable, prefer, require")),
        }
    }
}

/// What kind of server is wanted among several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionAttributes {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

impl SessionAttributes {
    /// As given; by default any for one host, and prefer-standby among several, since reading is all that is done.
    pub(super) fn from_settings(
        settings: &Settings,
        hosts: usize,
    ) -> Result<SessionAttributes, InspectError> {
        match settings.get("target_session_attrs") {
            None if hosts > 1 => Ok(SessionAttributes::PreferStandby),
            None | Some("any") => Ok(SessionAttributes::Any),
            Some("read-write") => Ok(SessionAttributes::ReadWrite),
            Some("read-only") => Ok(SessionAttributes::ReadOnly),
            Some("primary") => Ok(SessionAttributes::Primary),
            Some("standby") => Ok(SessionAttributes::Standby),
            Some("prefer-standby") => Ok(SessionAttributes::PreferStandby),
            Some(other) => {
                let known = "any, read-write, read-only, primary, standby, prefer-standby";
                Err(not_one_of("target_session_attrs", other, known))
            }
        }
    }
}

/// The time for one address, 10 seconds unless given. libpq's 0, for ever, is 10 seconds too: nothing may hang.
pub(super) fn connect_timeout(settings: &Settings) -> Result<Duration, InspectError> {
    let default = Duration::from_secs(10);
    let Some(text) = settings.get("connect_timeout") else { return Ok(default) };
    match text.trim().parse::<i32>() {
        Ok(seconds) => {
            Ok(u64::try_from(seconds).ok().filter(|s| *s > 0).map_or(default, Duration::from_secs))
        }
        Err(error) => Err(InspectError {
            source: Some(Box::new(error)),
            ..bad_parameters(
                format!("connect_timeout \"{}\" is not a number of seconds", shown(text)),
                "Write for example connect_timeout=10.",
            )
        }),
    }
}

fn not_one_of(keyword: &str, value: &str, known: &str) -> InspectError {
    let nearest = known.split(", ").min_by_key(|word| strsim::damerau_levenshtein(word, value));
    bad_parameters(
        format!("{keyword} cannot be \"{}\"", shown(value)),
        format!("It is one of {known}; the nearest is {}.", nearest.unwrap_or_default()),
    )
}
