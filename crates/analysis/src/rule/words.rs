//! Numbers as words for messages.

use altimeter_catalog::Table;

use crate::Range;

/// A time.
pub(crate) fn time(ms: f64) -> String {
    match ms {
        ms if ms < 1_000.0 => format!("{ms:.0} ms"),
        ms if ms < 120_000.0 => format!("{:.0} s", ms / 1_000.0),
        ms if ms < 7_200_000.0 => format!("{:.0} min", ms / 60_000.0),
        ms => format!("{:.0} h", ms / 3_600_000.0),
    }
}

/// A range of time: `for 3 s to 12 s`.
pub(crate) fn time_range(range: &Range) -> String {
    let (low, high) = (time(range.low), time(range.high));
    if low == high { low } else { format!("{low} to {high}") }
}

/// A count: `80 million`.
pub(crate) fn count(n: f64) -> String {
    match n {
        n if n < 10_000.0 => thousands(n),
        n if n < 1_000_000.0 => format!("{},000", (n / 1_000.0).round()),
        n if n < 1_000_000_000.0 => format!("{} million", two_digits(n / 1_000_000.0)),
        n => format!("{} billion", two_digits(n / 1_000_000_000.0)),
    }
}

fn two_digits(n: f64) -> String {
    if n < 10.0 { format!("{n:.1}").trim_end_matches(".0").to_owned() } else { format!("{n:.0}") }
}

fn thousands(n: f64) -> String {
    let n = n.round();
    if n < 1_000.0 { format!("{n}") } else { format!("{},{:03}", (n / 1_000.0).floor(), n % 1_000.0) }
}

/// A size: `9.8 GB`.
pub(crate) fn bytes(n: f64) -> String {
    let (unit, divisor) = match n {
        n if n < 1e6 => ("kB", 1e3),
        n if n < 1e9 => ("MB", 1e6),
        n if n < 1e12 => ("GB", 1e9),
        _ => ("TB", 1e12),
    };
    format!("{} {unit}", two_digits(n / divisor))
}

/// How many rows a table has, with their size: `80 million rows (12 GB)`, as far as known.
pub(crate) fn rows_of(table: &Table) -> String {
    match (table.size.rows, table.size.total_bytes()) {
        (Some(rows), Some(size)) => format!("{} rows ({})", count(rows), bytes(size as f64)),
        (Some(rows), None) => format!("{} rows", count(rows)),
        (None, _) => "an unknown number of rows".to_owned(),
    }
}

/// Several words as a list: `a, b and c`.
pub(crate) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_words_a_person_would_say() {
        assert_eq!(time(12.4), "12 ms");
        assert_eq!(time(61_000.0), "61 s");
        assert_eq!(time(600_000.0), "10 min");
        assert_eq!(count(1_234.0), "1,234");
        assert_eq!(count(345_678.0), "346,000");
        assert_eq!(count(2_500_000.0), "2.5 million");
        assert_eq!(bytes(9.8e9), "9.8 GB");
        assert_eq!(list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }
}
