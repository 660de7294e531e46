//! Whether every value of one type becomes one of another, and whether the server does it unasked.

use altimeter_catalog::{Casting, Catalog};

use super::{Context, Conversion, TypeName, below_domains, convert, is_constrained};
use crate::narrowing::narrowing;

/// How values of one type become another's; none if there is no way.
pub(crate) fn casting(catalog: &Catalog, from: &str, to: &str) -> Option<Casting> {
    let assigned = convert(catalog, from, to, Context::Assignment);
    let must_be_said = assigned == Conversion::Refused;
    if must_be_said && convert(catalog, from, to, Context::Explicit) == Conversion::Refused {
        return None;
    }
    let may_fail = assigned != Conversion::Free && !is_total(catalog, from, to);
    Some(Casting { must_be_said, may_fail })
}

/// Whether every value has a counterpart (manual, chapters of the types): only pairs known to are said to be.
fn is_total(catalog: &Catalog, from: &str, to: &str) -> bool {
    let (source, target) = (below_domains(catalog, from), below_domains(catalog, to));
    if source.array || target.array || is_constrained(catalog, to) {
        return false;
    }
    let bare = target.modifier.is_empty();
    let rank = |name: &TypeName| match name.base.as_str() {
        "smallint" => Some(2),
        "integer" => Some(4),
        "bigint" => Some(8),
        _ => None,
    };
    let strings = ["text", "character varying", "bpchar"];
    let timestamps = ["timestamp without time zone", "timestamp with time zone"];
    match (source.base.as_str(), target.base.as_str()) {
        // Every type has a text.
        (_, to) if strings.contains(&to) && bare => true,
        (from, to) if timestamps.contains(&from) && timestamps.contains(&to) => true,
        (_, "numeric" | "double precision") if rank(&source).is_some() && bare => true,
        ("real", "double precision") | ("jsonb", "json") => true,
        ("numeric", "numeric") | ("character varying" | "character" | "text", "character varying") => {
            narrowing(&source.print(), &target.print()).is_none()
        }
        _ => rank(&source).zip(rank(&target)).is_some_and(|(from, to)| from <= to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_fail_is_said_not_to() {
        let mut catalog = Catalog::default();
        catalog.server.version_num = 170_000;
        let of = |from, to| casting(&catalog, from, to).map(|c| (c.must_be_said, c.may_fail));
        for (from, to, expected) in [
            ("integer", "bigint", Some((false, false))),
            ("bigint", "integer", Some((false, true))),
            ("character varying(20)", "integer", Some((true, true))),
            ("integer", "character varying", Some((false, false))),
            ("integer", "character varying(5)", Some((false, true))),
            ("numeric(10,2)", "numeric(12,2)", Some((false, false))),
            ("numeric(10,2)", "numeric(8,2)", Some((false, true))),
            ("character varying(200)", "character varying(50)", Some((false, true))),
            ("character(10)", "text", Some((false, false))),
            ("json", "jsonb", Some((false, true))),
            ("timestamp without time zone", "timestamp with time zone", Some((false, false))),
            ("integer", "boolean", Some((true, true))),
            ("point", "integer", None),
        ] {
            assert_eq!(of(from, to), expected, "{from} {to}");
        }
    }
}
