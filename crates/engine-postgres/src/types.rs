//! Type names: their many spellings, what compares exactly, what stands for "nothing".

use altimeter_catalog::{Catalog, TypeKind};

/// Spellings of built-in types and the name `format_type` prints.
/// Source: manual, table "Data Types" (<https://www.postgresql.org/docs/current/datatype.html>).
const SPELLINGS: &[(&str, &str)] = &[
    ("int", "integer"),
    ("int4", "integer"),
    ("integer", "integer"),
    ("int8", "bigint"),
    ("bigint", "bigint"),
    ("int2", "smallint"),
    ("smallint", "smallint"),
    ("bool", "boolean"),
    ("boolean", "boolean"),
    ("text", "text"),
    ("varchar", "character varying"),
    ("character varying", "character varying"),
    ("char", "character"),
    ("character", "character"),
    ("bpchar", "bpchar"),
    ("decimal", "numeric"),
    ("numeric", "numeric"),
    ("float8", "double precision"),
    ("float", "double precision"),
    ("double precision", "double precision"),
    ("float4", "real"),
    ("real", "real"),
    ("timestamptz", "timestamp with time zone"),
    ("timestamp with time zone", "timestamp with time zone"),
    ("timestamp", "timestamp without time zone"),
    ("timestamp without time zone", "timestamp without time zone"),
    ("timetz", "time with time zone"),
    ("time with time zone", "time with time zone"),
    ("time", "time without time zone"),
    ("time without time zone", "time without time zone"),
    ("varbit", "bit varying"),
    ("bit varying", "bit varying"),
    ("bit", "bit"),
    ("date", "date"),
    ("interval", "interval"),
    ("uuid", "uuid"),
    ("bytea", "bytea"),
    ("json", "json"),
    ("jsonb", "jsonb"),
    ("xml", "xml"),
    ("money", "money"),
    ("inet", "inet"),
    ("cidr", "cidr"),
    ("macaddr", "macaddr"),
    ("macaddr8", "macaddr8"),
    ("point", "point"),
    ("line", "line"),
    ("lseg", "lseg"),
    ("box", "box"),
    ("path", "path"),
    ("polygon", "polygon"),
    ("circle", "circle"),
    ("tsvector", "tsvector"),
    ("tsquery", "tsquery"),
    ("oid", "oid"),
    ("name", "name"),
    ("regclass", "regclass"),
    ("pg_lsn", "pg_lsn"),
    ("int4range", "int4range"),
    ("int8range", "int8range"),
    ("numrange", "numrange"),
    ("daterange", "daterange"),
    ("tsrange", "tsrange"),
    ("tstzrange", "tstzrange"),
    ("jsonpath", "jsonpath"),
];

/// A type taken apart: `timestamp(3) with time zone[]` is base `timestamp with time zone`, modifier `(3)`, array `[]`.
struct Parts {
    base: String,
    modifier: String,
    array: String,
}

fn parts(text: &str) -> Parts {
    let (text, array) = match text.find('[') {
        Some(at) => (&text[..at], text[at..].matches('[').map(|_| "[]").collect()),
        None => (text, String::new()),
    };
    let (head, modifier, tail) = match (text.find('('), text.rfind(')')) {
        (Some(open), Some(close)) if open < close => {
            let modifier: String = text[open..=close].chars().filter(|c| !c.is_whitespace()).collect();
            (&text[..open], modifier, &text[close + 1..])
        }
        _ => (text, String::new(), ""),
    };
    let joined = format!("{head} {tail}");
    let base = joined.split_whitespace().collect::<Vec<_>>().join(" ");
    let base = if base.contains('"') { base } else { base.to_lowercase() };
    Parts { base: base.strip_prefix("pg_catalog.").map(str::to_owned).unwrap_or(base), modifier, array }
}

/// The name the server prints; none if this catalog knows no such type.
pub(crate) fn canonical(catalog: &Catalog, text: &str) -> Option<String> {
    let well_formed =
        text.find('[').is_none_or(|at| text[at..].chars().all(|c| matches!(c, '[' | ']' | '0'..='9' | ' ')));
    if !well_formed {
        return None;
    }
    let Parts { base, mut modifier, array } = parts(text);
    if let Some((_, name)) = SPELLINGS.iter().find(|(spelling, _)| *spelling == base) {
        if *name == "character" && modifier.is_empty() {
            modifier = "(1)".to_owned();
        }
        // The precision of a time stands before `with` and `without`.
        return Some(match name.split_once(' ') {
            Some((head, tail)) if tail.ends_with("time zone") => format!("{head}{modifier} {tail}{array}"),
            _ => format!("{name}{modifier}{array}"),
        });
    }
    let known = |t: &altimeter_catalog::UserType| {
        let bare = crate::quoting::quote(&t.name.name);
        let qualified = format!("{}.{bare}", crate::quoting::quote(&t.name.schema));
        (base == qualified || (base == bare && catalog.server.search_path.contains(&t.name.schema)))
            .then(|| if catalog.server.search_path.contains(&t.name.schema) { bare } else { qualified })
    };
    if let Some(name) = catalog.types.iter().find_map(known) {
        return Some(format!("{name}{array}"));
    }
    // A type of an extension is known by a column that has it.
    let used = catalog.tables.iter().flat_map(|t| &t.columns).any(|c| parts(&c.type_name).base == base);
    used.then(|| format!("{base}{modifier}{array}"))
}

/// Whether `=` on the type is true only of values that are the same to the bit, so that `IS DISTINCT FROM` sees
/// every change. Not so for numeric (1.0 = 1.00), citext, floats (-0 = 0), intervals; json has no `=` at all.
pub(crate) fn equality_is_identity(catalog: &Catalog, type_name: &str) -> bool {
    const EXACT: &[&str] = &[
        "integer",
        "bigint",
        "smallint",
        "boolean",
        "text",
        "character varying",
        "uuid",
        "date",
        "timestamp with time zone",
        "timestamp without time zone",
        "bytea",
        "oid",
    ];
    let Parts { base, array, .. } = parts(type_name);
    let is_enum = || {
        canonical(catalog, &base).is_some()
            && catalog.types.iter().any(|t| {
                matches!(t.kind, TypeKind::Enum { .. })
                    && base.ends_with(&crate::quoting::quote(&t.name.name))
            })
    };
    array.is_empty() && (EXACT.contains(&base.as_str()) || is_enum())
}

/// A value that stands for "nothing" in a column of that type, as SQL.
pub(crate) fn empty_value(catalog: &Catalog, type_name: &str) -> Option<String> {
    let Parts { base, array, .. } = parts(type_name);
    if !array.is_empty() {
        return Some(format!("'{{}}'::{type_name}"));
    }
    let literal = match base.as_str() {
        "integer" | "bigint" | "smallint" | "numeric" | "real" | "double precision" => {
            return Some("0".to_owned());
        }
        "boolean" => return Some("false".to_owned()),
        "text" | "character varying" | "character" | "bytea" => "",
        "date" | "timestamp with time zone" | "timestamp without time zone" => "epoch",
        "time without time zone" | "time with time zone" => "00:00:00",
        "interval" => "0",
        "uuid" => "00000000-0000-0000-0000-000000000000",
        "json" | "jsonb" => "{}",
        _ => {
            let named = |t: &&altimeter_catalog::UserType| {
                canonical(catalog, &base).is_some_and(|c| c.ends_with(&crate::quoting::quote(&t.name.name)))
            };
            return match &catalog.types.iter().find(named)?.kind {
                TypeKind::Enum { labels } => {
                    labels.first().map(|l| format!("{}::{type_name}", crate::quoting::literal(l)))
                }
                _ => None,
            };
        }
    };
    Some(format!("'{literal}'::{}", type_without_modifier(type_name)))
}

/// The type without length or precision, as the server prints it in a default: `''::character varying`.
pub(crate) fn type_without_modifier(type_name: &str) -> String {
    let Parts { base, array, .. } = parts(type_name);
    format!("{base}{array}")
}

/// The domain a type name means, if it is one.
pub(crate) fn domain<'a>(catalog: &'a Catalog, type_name: &str) -> Option<&'a altimeter_catalog::UserType> {
    let base = parts(type_name).base;
    catalog.types.iter().find(|t| {
        let bare = crate::quoting::quote(&t.name.name);
        matches!(t.kind, TypeKind::Domain { .. })
            && (base == bare || base == format!("{}.{bare}", crate::quoting::quote(&t.name.schema)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_become_what_the_server_prints() {
        let catalog = Catalog::default();
        for (text, printed) in [
            ("int", "integer"),
            ("VARCHAR(50)", "character varying(50)"),
            ("varchar ( 50 )", "character varying(50)"),
            ("char", "character(1)"),
            ("decimal(10, 2)", "numeric(10,2)"),
            ("timestamptz", "timestamp with time zone"),
            ("timestamp (3)", "timestamp(3) without time zone"),
            ("Timestamp With Time Zone", "timestamp with time zone"),
            ("int[]", "integer[]"),
            ("double   precision", "double precision"),
        ] {
            assert_eq!(canonical(&catalog, text).as_deref(), Some(printed), "{text}");
        }
        assert_eq!(canonical(&catalog, "strng"), None);
        assert_eq!(canonical(&catalog, "serial"), None);
    }

    #[test]
    fn exactness_is_known_by_type() {
        let catalog = Catalog::default();
        assert!(equality_is_identity(&catalog, "character varying(50)"));
        assert!(!equality_is_identity(&catalog, "numeric(10,2)"));
        assert!(!equality_is_identity(&catalog, "json"));
        assert!(!equality_is_identity(&catalog, "integer[]"));
    }
}
