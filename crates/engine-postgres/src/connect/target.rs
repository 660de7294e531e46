//! Where to connect and how: everything that is said in a URL, the environment and files, made into one value.
//!
//! Precedence, as with libpq: the connection string, then the service it or `PGSERVICE` names, then `PG*`
//! variables, then defaults. `DATABASE_URL` stands in for a connection string that is not given.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use altimeter_catalog::InspectError;

use super::Environment;
use super::choices::{ChannelBinding, SessionAttributes, TlsSettings, connect_timeout};
use super::conninfo::parse_conninfo;
use super::failure::{bad_parameters, shown};
use super::hosts::resolve_hosts;
use super::password_file::{Entry, PasswordFile};
use super::secret::Secret;
use super::service::read_service;
use super::settings::Settings;
use super::url::parse_url;

/// Resolved connection parameters. Neither its `Debug` nor [`Target::describe`] shows a password.
#[derive(Clone, Debug)]
pub struct Target {
    pub(super) hosts: Vec<Host>,
    pub(super) user: String,
    pub(super) database: String,
    pub(super) tls: TlsSettings,
    pub(super) attributes: SessionAttributes,
    pub(super) channel_binding: ChannelBinding,
    /// Per address that is tried, name look-up and TLS included.
    pub(super) timeout: Duration,
    pub(super) options: Option<String>,
    /// Why a password file that is there was not used.
    pub(super) password_note: Option<String>,
}

/// One server that may be tried.
#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) address: Address,
    /// The name as written, for messages, the password file and the certificate.
    pub(super) name: String,
    pub(super) port: u16,
    pub(super) password: Option<Secret>,
}

/// What a host's name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// The folder of a Unix socket.
    Socket(PathBuf),
    /// A name to be looked up.
    Name,
    /// An address that needs no look-up.
    Ip(IpAddr),
}

impl Host {
    /// `host:port` for messages, with brackets around an IPv6 address.
    pub(super) fn describe(&self) -> String {
        match self.name.contains(':') && self.name.parse::<IpAddr>().is_ok() {
            true => format!("[{}]:{}", self.name, self.port),
            false => format!("{}:{}", shown(&self.name), self.port),
        }
    }

    pub(super) fn is_socket(&self) -> bool {
        matches!(self.address, Address::Socket(_))
    }
}

/// The names of the settings in the value of the connection parameter `options`: `-c name=value`, `--name=value`.
fn settings_in(options: &str) -> Vec<String> {
    let words =
        options.split_whitespace().map(|w| w.strip_prefix("-c").or(w.strip_prefix("--")).unwrap_or(w));
    let names = words.filter_map(|word| word.split_once('=')).map(|(name, _)| name);
    names.map(|name| name.replace('-', "_").to_lowercase()).collect()
}

impl Target {
    /// Settings, in lower case, that this connection begins with by its own wish and no other session has.
    pub(crate) fn own_settings(&self) -> Vec<String> {
        self.options.as_deref().map(settings_in).unwrap_or_default()
    }

    /// Resolves the parameters from `url` (a URL or a `keyword=value` string), `DATABASE_URL`, service file, `PG*`
    /// variables and password file.
    ///
    /// # Errors
    /// [`InspectErrorKind::Parameters`](altimeter_catalog::InspectErrorKind::Parameters): something there makes no
    /// sense, or nothing names a database at all.
    pub fn resolve(url: Option<&str>, env: &Environment) -> Result<Target, InspectError> {
        let written =
            |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let stand_in = env.variables.get("DATABASE_URL").map(String::as_str);
        let mut settings = match (written(url), written(stand_in)) {
            (Some(text), _) => parse_given(&text)?,
            (None, Some(text)) => parse_given(&text).map_err(|error| InspectError {
                message: format!("DATABASE_URL: {}", error.message),
                ..error
            })?,
            (None, None) if names_a_database(env) => Settings::default(),
            (None, None) => return Err(nothing_given()),
        };
        let service = settings.get("service").or_else(|| variable(env, "PGSERVICE"));
        if let Some(service) = service {
            let file = settings.get("servicefile").or_else(|| variable(env, "PGSERVICEFILE"));
            let lower = read_service(service, file, env)?;
            settings.fill(lower);
        }
        settings.fill_from_environment(&env.variables);
        Target::from_settings(&settings, env)
    }

    fn from_settings(settings: &Settings, env: &Environment) -> Result<Target, InspectError> {
        let user = match settings.get("user").or(env.user.as_deref()) {
            Some(user) => user.to_owned(),
            None => whoami::username().map_err(|error| InspectError {
                source: Some(Box::new(error)),
                ..bad_parameters(
                    "no user is given and the system does not name one",
                    "Put user@ into the URL.",
                )
            })?,
        };
        let database = settings.get("dbname").unwrap_or(&user).to_owned();
        let mut hosts = resolve_hosts(settings)?;
        let mut password_note = None;
        match settings.get("password") {
            Some(password) => hosts.iter_mut().for_each(|host| host.password = Some(Secret::new(password))),
            None => {
                let file = PasswordFile::read(settings.get("passfile"), env);
                for host in &mut hosts {
                    let name = password_host(host);
                    let entry = Entry { host: name, port: host.port, database: &database, user: &user };
                    host.password = file.find(&entry);
                }
                password_note = file.ignored;
            }
        }
        Ok(Target {
            tls: TlsSettings::from_settings(settings, env)?,
            attributes: SessionAttributes::from_settings(settings, hosts.len())?,
            channel_binding: ChannelBinding::from_settings(settings)?,
            timeout: connect_timeout(settings)?,
            options: settings.get("options").map(str::to_owned),
            hosts,
            user,
            database,
            password_note,
        })
    }

    /// `user@host:port/database`, several hosts separated by commas, never with a password.
    pub fn describe(&self) -> String {
        let hosts: Vec<String> = self.hosts.iter().map(Host::describe).collect();
        self.describe_at(&hosts.join(","))
    }

    /// The same for one of the hosts.
    pub(super) fn describe_at(&self, host: &str) -> String {
        format!("{}@{host}/{}", shown(&self.user), shown(&self.database))
    }
}

fn parse_given(text: &str) -> Result<Settings, InspectError> {
    match text.contains("://") || !text.contains('=') {
        true if !starts_with_keyword(text) => parse_url(text),
        _ => parse_conninfo(text),
    }
}

/// A `keyword=value` string may contain `://` in a value; a URL never starts with `word=`.
fn starts_with_keyword(text: &str) -> bool {
    let word = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
    !word.is_empty() && text[word.len()..].trim_start().starts_with('=')
}

fn variable<'a>(env: &'a Environment, name: &str) -> Option<&'a str> {
    env.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
}

/// Whether the environment says where to connect. psql would go to a local socket without; a tool whose result
/// depends on which database it read should not guess.
fn names_a_database(env: &Environment) -> bool {
    ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"]
        .iter()
        .any(|name| variable(env, name).is_some())
}

fn nothing_given() -> InspectError {
    bad_parameters(
        "no database is given",
        "Give a URL, for example postgresql://user@host:5432/database, or set DATABASE_URL or PGHOST and PGDATABASE.",
    )
}

/// The host a line of the password file has to name.
fn password_host(host: &Host) -> &str {
    match super::hosts::is_default_socket_folder(&host.name) {
        true => "localhost",
        false => &host.name,
    }
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
