//! Types and defaults as people write them.

use super::nearest::{nearest, one_of};
use super::resolve::Names;
use super::token::{Part, Token};
use super::trouble::{Progress, Trouble};

/// Everyday words for types. With one meaning it is taken; with several the request has to choose. An engine's own
/// type of that name goes first.
const EVERYDAY: &[(&str, &[&str])] = &[
    ("string", &["text"]),
    ("number", &["integer", "bigint", "numeric"]),
    ("datetime", &["timestamp with time zone", "timestamp without time zone"]),
    ("double", &["double precision"]),
    ("binary", &["bytea"]),
    ("blob", &["bytea"]),
    ("money amount", &["numeric"]),
];

/// Types offered when a misspelt one is like them.
const OFFERED: &[&str] = &[
    "text",
    "integer",
    "bigint",
    "smallint",
    "boolean",
    "numeric",
    "real",
    "double precision",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "timestamp with time zone",
    "interval",
    "uuid",
    "json",
    "jsonb",
    "bytea",
    "inet",
    "varchar(255)",
    "character varying(255)",
    "char(1)",
];

/// Whether that is a type, or an everyday word for one or several.
pub(super) fn is_type(names: Names<'_>, text: &str) -> bool {
    names.canonical_type(text).is_some() || everyday(text).is_some()
}

fn everyday(text: &str) -> Option<&'static [&'static str]> {
    EVERYDAY.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, types)| *types)
}

/// The type as the server prints it.
pub(super) fn read_type(names: Names<'_>, text: &str) -> Result<String, Trouble> {
    let canonical = |t: &str| names.canonical_type(t);
    if let Some(found) = canonical(text) {
        return Ok(found);
    }
    let known = everyday(text).unwrap_or_default();
    let known: Vec<&str> = known.iter().copied().filter(|t| canonical(t).is_some()).collect();
    match known.as_slice() {
        [] => Err(no_type(names, text)),
        [one] => canonical(one).ok_or_else(|| no_type(names, text)),
        several => Err(Trouble::new(
            Progress::Named,
            format!("{text} can mean several types"),
            format!("say which: {}", one_of(several)),
        )),
    }
}

fn no_type(names: Names<'_>, text: &str) -> Trouble {
    let word = text.split('(').next().unwrap_or(text).trim();
    let own = names.catalog.types.iter().map(|t| (t.name.name.as_str(), t.name.to_string()));
    let offered = OFFERED.iter().filter(|t| names.canonical_type(t).is_some());
    let offered = offered.map(|t| (t.split('(').next().unwrap_or(t), (*t).to_owned()));
    let near: Vec<String> = nearest(word, own.chain(offered));
    let instead = if near.is_empty() {
        "write a type as in SQL: text, integer, timestamp with time zone, …".to_owned()
    } else {
        format!("did you mean {}?", one_of(&near))
    };
    let text: String = text.chars().take(100).collect();
    Trouble::new(Progress::Named, format!("there is no type {}", text.escape_debug()), instead)
}

/// Words that are an expression by themselves.
const VALUES: &[&str] = &[
    "true",
    "false",
    "null",
    "current_timestamp",
    "current_date",
    "current_time",
    "localtime",
    "localtimestamp",
    "current_user",
    "session_user",
    "user",
    "current_role",
    "current_schema",
    "current_catalog",
];

/// A default that is a bare word, or stands in quotes that mean a name in SQL, was meant as a text: no default can
/// read a column.
pub(super) fn refuse_bare_word(tokens: &[Token]) -> Result<(), Trouble> {
    let [one] = tokens else { return Ok(()) };
    let Some([Part { text, quote }]) = one.parts() else { return Ok(()) };
    let value = quote.is_none() && VALUES.iter().any(|v| v.eq_ignore_ascii_case(text));
    if value || matches!(quote, Some('\'' | '‘' | '’' | '‚')) {
        return Ok(());
    }
    Err(Trouble::new(
        Progress::Named,
        format!(
            "the default {} would be a column's name in SQL, which no default can read",
            text.escape_debug()
        ),
        format!("put a text in single quotes: default '{}'", text.replace('\'', "''").escape_debug()),
    ))
}
