//! Whether a column's new type has room for every value of the old one.
//!
//! Source: the casts of the server (manual, chapter "Type Conversion" and the chapters of the types): an assignment
//! that does not fit is refused for integers and text and rounds or cuts for scales, precisions and times.

use altimeter_catalog::Narrowing;

/// A type as `format_type` prints it, taken apart: `numeric(10,2)` is `numeric` with 10 and 2.
fn taken_apart(printed: &str) -> (String, Vec<i64>) {
    let Some((head, rest)) = printed.split_once('(') else { return (printed.to_owned(), Vec::new()) };
    let (inside, tail) = rest.split_once(')').unwrap_or((rest, ""));
    let numbers = inside.split(',').filter_map(|n| n.trim().parse().ok()).collect();
    (format!("{}{tail}", head.trim_end()), numbers)
}

/// What happens to values of `from` that `to` has no room for; none if there are no such values, or the types are too
/// different to say.
pub(crate) fn narrowing(from: &str, to: &str) -> Option<Narrowing> {
    let ((from, old), (to, new)) = (taken_apart(from), taken_apart(to));
    let (from, to) = (from.as_str(), to.as_str());
    if let (Some(old), Some(new)) = (integer(from), integer(to)) {
        return (new < old).then_some(Narrowing::Refuses);
    }
    if textual(from) && textual(to) {
        let room = |limits: &[i64]| limits.first().copied().unwrap_or(i64::MAX);
        return (room(&new) < room(&old)).then_some(Narrowing::Refuses);
    }
    match (from, to) {
        ("numeric", "numeric") => numeric(&old, &new),
        ("numeric" | "double precision" | "real", to) if integer(to).is_some() => Some(Narrowing::Alters),
        ("numeric", "double precision" | "real") | ("double precision", "real") => Some(Narrowing::Alters),
        ("bigint", "double precision") | ("bigint" | "integer", "real") => Some(Narrowing::Alters),
        (_, "date" | "time without time zone") if from.starts_with("timestamp") => Some(Narrowing::Alters),
        ("timestamp with time zone", "timestamp without time zone") => Some(Narrowing::Alters),
        ("json", "jsonb") => Some(Narrowing::Alters),
        _ if from == to && (from.starts_with("time") || from == "interval") => {
            let digits = |limits: &[i64]| limits.first().copied().unwrap_or(6);
            (digits(&new) < digits(&old)).then_some(Narrowing::Alters)
        }
        _ if textual(from)
            && (integer(to).is_some() || ["uuid", "date", "numeric", "boolean"].contains(&to)) =>
        {
            Some(Narrowing::Refuses)
        }
        _ => None,
    }
}

fn integer(name: &str) -> Option<u8> {
    match name {
        "smallint" => Some(2),
        "integer" => Some(4),
        "bigint" => Some(8),
        _ => None,
    }
}

fn textual(name: &str) -> bool {
    matches!(name, "text" | "character varying" | "character" | "bpchar")
}

/// Digits before the point that do not fit are refused, those after it are rounded.
fn numeric(old: &[i64], new: &[i64]) -> Option<Narrowing> {
    let [precision, rest @ ..] = new else { return None };
    let scale = rest.first().copied().unwrap_or(0);
    let Some(old_precision) = old.first() else { return Some(Narrowing::Alters) };
    let old_scale = old.get(1).copied().unwrap_or(0);
    if scale < old_scale {
        return Some(Narrowing::Alters);
    }
    (precision - scale < old_precision - old_scale).then_some(Narrowing::Refuses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_less_room_is_narrower() {
        for (from, to, wanted) in [
            ("bigint", "integer", Some(Narrowing::Refuses)),
            ("integer", "bigint", None),
            ("character varying(50)", "character varying(20)", Some(Narrowing::Refuses)),
            ("character varying(50)", "text", None),
            ("text", "character varying(20)", Some(Narrowing::Refuses)),
            ("numeric(10,2)", "numeric(12,2)", None),
            ("numeric(10,2)", "numeric(10,1)", Some(Narrowing::Alters)),
            ("numeric(10,2)", "numeric(9,2)", Some(Narrowing::Refuses)),
            ("numeric", "numeric(10,2)", Some(Narrowing::Alters)),
            ("timestamp(3) without time zone", "timestamp(0) without time zone", Some(Narrowing::Alters)),
            ("timestamp without time zone", "timestamp with time zone", None),
            ("timestamp with time zone", "date", Some(Narrowing::Alters)),
            ("text", "integer", Some(Narrowing::Refuses)),
            ("text", "jsonb", None),
        ] {
            assert_eq!(narrowing(from, to), wanted, "{from} to {to}");
        }
    }
}
