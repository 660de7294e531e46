//! How the values of one type become another's: with the same bytes, or written anew.
//!
//! The rule is the server's (`coerce_to_target_type`, `ATColumnChangeRequiresRewrite`, and the support functions that
//! take out length coercions which change nothing); what it gives was measured on 13 to 18.

use altimeter_catalog::Catalog;

use super::cast::{self, Context, Method};
use super::{TypeName, below_domains, domain, is_constrained};

/// What a conversion does to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// The bytes stay.
    Free,
    /// A new value is made, or the old one has to be checked.
    Rewrites,
    /// There is no such conversion in that context.
    Refused,
}

/// A value on its way: its type, and the length or precision it is known to have.
struct Value {
    type_name: TypeName,
    modifier: Option<String>,
    free: bool,
}

/// A column's value put into a column of another type.
pub(crate) fn convert(catalog: &Catalog, from: &str, to: &str, context: Context) -> Conversion {
    convert_through(catalog, from, &[], to, context)
}

/// A column's value cast to several types in a row, then put into a column of another type.
pub(crate) fn convert_through(
    catalog: &Catalog,
    from: &str,
    casts: &[String],
    to: &str,
    context: Context,
) -> Conversion {
    let name = TypeName::of(from);
    let modifier = known_modifier(catalog, &name);
    let mut value = Value { type_name: name, modifier, free: true };
    let steps = casts.iter().map(|c| (c.as_str(), Context::Explicit)).chain([(to, context)]);
    for (target, context) in steps {
        match step(catalog, value, target, context) {
            Some(next) => value = next,
            None => return Conversion::Refused,
        }
    }
    if value.free { Conversion::Free } else { Conversion::Rewrites }
}

/// The length or precision a column's type says. A domain's is that of no type the coercion knows.
fn known_modifier(catalog: &Catalog, name: &TypeName) -> Option<String> {
    (!name.modifier.is_empty() && domain(catalog, &name.base).is_none()).then(|| name.modifier.clone())
}

fn step(catalog: &Catalog, value: Value, target: &str, context: Context) -> Option<Value> {
    let to = TypeName::of(target);
    let wanted = known_modifier(catalog, &to);
    let same = value.type_name.base == to.base && value.type_name.array == to.array;
    if same {
        let free = value.free && length_is_kept(catalog, &to, value.modifier.as_deref(), wanted.as_deref());
        // From version 15 a cast to the bare type forgets the length.
        return Some(Value { type_name: to, modifier: wanted, free });
    }
    let (source, base) = (below_domains(catalog, &value.type_name.print()), below_domains(catalog, target));
    let method = pathway(catalog, &source, &base, context)?;
    let mut free = value.free
        && match method {
            Method::Binary => true,
            Method::Function => is_free_timestamp(catalog, &source, &base),
            Method::Text => false,
        };
    let is_domain = domain(catalog, target).is_some();
    if is_domain {
        free &= !is_constrained(catalog, target);
        // A domain's own length is applied to what comes; only of the very type below it is a length known.
        let known = value.modifier.as_deref().filter(|_| value.type_name.base == base.base);
        let asked = Some(base.modifier.as_str()).filter(|m| !m.is_empty());
        free &= length_is_kept(catalog, &base, known, asked);
    } else {
        free &= length_is_kept(catalog, &to, None, wanted.as_deref());
    }
    Some(Value { type_name: to, modifier: wanted, free })
}

/// How the server gets from one type to the other, domains left aside.
fn pathway(catalog: &Catalog, source: &TypeName, target: &TypeName, context: Context) -> Option<Method> {
    if source.array && target.array {
        if source.base == target.base {
            return Some(Method::Binary);
        }
        // An array is taken apart and put together even where its elements' bytes stay.
        let element = |name: &TypeName| below_domains(catalog, &name.element().print());
        return pathway(catalog, &element(source), &element(target), context).map(|_| Method::Function);
    }
    if !source.array && !target.array {
        if cast::key(source) == cast::key(target) {
            return Some(Method::Binary);
        }
        if let Some(method) = cast::find(catalog, &source.base, &target.base, context) {
            return Some(method);
        }
    }
    let into_string =
        context >= Context::Assignment && !target.array && cast::is_string(catalog, &target.base);
    let from_string = context >= Context::Explicit && !source.array && cast::is_string(catalog, &source.base);
    (into_string || from_string).then_some(Method::Text)
}

/// `timestamp` and `timestamptz` are the same bytes where local time never differs from UTC.
fn is_free_timestamp(catalog: &Catalog, source: &TypeName, target: &TypeName) -> bool {
    const LOCAL: &str = "timestamp without time zone";
    const ZONED: &str = "timestamp with time zone";
    let pair = (source.base.as_str(), target.base.as_str());
    !source.array && (pair == (LOCAL, ZONED) || pair == (ZONED, LOCAL)) && is_always_utc(catalog)
}

/// Whether the session's time zone has never been anything but UTC: zones with a history are not (measured).
fn is_always_utc(catalog: &Catalog) -> bool {
    const UTC: &[&str] = &[
        "UTC",
        "GMT",
        "UCT",
        "ZULU",
        "UNIVERSAL",
        "GREENWICH",
        "GMT0",
        "GMT+0",
        "GMT-0",
        "0",
        "+0",
        "-0",
        "UTC0",
        "<+00>-00",
        "<+00>+00",
        "00:00",
        "+00:00",
        "-00:00",
        "+00",
        "-00",
        "Z",
    ];
    let settings = &catalog.server.settings;
    let zone = settings.iter().find(|(name, _)| name.eq_ignore_ascii_case("timezone")).map(|(_, v)| v);
    zone.is_some_and(|zone| {
        let zone = zone.trim_matches('\'').to_ascii_uppercase();
        UTC.contains(&zone.strip_prefix("ETC/").unwrap_or(&zone))
    })
}

/// Whether a value with one length, precision or range fits another as it stands, as far as the server can tell from
/// the types alone.
fn length_is_kept(catalog: &Catalog, of: &TypeName, from: Option<&str>, to: Option<&str>) -> bool {
    let Some(to) = to.filter(|to| Some(*to) != from) else { return true };
    if of.array {
        // Elements are looked at one by one.
        return false;
    }
    match of.base.as_str() {
        "character varying" | "bit varying" => match (from.and_then(first), first(to)) {
            (Some(from), Some(to)) => from <= to,
            _ => false,
        },
        "numeric" => match (from.and_then(both), both(to)) {
            (Some((digits, scale)), Some((new_digits, new_scale))) => {
                scale == new_scale && digits <= new_digits
            }
            _ => false,
        },
        "timestamp without time zone"
        | "timestamp with time zone"
        | "time without time zone"
        | "time with time zone" => {
            let to = first(to).unwrap_or(MOST_PRECISE);
            to >= MOST_PRECISE || from.and_then(first).is_some_and(|from| from <= to)
        }
        "interval" => interval_is_kept(from.unwrap_or_default(), to),
        "character" | "bit" => false,
        // A type without a length coercion of its own leaves the value alone.
        base => cast::find(catalog, base, base, Context::Implicit).is_none(),
    }
}

/// Digits of a second's fraction the server keeps at most.
const MOST_PRECISE: i64 = 6;

fn first(modifier: &str) -> Option<i64> {
    modifier.trim_matches(['(', ')']).split(',').next()?.trim().parse().ok()
}

fn both(modifier: &str) -> Option<(i64, i64)> {
    let mut numbers = modifier.trim_matches(['(', ')']).split(',');
    let digits = numbers.next()?.trim().parse().ok()?;
    Some((digits, numbers.next().map_or(Some(0), |s| s.trim().parse().ok())?))
}

/// An interval keeps its value where its smallest field becomes no larger one and its fraction no shorter.
fn interval_is_kept(from: &str, to: &str) -> bool {
    let (from_field, from_precision) = interval_parts(from);
    let (to_field, to_precision) = interval_parts(to);
    to_field <= from_field
        && (from_field > 0 || to_precision >= MOST_PRECISE || to_precision >= from_precision)
}

/// The smallest field, 0 for seconds, and the digits of their fraction.
fn interval_parts(modifier: &str) -> (usize, i64) {
    const FIELDS: &[&str] = &["second", "minute", "hour", "day", "month", "year"];
    let (fields, precision) = modifier.split_once('(').unwrap_or((modifier, ""));
    let last = fields.split_whitespace().last().unwrap_or("second");
    let field = FIELDS.iter().position(|f| *f == last).unwrap_or(0);
    (field, first(precision).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::{Name, TypeKind, UserType};

    use super::*;

    fn catalog(zone: &str) -> Catalog {
        let mut catalog = Catalog::default();
        catalog.server.version_num = 170_000;
        catalog.server.search_path = vec!["public".to_owned()];
        catalog.server.settings.insert("TimeZone".to_owned(), zone.to_owned());
        for (name, base, check) in [
            ("plain", "text", None),
            ("short", "character varying(50)", None),
            ("checked", "public.plain", Some("CHECK (x)")),
        ] {
            catalog.types.push(UserType {
                name: Name::new("public", name),
                extension: None,
                kind: TypeKind::Domain {
                    base: base.to_owned(),
                    not_null: false,
                    default: None,
                    collation: None,
                    checks: check.into_iter().map(str::to_owned).collect(),
                    constraints: Vec::new(),
                },
            });
        }
        catalog
    }

    #[test]
    fn what_keeps_the_bytes_is_told_from_what_does_not() {
        let catalog = catalog("UTC");
        let free = [
            ("character varying(50)", "character varying(100)"),
            ("character varying(50)", "text"),
            ("text", "bpchar"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("numeric(10,2)", "numeric"),
            ("timestamp(3) without time zone", "timestamp(6) without time zone"),
            ("timestamp without time zone", "timestamp with time zone"),
            ("bit(8)", "bit varying"),
            ("interval(3)", "interval(6)"),
            ("interval day", "interval hour"),
            ("cidr", "inet"),
            ("oid", "integer"),
            ("text", "public.plain"),
            ("character varying(20)", "public.short"),
            ("public.short", "character varying"),
            ("public.checked", "text"),
            ("public.checked", "public.checked"),
        ];
        for (from, to) in free {
            assert_eq!(convert(&catalog, from, to, Context::Assignment), Conversion::Free, "{from} {to}");
        }
        let rewrites = [
            ("integer", "bigint"),
            ("text", "character varying(50)"),
            ("character(10)", "character(20)"),
            ("character(10)", "text"),
            ("numeric(10,2)", "numeric(12,3)"),
            ("numeric", "numeric(10,2)"),
            ("bit(8)", "bit varying(8)"),
            ("interval hour", "interval day"),
            ("interval", "interval(3)"),
            ("character varying(50)[]", "text[]"),
            ("character varying(50)[]", "character varying(100)[]"),
            ("public.short", "character varying(50)"),
            ("text", "public.checked"),
            ("text[]", "public.plain[]"),
            ("timestamp without time zone[]", "timestamp with time zone[]"),
            ("timestamp(3) without time zone", "timestamp(3) with time zone"),
            ("integer", "text"),
        ];
        for (from, to) in rewrites {
            assert_eq!(convert(&catalog, from, to, Context::Assignment), Conversion::Rewrites, "{from} {to}");
        }
        for (from, to) in
            [("integer", "boolean"), ("text", "integer"), ("text", "uuid"), ("text", "integer[]")]
        {
            assert_eq!(convert(&catalog, from, to, Context::Assignment), Conversion::Refused, "{from} {to}");
            assert_eq!(convert(&catalog, from, to, Context::Explicit), Conversion::Rewrites, "{from} {to}");
        }
    }

    #[test]
    fn the_time_zone_decides_about_timestamps() {
        let change = |zone| {
            let catalog = catalog(zone);
            convert(&catalog, "timestamp without time zone", "timestamp with time zone", Context::Assignment)
        };
        for zone in ["Etc/UTC", "gmt", "Etc/GMT+0", "0"] {
            assert_eq!(change(zone), Conversion::Free, "{zone}");
        }
        for zone in ["Europe/London", "Africa/Abidjan", "Etc/GMT+1", "WET"] {
            assert_eq!(change(zone), Conversion::Rewrites, "{zone}");
        }
    }

    #[test]
    fn casts_on_the_way_count() {
        let catalog = catalog("UTC");
        let through = |casts: &[&str]| {
            let casts: Vec<String> = casts.iter().map(|c| (*c).to_owned()).collect();
            convert_through(
                &catalog,
                "character varying(50)",
                &casts,
                "character varying(100)",
                Context::Assignment,
            )
        };
        assert_eq!(through(&["character varying(100)"]), Conversion::Free);
        assert_eq!(through(&["text"]), Conversion::Rewrites);
        assert_eq!(through(&["text", "character varying(100)"]), Conversion::Rewrites);
    }
}
