//! Casts between types: the server's own, and those users and extensions made.

use altimeter_catalog::Catalog;

use super::{TypeName, user_type};

/// The server's own casts, read from `pg_cast` of 13 to 18: source, target, how, where it is done unasked, and the
/// versions that have it, if not all do.
const BUILT_IN: &str = include_str!("casts.txt");

/// Where a cast is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Context {
    /// Anywhere, unasked.
    Implicit,
    /// When a value is put into a column.
    Assignment,
    /// Only where it is written.
    Explicit,
}

/// How a cast is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// The bytes stay as they are.
    Binary,
    /// A function makes a new value.
    Function,
    /// Through the value's text.
    Text,
}

/// The cast from one type to another, lengths left out, that may be used in that context.
pub(super) fn find(catalog: &Catalog, source: &str, target: &str, context: Context) -> Option<Method> {
    let (source, target) = (plain(source), plain(target));
    let of_users = catalog
        .casts
        .iter()
        .filter(|c| plain(&c.source) == source && plain(&c.target) == target)
        .map(|c| (if c.binary { Method::Binary } else { Method::Function }, context_of(&c.context)));
    let major = catalog.server.major();
    let of_server = BUILT_IN
        .lines()
        .filter(|line| line.starts_with(source))
        .filter_map(parse)
        .filter(|cast| cast.source == source && cast.target == target && in_versions(cast.versions, major))
        .map(|cast| (cast.method, cast.context));
    of_users.chain(of_server).find(|(_, allowed)| context >= *allowed).map(|(method, _)| method)
}

/// Whether values of one type are values of the other to the byte, unasked.
pub(super) fn is_binary(catalog: &Catalog, source: &str, target: &str) -> bool {
    plain(source) == plain(target) || find(catalog, source, target, Context::Implicit) == Some(Method::Binary)
}

struct Line<'a> {
    source: &'a str,
    target: &'a str,
    method: Method,
    context: Context,
    versions: &'a str,
}

fn parse(line: &str) -> Option<Line<'_>> {
    let mut fields = line.split('|');
    Some(Line {
        source: fields.next()?,
        target: fields.next()?,
        method: match fields.next()? {
            "binary" => Method::Binary,
            "function" => Method::Function,
            _ => Method::Text,
        },
        context: context_of(fields.next()?),
        versions: fields.next()?,
    })
}

fn context_of(text: &str) -> Context {
    match text {
        "implicit" => Context::Implicit,
        "assignment" => Context::Assignment,
        _ => Context::Explicit,
    }
}

/// Whether a version is among those written `14..`, `13..14` or, for all, nothing.
pub(super) fn in_versions(versions: &str, major: u32) -> bool {
    let Some((since, until)) = versions.split_once("..") else { return true };
    since.parse::<u32>().is_ok_and(|since| major >= since)
        && until.parse::<u32>().map_or(true, |until| major <= until)
}

/// A type's name as casts have it: `bpchar` and `character` are one type.
fn plain(base: &str) -> &str {
    if base == "bpchar" { "character" } else { base }
}

/// Whether values of the type are strings, from and to which everything goes through its text.
pub(super) fn is_string(catalog: &Catalog, base: &str) -> bool {
    const STRINGS: &[&str] = &["text", "character varying", "character", "bpchar", "name"];
    // An extension's type counts as one where its values are strings to the byte, as citext's are.
    STRINGS.contains(&base)
        || base == "\"char\"" && catalog.server.major() < 15
        || user_type(catalog, base).is_some() && is_binary(catalog, base, "text")
}

/// The type without domains and lengths: the name casts know it by.
pub(super) fn key(name: &TypeName) -> &str {
    plain(&name.base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_depend_on_context_and_version() {
        let mut catalog = Catalog::default();
        let find = |c: &Catalog, s, t, context| super::find(c, s, t, context);
        assert_eq!(find(&catalog, "character varying", "text", Context::Implicit), Some(Method::Binary));
        assert_eq!(find(&catalog, "oid", "integer", Context::Implicit), None);
        assert_eq!(find(&catalog, "oid", "integer", Context::Assignment), Some(Method::Binary));
        assert_eq!(find(&catalog, "integer", "boolean", Context::Assignment), None);
        catalog.server.version_num = 170_000;
        assert_eq!(find(&catalog, "integer", "bytea", Context::Explicit), None);
        catalog.server.version_num = 180_000;
        assert_eq!(find(&catalog, "integer", "bytea", Context::Explicit), Some(Method::Function));
        assert!(BUILT_IN.lines().all(|line| parse(line).is_some()));
    }
}
