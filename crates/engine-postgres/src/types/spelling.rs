//! Type names: their many spellings and the one the server prints.

use altimeter_catalog::{Catalog, Key, Name};

use crate::parse::identifier;
use crate::quoting::{quote, quote_name};

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
    ("char varying", "character varying"),
    ("national character varying", "character varying"),
    ("national char varying", "character varying"),
    ("nchar varying", "character varying"),
    ("national character", "character"),
    ("national char", "character"),
    ("nchar", "character"),
    ("dec", "numeric"),
    ("\"char\"", "\"char\""),
    ("aclitem", "aclitem"),
    ("cid", "cid"),
    ("datemultirange", "datemultirange"),
    ("int2vector", "int2vector"),
    ("int4multirange", "int4multirange"),
    ("int8multirange", "int8multirange"),
    ("nummultirange", "nummultirange"),
    ("oidvector", "oidvector"),
    ("pg_snapshot", "pg_snapshot"),
    ("refcursor", "refcursor"),
    ("regcollation", "regcollation"),
    ("regconfig", "regconfig"),
    ("regdictionary", "regdictionary"),
    ("regnamespace", "regnamespace"),
    ("regoper", "regoper"),
    ("regoperator", "regoperator"),
    ("regproc", "regproc"),
    ("regprocedure", "regprocedure"),
    ("regrole", "regrole"),
    ("regtype", "regtype"),
    ("tid", "tid"),
    ("tsmultirange", "tsmultirange"),
    ("tstzmultirange", "tstzmultirange"),
    ("txid_snapshot", "txid_snapshot"),
    ("xid", "xid"),
    ("xid8", "xid8"),
];

/// A type's name taken apart: `timestamp(3) with time zone[]` is base `timestamp with time zone`, modifier `(3)`, an
/// array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TypeName {
    /// The name without length and brackets.
    pub(crate) base: String,
    /// Length, precision or fields: `(10,2)`, `(3)`, ` hour to second(3)`; empty for none.
    pub(crate) modifier: String,
    /// Whether it is an array, of however many dimensions.
    pub(crate) array: bool,
}

impl TypeName {
    /// Takes a name apart as written; spellings are left as they are.
    pub(crate) fn of(text: &str) -> Self {
        let text = text.trim();
        let bracket = text.find('[').unwrap_or(text.len());
        let (mut text, mut array) = (text.get(..bracket).unwrap_or(text), bracket < text.len());
        let lower = text.trim_end().to_ascii_lowercase();
        if let Some(before) = lower.strip_suffix("array").filter(|b| b.ends_with([' ', ')', '\n', '\t'])) {
            (text, array) = (text.get(..before.len()).unwrap_or(text), true);
        }
        if let Some(fields) = strip_interval(text) {
            return Self { base: "interval".to_owned(), modifier: fields, array };
        }
        let (head, modifier, tail) = match (text.find('('), text.rfind(')')) {
            (Some(open), Some(close)) if open < close => {
                let inside = text.get(open..=close).unwrap_or_default();
                let modifier: String = inside.chars().filter(|c| !c.is_whitespace()).collect();
                (text.get(..open).unwrap_or_default(), modifier, text.get(close + 1..).unwrap_or_default())
            }
            _ => (text, String::new(), ""),
        };
        let joined = format!("{head} {tail}");
        let words = joined.split_whitespace().collect::<Vec<_>>().join(" ");
        let base = if words.contains('"') { words } else { words.to_lowercase() };
        let base = base.strip_prefix("pg_catalog.").map(str::to_owned).unwrap_or(base);
        Self { base, modifier, array }
    }

    /// The type of the array's elements; of anything else, itself.
    pub(crate) fn element(&self) -> Self {
        Self { array: false, ..self.clone() }
    }

    /// The name as the server prints it.
    pub(crate) fn print(&self) -> String {
        let array = if self.array { "[]" } else { "" };
        match self.base.split_once(' ') {
            // The precision of a time stands before `with` and `without`.
            Some((head, tail)) if tail.ends_with("time zone") => {
                format!("{head}{} {tail}{array}", self.modifier)
            }
            _ => format!("{}{}{array}", self.base, self.modifier),
        }
    }
}

/// What stands behind `interval`: precision, or fields and precision, as the server prints them.
fn strip_interval(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let lower = lower.strip_prefix("pg_catalog.").unwrap_or(&lower);
    let rest = lower.strip_prefix("interval")?;
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let words = rest.replace('(', " ( ").split_whitespace().collect::<Vec<_>>().join(" ");
    let fields = words.replace(" (", "(").replace("( ", "(").replace(" )", ")");
    Some(if fields.is_empty() || fields.starts_with('(') { fields } else { format!(" {fields}") })
}

/// The name the server prints; none if this catalog knows no such type.
pub(crate) fn canonical(catalog: &Catalog, text: &str) -> Option<String> {
    let well_formed =
        text.find('[').is_none_or(|at| text[at..].chars().all(|c| matches!(c, '[' | ']' | '0'..='9' | ' ')));
    if !well_formed {
        return None;
    }
    let mut name = TypeName::of(text);
    if name.base == "float" && !name.modifier.is_empty() {
        let single = precision(&name.modifier).is_some_and(|p| p <= 24);
        name.base = if single { "real" } else { "double precision" }.to_owned();
        name.modifier.clear();
    }
    if let Some((_, base)) = SPELLINGS.iter().find(|(spelling, _)| *spelling == name.base) {
        name.base = (*base).to_owned();
        if matches!(*base, "character" | "bit") && name.modifier.is_empty() {
            name.modifier = "(1)".to_owned();
        }
        if *base == "bpchar" && !name.modifier.is_empty() {
            name.base = "character".to_owned();
        }
        if *base == "numeric" && !name.modifier.is_empty() && !name.modifier.contains(',') {
            name.modifier = name.modifier.replace(')', ",0)");
        }
        return Some(name.print());
    }
    let full = resolve(catalog, &name.base)?;
    Some(TypeName { base: full, ..name }.print())
}

/// The first number of a modifier.
fn precision(modifier: &str) -> Option<u32> {
    modifier.trim_matches(['(', ')']).split(',').next()?.parse().ok()
}

/// A type users made, or a table's, by the name the server prints with nothing on its search path.
fn resolve(catalog: &Catalog, base: &str) -> Option<String> {
    let parts: Vec<String> = split_path(base);
    let known = |name: &Name| {
        catalog.types.iter().any(|t| &t.name == name)
            || catalog.table(name).is_some()
            || catalog.view(name).is_some()
    };
    let found = match parts.as_slice() {
        [name] => catalog.server.search_path.iter().map(|s| Name::new(s, name)).find(known),
        [schema, name] => Some(Name::new(schema, name)).filter(known),
        _ => None,
    };
    if let Some(name) = found {
        return Some(quote_name(&name));
    }
    if !parts.last().is_some_and(|name| catalog.tables.may_have(Key::type_called(name))) {
        return None;
    }
    // A type of an extension may be known by a column that has it only.
    let bases = catalog.tables.iter().flat_map(|t| &t.columns).map(|c| TypeName::of(&c.type_name).base);
    let same = |used: &String| {
        used == base || parts.len() == 1 && split_path(used).last() == parts.last() && used.contains('.')
    };
    bases.filter(|b| !SPELLINGS.iter().any(|(_, known)| known == b)).find(same)
}

/// The parts of a dotted name as the server stores them.
pub(super) fn split_path(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '"';
        match c {
            '.' if !quoted => parts.push(String::new()),
            c => parts.last_mut().into_iter().for_each(|p| p.push(c)),
        }
    }
    parts.iter().map(|p| identifier(p.trim())).collect()
}

/// Whether a type's printed base name means that type.
pub(super) fn is_named(base: &str, name: &Name) -> bool {
    match split_path(base).as_slice() {
        [bare] => bare == &name.name && quote(bare) == base,
        [schema, bare] => schema == &name.schema && bare == &name.name,
        _ => false,
    }
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
            ("int[3][4]", "integer[]"),
            ("int ARRAY", "integer[]"),
            ("varchar(5) array[4]", "character varying(5)[]"),
            ("numeric(10)", "numeric(10,0)"),
            ("float(10)", "real"),
            ("bit", "bit(1)"),
            ("bpchar(3)", "character(3)"),
            ("\"char\"", "\"char\""),
            ("national character varying(10)", "character varying(10)"),
            ("interval hour to second (3)", "interval hour to second(3)"),
            ("INTERVAL(3)", "interval(3)"),
            ("pg_catalog.int8", "bigint"),
            ("pg_catalog.timestamptz(3)", "timestamp(3) with time zone"),
            ("double   precision", "double precision"),
        ] {
            assert_eq!(canonical(&catalog, text).as_deref(), Some(printed), "{text}");
        }
        assert_eq!(canonical(&catalog, "strng"), None);
        assert_eq!(canonical(&catalog, "serial"), None);
        assert_eq!(canonical(&catalog, "intervals"), None);
    }

    #[test]
    fn types_of_users_are_found_along_the_search_path_and_printed_in_full() {
        let mut catalog = Catalog::default();
        catalog.server.search_path = vec!["app".to_owned()];
        let name = Name::new("app", "Mood");
        catalog.types.push(altimeter_catalog::UserType {
            name,
            kind: altimeter_catalog::TypeKind::Base,
            extension: None,
        });
        assert_eq!(canonical(&catalog, "\"Mood\"(3)[]").as_deref(), Some("app.\"Mood\"(3)[]"));
        assert_eq!(canonical(&catalog, "App.\"Mood\"").as_deref(), Some("app.\"Mood\""));
        assert_eq!(canonical(&catalog, "mood"), None);
    }
}
