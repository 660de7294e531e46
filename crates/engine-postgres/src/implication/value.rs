//! Constants that can be compared without a server.

use std::cmp::Ordering;

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::{child, parse_expression, text_of, tokens};

/// A constant of some type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// A whole number.
    Whole(i128),
    /// Any other number.
    Number(f64),
    /// A date or time, in microseconds since 1970; without a zone, or in UTC.
    Moment {
        /// Microseconds since 1970.
        at: i128,
        /// It was written with a zone.
        zoned: bool,
    },
    /// A truth value.
    Truth(bool),
    /// Any other text. Whether one comes before another is the collation's affair.
    Text(String),
}

impl Value {
    /// The constant an expression is: a literal with or without a cast or sign, or a date plus days. None if it is
    /// anything that only a server can work out.
    pub(crate) fn of(node: &SyntaxNode) -> Option<Self> {
        match node.kind() {
            SyntaxKind::PAREN_EXPR => Value::of(&node.first_child()?),
            SyntaxKind::LITERAL => literal(&text_of(node)),
            SyntaxKind::CAST_EXPR => Value::of(&node.children().find(is_operand)?),
            SyntaxKind::PREFIX_EXPR => {
                let negative = tokens(node).next()?.kind() == SyntaxKind::MINUS;
                match Value::of(&node.first_child()?)? {
                    Value::Whole(n) if negative => Some(Value::Whole(-n)),
                    Value::Number(n) if negative => Some(Value::Number(-n)),
                    number @ (Value::Whole(_) | Value::Number(_)) => Some(number),
                    _ => None,
                }
            }
            SyntaxKind::BIN_EXPR => sum(node),
            _ => None,
        }
    }

    /// The constant a text is.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Value::of(&parse_expression(text)?)
    }

    /// Which comes first; none where that cannot be told.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Value::Whole(a), Value::Whole(b)) => Some(a.cmp(b)),
            (Value::Whole(a), Value::Number(b)) => (*a as f64).partial_cmp(b),
            (Value::Number(a), Value::Whole(b)) => a.partial_cmp(&(*b as f64)),
            (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
            (Value::Moment { at: a, zoned: x }, Value::Moment { at: b, zoned: y }) => {
                (x == y || a.abs_diff(*b) > DAY.unsigned_abs()).then(|| a.cmp(b))
            }
            (Value::Truth(a), Value::Truth(b)) => Some(a.cmp(b)),
            (Value::Text(a), Value::Text(b)) if a == b => Some(Ordering::Equal),
            // Digits and letters of one case in one place each: any collation agrees.
            (Value::Text(a), Value::Text(b)) if is_uuid(a) && is_uuid(b) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// Whether both are the same; none where that cannot be told.
    pub(crate) fn is(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Value::Text(a), Value::Text(b)) => Some(a == b),
            _ => self.order(other).map(Ordering::is_eq),
        }
    }
}

const DAY: i128 = 86_400_000_000;

fn is_operand(node: &SyntaxNode) -> bool {
    let kind = format!("{:?}", node.kind());
    !kind.ends_with("_TYPE") && !kind.starts_with("INTERVAL_") && node.kind() != SyntaxKind::COLON_COLON
}

/// Numbers added, and days added to a date, as the server folds them before it compares.
fn sum(node: &SyntaxNode) -> Option<Value> {
    let mut parts = node.children();
    let (left, right) = (Value::of(&parts.next()?)?, Value::of(&parts.next()?)?);
    let sign = if child_token(node, SyntaxKind::PLUS) {
        1
    } else if child_token(node, SyntaxKind::MINUS) {
        -1
    } else {
        return None;
    };
    match (left, right) {
        (Value::Whole(a), Value::Whole(b)) => a.checked_add(b.checked_mul(sign)?).map(Value::Whole),
        (Value::Moment { at, zoned: false }, Value::Whole(days)) => {
            let at = at.checked_add(days.checked_mul(DAY * sign)?)?;
            Some(Value::Moment { at, zoned: false })
        }
        _ => None,
    }
}

fn child_token(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    node.children_with_tokens().any(|e| e.kind() == kind) || child(node, kind).is_some()
}

fn literal(text: &str) -> Option<Value> {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "true" => return Some(Value::Truth(true)),
        "false" => return Some(Value::Truth(false)),
        "null" | "default" => return None,
        _ => {}
    }
    match text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
        Some(quoted) => Some(from_text(&quoted.replace("''", "'"))),
        None => number(text),
    }
}

/// What a string literal's content is: the server reads it by the type it is compared with, so anything that looks
/// like a number or a time is one.
fn from_text(text: &str) -> Value {
    number(text).or_else(|| moment(text)).unwrap_or_else(|| Value::Text(text.to_owned()))
}

fn number(text: &str) -> Option<Value> {
    let digits = text.replace('_', "");
    if !digits.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    let whole = digits.parse().ok().map(Value::Whole);
    whole.or_else(|| digits.parse().ok().filter(|n: &f64| n.is_finite()).map(Value::Number))
}

/// `2024-02-01`, `2024-02-01 12:30:00.5`, `2024-02-01T12:30:00+02`.
fn moment(text: &str) -> Option<Value> {
    let (date, rest) = text.split_at_checked(10)?;
    let mut numbers = date.split('-');
    let mut next = |length: usize| {
        numbers.next().filter(|p| p.len() == length && p.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
    };
    let (year, month, day): (i64, i64, i64) = (next(4)?, next(2)?, next(2)?);
    let days = i128::from(days_since_1970(year, month, day)) * DAY;
    let rest = rest.trim_start_matches(['T', ' ']);
    if rest.is_empty() {
        return Some(Value::Moment { at: days, zoned: false });
    }
    let end = rest.find(|c: char| !matches!(c, '0'..='9' | ':' | '.')).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(end);
    let offset = match zone.trim() {
        "" => None,
        "Z" | "UTC" => Some(0),
        zone if zone.starts_with(['+', '-']) => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            Some(sign * seconds(zone.get(1..)?)?)
        }
        _ => return None,
    };
    let at = days + seconds(time)? - offset.unwrap_or(0);
    Some(Value::Moment { at, zoned: offset.is_some() })
}

/// `12:30:00.5` in microseconds; `02` is hours.
fn seconds(time: &str) -> Option<i128> {
    let mut total = 0_i128;
    for (part, unit) in time.split(':').zip([3_600_000_000_i128, 60_000_000, 1_000_000]) {
        let (whole, fraction) = part.split_once('.').unwrap_or((part, ""));
        total += whole.parse::<i128>().ok()? * unit;
        if !fraction.is_empty() {
            let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
            total += micros.parse::<i128>().ok()?;
        }
    }
    Some(total)
}

/// Days from 1970-01-01 in the Gregorian calendar.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March have their leap day at the end.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_compared_by_what_they_mean() {
        let order = |a: &str, b: &str| Value::parse(a).unwrap().order(&Value::parse(b).unwrap());
        for (a, b) in [
            ("9", "10"),
            ("-5", "(-4)"),
            ("'9'::bigint", "10"),
            ("'2024-02-28'::date", "'2024-02-28'::date + 1"),
            ("'2024-02-28'::date + 1", "'2024-03-01'"),
            ("'2023-12-31 23:59:59.999'", "'2024-01-01'"),
            ("'2024-01-01 00:00:00+02'", "'2024-01-01 00:00:00+00'"),
            ("1.5", "2"),
        ] {
            assert_eq!(order(a, b), Some(Ordering::Less), "{a} {b}");
        }
        assert_eq!(order("'2024-01-01'", "timestamp '2024-01-01 00:00:00'"), Some(Ordering::Equal));
        assert_eq!(order("'a'", "'b'"), None);
        assert_eq!(order("'2024-01-01'", "'2024-01-01 00:00:00+00'"), None);
        assert_eq!(Value::parse("now()"), None);
        assert_eq!(Value::parse("NULL"), None);
        assert_eq!(days_since_1970(1970, 1, 1), 0);
        assert_eq!(days_since_1970(2000, 3, 1), 11_017);
    }
}
