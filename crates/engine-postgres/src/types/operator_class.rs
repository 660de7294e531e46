//! Operator classes: what an index on a column of some type sorts or hashes by, if nothing else is said.

use altimeter_catalog::{Catalog, TypeKind};

use super::cast::{self, Context};
use super::{TypeName, below_domains, user_type};

/// The server's default operator classes, read from `pg_opclass` of 13 to 18: access method, type, class, and the
/// versions that have it, if not all do.
const DEFAULTS: &str = include_str!("operator_classes.txt");

/// The default operator class of an access method for a type; none if there is none. A class for arrays, enums or
/// ranges of any kind is told apart by the type; an extension's type is taken to have one of its own.
pub(crate) fn default_class(catalog: &Catalog, method: &str, type_name: &str) -> Option<String> {
    let name = below_domains(catalog, type_name);
    if let Some(family) = family(catalog, &name) {
        return listed(catalog, method, family).map(|class| format!("{class} of {}", name.print()));
    }
    if let Some(class) = listed(catalog, method, cast::key(&name)) {
        return Some(class.to_owned());
    }
    if !is_built_in(&name.base) {
        return Some(format!("{method} of {}", name.base));
    }
    // The server prefers text among several.
    let others = ["text", "inet", "oid"].into_iter().filter(|to| *to != name.base);
    if let Some(via) = others.into_iter().find(|to| cast::is_binary(catalog, &name.base, to)) {
        return default_class(catalog, method, via);
    }
    // An extension may have one for it.
    let by_extension = matches!(method, "gist" | "gin" | "spgist") || !is_known_method(method);
    by_extension.then(|| format!("{method} of {}", name.base))
}

/// Whether an operator class for the type is one for all arrays, enums or ranges: an index that names it is another
/// one all the same when the type changes.
pub(crate) fn is_one_of_many(catalog: &Catalog, type_name: &str) -> bool {
    family(catalog, &below_domains(catalog, type_name)).is_some()
}

/// What a foreign key column of that type is compared by, together with what its own type turns into for that: as
/// long as this stays the same, nothing has to be compared again.
pub(crate) fn foreign_key_operator(catalog: &Catalog, type_name: &str) -> Option<String> {
    default_class(catalog, "btree", type_name)
}

/// The name the server's classes for many types go by.
fn family(catalog: &Catalog, name: &TypeName) -> Option<&'static str> {
    if name.array {
        return Some("anyarray");
    }
    if name.base.ends_with("multirange") {
        return Some("anymultirange");
    }
    const RANGES: &[&str] = &["int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange"];
    if RANGES.contains(&name.base.as_str()) {
        return Some("anyrange");
    }
    match user_type(catalog, &name.base)?.kind {
        TypeKind::Enum { .. } => Some("anyenum"),
        TypeKind::Range { .. } => Some("anyrange"),
        TypeKind::Composite { .. } => Some("record"),
        _ => None,
    }
}

fn listed<'a>(catalog: &Catalog, method: &str, base: &str) -> Option<&'a str> {
    DEFAULTS.lines().find_map(|line| {
        let mut fields = line.split('|');
        let found = fields.next() == Some(method) && fields.next() == Some(base);
        let class = fields.next().filter(|_| found)?;
        cast::in_versions(fields.next()?, catalog.server.major()).then_some(class)
    })
}

fn is_known_method(method: &str) -> bool {
    DEFAULTS.lines().any(|line| line.split('|').next() == Some(method))
}

fn is_built_in(base: &str) -> bool {
    !base.contains('.')
}

/// Whether a foreign key from a column of one type to a column of another can be enforced: there is an operator for
/// the two, or the first becomes the second unasked.
pub(crate) fn can_reference(catalog: &Catalog, from: &str, to: &str) -> bool {
    const FAMILIES: &[&[&str]] = &[
        &["smallint", "integer", "bigint"],
        &["real", "double precision"],
        &["date", "timestamp without time zone", "timestamp with time zone"],
        &["text", "name"],
    ];
    let (from, to) = (below_domains(catalog, from), below_domains(catalog, to));
    if from.array || to.array {
        return from.array == to.array && from.base == to.base;
    }
    let operand = |name: &TypeName| match name.base.as_str() {
        "character varying" => "text".to_owned(),
        "cidr" => "inet".to_owned(),
        base => base.to_owned(),
    };
    let (left, right) = (operand(&from), operand(&to));
    left == right
        || FAMILIES.iter().any(|f| f.contains(&left.as_str()) && f.contains(&right.as_str()))
        || cast::find(catalog, &from.base, &right, Context::Implicit).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_follow_types_that_are_the_same_to_the_byte() {
        let mut catalog = Catalog::default();
        catalog.server.version_num = 170_000;
        let class = |type_name: &str| default_class(&catalog, "btree", type_name);
        assert_eq!(class("character varying(50)"), class("text"));
        assert_eq!(class("cidr"), class("inet"));
        assert_eq!(class("regclass"), class("oid"));
        assert_eq!(class("numeric(10,2)"), class("numeric"));
        assert_ne!(class("integer"), class("oid"));
        assert_ne!(class("timestamp without time zone"), class("timestamp with time zone"));
        assert_ne!(class("text[]"), class("character varying[]"));
        assert_ne!(class("bit(8)"), class("bit varying"));
        assert_eq!(class("json"), None);
    }

    #[test]
    fn foreign_keys_need_an_operator_or_an_unasked_cast() {
        let mut catalog = Catalog::default();
        catalog.server.version_num = 170_000;
        let can = |from, to| can_reference(&catalog, from, to);
        assert!(can("bigint", "integer") && can("integer", "numeric") && can("character varying", "text"));
        assert!(can("character(3)", "text") && can("date", "timestamp with time zone"));
        assert!(!can("numeric", "integer") && !can("text", "integer") && !can("uuid", "text"));
    }
}
