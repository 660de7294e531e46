//! Connection URLs: `postgresql://user:password@host:port,host2/database?keyword=value`.
//!
//! As libpq reads them (manual, "Connection URIs"), with two differences. The password may contain an unescaped
//! `@`: the last one before the host list counts. And where a character that must be escaped has evidently
//! ended the password early, the URL is refused, because a piece of the password would otherwise be taken for a
//! host or database and printed. No message ever repeats a part of the URL, except a keyword.

use altimeter_catalog::InspectError;

use super::failure::{bad_parameters, shown};
use super::settings::Settings;

const FORM: &str = "Write postgresql://user:password@host:5432/database, with @ : / ? # % in a name or password \
                    percent-encoded (@ is %40, / is %2F).";

/// Reads a URL.
///
/// # Errors
/// It is not one, or it has a keyword that is not known or not supported.
pub(super) fn parse_url(url: &str) -> Result<Settings, InspectError> {
    let Some(rest) = url.strip_prefix("postgresql://").or_else(|| url.strip_prefix("postgres://")) else {
        return Err(other_scheme(url));
    };
    let (before_query, query) = match rest.split_once('?') {
        Some((before, query)) => (before, Some(query)),
        None => (rest, None),
    };
    let (authority, path) = match before_query.split_once('/') {
        Some((authority, path)) => (authority, Some(path)),
        None => (before_query, None),
    };
    let (user_info, hosts) = match authority.rsplit_once('@') {
        Some((user_info, hosts)) => (Some(user_info), hosts),
        None => (None, authority),
    };
    let query_breaks =
        user_info.is_none() && !hosts.is_empty() && query.is_some_and(|query| query.contains('@'));
    if query_breaks || path.is_some_and(|path| path.contains('@')) {
        return Err(malformed("has an @ after its first / or ?"));
    }

    let mut settings = Settings::default();
    if let Some(user_info) = user_info {
        set_user(&mut settings, user_info)?;
    }
    set_hosts(&mut settings, hosts)?;
    if let Some(path) = path.filter(|path| !path.is_empty()) {
        settings.set("dbname", decode(path)?)?;
    }
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        set_pair(&mut settings, pair)?;
    }
    Ok(settings)
}

fn set_user(settings: &mut Settings, user_info: &str) -> Result<(), InspectError> {
    let (user, password) = match user_info.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (user_info, None),
    };
    if !user.is_empty() {
        settings.set("user", decode(user)?)?;
    }
    if let Some(password) = password.filter(|password| !password.is_empty()) {
        settings.set("password", decode(password)?)?;
    }
    Ok(())
}

fn set_hosts(settings: &mut Settings, hosts: &str) -> Result<(), InspectError> {
    if hosts.is_empty() {
        return Ok(());
    }
    let (mut names, mut ports) = (Vec::new(), Vec::new());
    for host in hosts.split(',') {
        let (name, port) = split_port(host)?;
        if !port.chars().all(|character| character.is_ascii_digit()) {
            return Err(malformed("has a port that is not a number"));
        }
        names.push(decode(name)?);
        ports.push(port.to_owned());
    }
    settings.set("host", names.join(","))?;
    if ports.iter().any(|port| !port.is_empty()) {
        settings.set("port", ports.join(","))?;
    }
    Ok(())
}

/// Splits `host`, `host:port`, `[v6]` and `[v6]:port`.
fn split_port(host: &str) -> Result<(&str, &str), InspectError> {
    if let Some(rest) = host.strip_prefix('[') {
        let (address, after) = rest.split_once(']').ok_or_else(|| malformed("has a [ without a ]"))?;
        return match after.strip_prefix(':') {
            Some(port) => Ok((address, port)),
            None if after.is_empty() => Ok((address, "")),
            None => Err(malformed("has text between an IPv6 address in brackets and its port")),
        };
    }
    match host.split_once(':') {
        Some((_, port)) if port.contains(':') => {
            Err(malformed("has more than one : in a host; an IPv6 address goes into brackets"))
        }
        Some(split) => Ok(split),
        None => Ok((host, "")),
    }
}

fn set_pair(settings: &mut Settings, pair: &str) -> Result<(), InspectError> {
    let (keyword, value) = pair.split_once('=').ok_or_else(|| malformed("has a parameter without ="))?;
    let (keyword, value) = (decode(keyword)?, decode(value)?);
    // A keyword is echoed when it is unknown, so what cannot be one is refused unseen.
    if keyword.is_empty() || !keyword.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(malformed("has a parameter whose name is not a word"));
    }
    match (keyword.as_str(), value.as_str()) {
        // libpq takes JDBC's spelling in a URL.
        ("ssl", "true") => settings.set("sslmode", "require".to_owned()),
        _ => settings.set(&keyword, value),
    }
}

/// Replaces percent escapes.
fn decode(text: &str) -> Result<String, InspectError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = (rest.next().and_then(hex), rest.next().and_then(hex));
        match digits {
            (Some(0), Some(0)) => return Err(malformed("has %00, which no name or password can contain")),
            (Some(high), Some(low)) => bytes.push(high * 16 + low),
            _ => return Err(malformed("has a % that is not followed by two hexadecimal digits")),
        }
    }
    String::from_utf8(bytes).map_err(|_| malformed("has percent escapes that are not UTF-8"))
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn malformed(what: &str) -> InspectError {
    bad_parameters(format!("the connection URL {what}"), FORM)
}

fn other_scheme(url: &str) -> InspectError {
    match url.split_once("://") {
        Some((scheme, _)) if scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) => {
            bad_parameters(format!("{}:// is not a PostgreSQL connection URL", shown(scheme)), FORM)
        }
        _ => {
            bad_parameters("the connection string is neither a PostgreSQL URL nor keyword=value pairs", FORM)
        }
    }
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
