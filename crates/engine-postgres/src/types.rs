//! Types: their names, what compares exactly, what stands for "nothing", how one becomes another.

mod cast;
mod casting;
mod conversion;
mod operator_class;
mod spelling;

use altimeter_catalog::{Catalog, TypeKind, UserType};

pub(crate) use cast::Context;
pub(crate) use casting::casting;
pub(crate) use conversion::{Conversion, convert, convert_through};
pub(crate) use operator_class::{can_reference, default_class, foreign_key_operator, is_one_of_many};
pub(crate) use spelling::{TypeName, canonical};

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
    let TypeName { base, array, .. } = TypeName::of(type_name);
    let is_enum = || user_type(catalog, &base).is_some_and(|t| matches!(t.kind, TypeKind::Enum { .. }));
    !array && (EXACT.contains(&base.as_str()) || is_enum())
}

/// A value that stands for "nothing" in a column of that type, as SQL.
pub(crate) fn empty_value(catalog: &Catalog, type_name: &str) -> Option<String> {
    let TypeName { base, array, .. } = TypeName::of(type_name);
    if array {
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
            return match &user_type(catalog, &base)?.kind {
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
    TypeName { modifier: String::new(), ..TypeName::of(type_name) }.print()
}

/// The type users made that a type's base name means.
pub(crate) fn user_type<'a>(catalog: &'a Catalog, base: &str) -> Option<&'a UserType> {
    let path = &catalog.server.search_path;
    let visible = |t: &&UserType| base.contains('.') || path.contains(&t.name.schema);
    catalog.types.iter().filter(|t| spelling::is_named(base, &t.name)).find(visible)
}

/// The domain a type name means, if it is one.
pub(crate) fn domain<'a>(catalog: &'a Catalog, type_name: &str) -> Option<&'a UserType> {
    let name = TypeName::of(type_name);
    user_type(catalog, &name.base).filter(|t| !name.array && matches!(t.kind, TypeKind::Domain { .. }))
}

/// The domain a type name means and those it is made from, itself first; empty for any other type.
pub(crate) fn domains<'a>(catalog: &'a Catalog, type_name: &str) -> Vec<&'a UserType> {
    let mut found: Vec<&UserType> = Vec::new();
    let mut next = domain(catalog, type_name);
    while let Some(one) = next.filter(|d| !found.iter().any(|f| f.name == d.name)) {
        found.push(one);
        next = match &one.kind {
            TypeKind::Domain { base, .. } => domain(catalog, base),
            _ => None,
        };
    }
    found
}

/// Whether values of a domain have to satisfy something: NOT NULL or a CHECK, its own or of a domain it is made from.
pub(crate) fn is_constrained(catalog: &Catalog, type_name: &str) -> bool {
    domains(catalog, type_name).iter().any(|d| match &d.kind {
        TypeKind::Domain { not_null, checks, constraints, .. } => {
            *not_null || !checks.is_empty() || !constraints.is_empty()
        }
        _ => false,
    })
}

/// The type below all domains, with its length or precision.
pub(crate) fn below_domains(catalog: &Catalog, type_name: &str) -> TypeName {
    match domains(catalog, type_name).last().map(|d| &d.kind) {
        Some(TypeKind::Domain { base, .. }) => TypeName::of(base),
        _ => TypeName::of(type_name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactness_is_known_by_type() {
        let catalog = Catalog::default();
        assert!(equality_is_identity(&catalog, "character varying(50)"));
        assert!(!equality_is_identity(&catalog, "numeric(10,2)"));
        assert!(!equality_is_identity(&catalog, "json"));
        assert!(!equality_is_identity(&catalog, "integer[]"));
    }
}
