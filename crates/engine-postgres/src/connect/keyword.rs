//! The connection keywords of libpq, and what this tool does with each.
//!
//! The list is that of the manual's "Parameter Key Words" (libpq, PostgreSQL 18). A keyword is read, has no
//! meaning here and is ignored, or is refused because ignoring it would give less than was asked for.

use altimeter_catalog::InspectError;

use super::failure::{bad_parameters, shown};

/// Keywords that are read, each with the environment variable that fills it when nothing else does.
const READ: &[(&str, Option<&str>)] = &[
    ("channel_binding", Some("PGCHANNELBINDING")),
    ("connect_timeout", Some("PGCONNECT_TIMEOUT")),
    ("dbname", Some("PGDATABASE")),
    ("host", Some("PGHOST")),
    ("hostaddr", Some("PGHOSTADDR")),
    ("options", Some("PGOPTIONS")),
    ("passfile", Some("PGPASSFILE")),
    ("password", Some("PGPASSWORD")),
    ("port", Some("PGPORT")),
    ("service", Some("PGSERVICE")),
    ("servicefile", Some("PGSERVICEFILE")),
    ("ssl_min_protocol_version", Some("PGSSLMINPROTOCOLVERSION")),
    ("sslcert", Some("PGSSLCERT")),
    ("sslcertmode", Some("PGSSLCERTMODE")),
    ("sslkey", Some("PGSSLKEY")),
    ("sslmode", Some("PGSSLMODE")),
    ("sslnegotiation", Some("PGSSLNEGOTIATION")),
    ("sslrootcert", Some("PGSSLROOTCERT")),
    ("sslsni", Some("PGSSLSNI")),
    ("target_session_attrs", Some("PGTARGETSESSIONATTRS")),
    ("user", Some("PGUSER")),
];

/// Keywords with no meaning here: the tool sets its own value, or they tune what the driver does not have.
const IGNORED: &[&str] = &[
    "application_name",
    "client_encoding",
    "fallback_application_name",
    "gssdelegation",
    "gsslib",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "sslcompression",
    "sslkeylogfile",
    "tcp_user_timeout",
];

/// Keywords that ask for something this tool does not do, with the reason and the way out.
const REFUSED: &[(&str, &str)] = &[
    ("replication", "it reads through an ordinary session; remove replication"),
    (
        "require_auth",
        "it cannot hold a server to a method; use sslmode=verify-full or channel_binding=require",
    ),
    ("requirepeer", "it does not check the owner of a socket; remove requirepeer"),
    ("ssl_max_protocol_version", "it always offers the newest TLS it has; remove ssl_max_protocol_version"),
    ("sslcrl", "it does not read revocation lists; remove sslcrl if that is acceptable"),
    ("sslcrldir", "it does not read revocation lists; remove sslcrldir if that is acceptable"),
    ("sslpassword", "it does not open encrypted keys; give an unencrypted key file in sslkey"),
];

/// Where a value comes from, for messages: what is being read and where.
pub(super) fn all_read() -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    READ.iter().copied()
}

/// The keyword as this tool keeps it; none if it has no meaning here.
///
/// # Errors
/// It is not a keyword, or one that is refused; `value` decides for the few that are refused by value only.
pub(super) fn check(keyword: &str, value: &str) -> Result<Option<&'static str>, InspectError> {
    if let Some((known, _)) = READ.iter().find(|(known, _)| *known == keyword) {
        return Ok(Some(known));
    }
    if IGNORED.contains(&keyword) {
        return Ok(None);
    }
    if keyword == "gssencmode" {
        return match value {
            "require" => Err(refused(keyword, "it has no GSSAPI encryption; use sslmode=verify-full")),
            _ => Ok(None),
        };
    }
    match REFUSED.iter().find(|(known, _)| *known == keyword) {
        Some((_, reason)) => Err(refused(keyword, reason)),
        None => Err(unknown(keyword)),
    }
}

fn refused(keyword: &str, reason: &str) -> InspectError {
    bad_parameters(
        format!("the connection parameter {keyword} is not supported"),
        format!("Altimeter cannot do what {keyword} asks for: {reason}."),
    )
}

fn unknown(keyword: &str) -> InspectError {
    let known = READ.iter().map(|(known, _)| *known).chain(IGNORED.iter().copied());
    let nearest = known
        .map(|known| (strsim::damerau_levenshtein(keyword, known), known))
        .min()
        .filter(|(distance, known)| *distance <= 1 + known.len() / 4);
    let next = match nearest {
        Some((_, known)) => format!("Did you mean {known}?"),
        None => "Remove it, or see the connection keywords in the libpq chapter of the manual.".to_owned(),
    };
    bad_parameters(format!("\"{}\" is not a connection parameter", shown(keyword)), next)
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_misspelt_keyword_is_refused_with_the_nearest() {
        let error = check("sslmod", "require").unwrap_err();
        assert_eq!(error.message, "\"sslmod\" is not a connection parameter");
        assert_eq!(error.hint, "Did you mean sslmode?");
        assert_eq!(check("dbnmae", "x").unwrap_err().hint, "Did you mean dbname?");
        assert!(check("schema", "public").unwrap_err().hint.starts_with("Remove it"));
    }

    #[test]
    fn what_has_no_meaning_here_is_ignored_and_what_protects_is_not() {
        assert_eq!(check("keepalives_idle", "5").unwrap(), None);
        assert_eq!(check("application_name", "x").unwrap(), None);
        assert_eq!(check("gssencmode", "prefer").unwrap(), None);
        assert!(check("gssencmode", "require").is_err());
        assert!(check("sslcrl", "x").is_err());
        assert_eq!(check("host", "x").unwrap(), Some("host"));
    }
}
