//! Amounts for people: sizes, times, counts, and ranges of them.
//!
//! Measured values keep three figures, estimates two: more would claim what nobody knows.

use altimeter_analysis::Range;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// Bytes, in binary units.
    Bytes,
    /// Milliseconds.
    Time,
    /// Things.
    Count,
}

struct Unit {
    name: &'static str,
    size: f64,
    /// From this many on the next unit reads better.
    up_to: f64,
}

const fn unit(name: &'static str, size: f64, up_to: f64) -> Unit {
    Unit { name, size, up_to }
}

const KIB: f64 = 1024.0;
static BYTES: [Unit; 6] = [
    unit("B", 1.0, KIB),
    unit("KiB", KIB, KIB),
    unit("MiB", KIB * KIB, KIB),
    unit("GiB", KIB * KIB * KIB, KIB),
    unit("TiB", KIB * KIB * KIB * KIB, KIB),
    unit("PiB", KIB * KIB * KIB * KIB * KIB, f64::INFINITY),
];
static TIME: [Unit; 5] = [
    unit("ms", 1.0, 1000.0),
    unit("s", 1000.0, 120.0),
    unit("min", 60_000.0, 120.0),
    unit("h", 3_600_000.0, 48.0),
    unit("days", 86_400_000.0, f64::INFINITY),
];
static COUNT: [Unit; 4] =
    [unit("", 1.0, 10_000.0), unit("k", 1e3, 1e3), unit("M", 1e6, 1e3), unit("G", 1e9, f64::INFINITY)];

impl Quantity {
    fn units(self) -> &'static [Unit] {
        match self {
            Quantity::Bytes => &BYTES,
            Quantity::Time => &TIME,
            Quantity::Count => &COUNT,
        }
    }

    /// The unit in which a value reads best, as it will be after rounding.
    fn unit_of(self, value: f64, figures: i32) -> &'static Unit {
        let units = self.units();
        units.iter().find(|u| rounded(value / u.size, figures) < u.up_to).unwrap_or(&units[units.len() - 1])
    }

    /// Values below are shown as `< 1 ms`, not as a figure nobody can measure.
    fn floor(self) -> Option<f64> {
        (self == Quantity::Time).then_some(0.95)
    }
}

/// A measured value.
pub(crate) fn measured(quantity: Quantity, value: f64) -> String {
    one(quantity, value, 3)
}

/// Bytes that were measured: `9.8 GiB`.
pub(crate) fn bytes(value: u64) -> String {
    measured(Quantity::Bytes, value as f64)
}

/// A time that was measured, from seconds: `38 s`.
pub(crate) fn seconds(value: f64) -> String {
    measured(Quantity::Time, value * 1000.0)
}

/// A number of things: `1,012`, `50.1 M`.
pub(crate) fn count(value: f64) -> String {
    measured(Quantity::Count, value)
}

/// A number of things, exactly: `50,100,001`.
pub(crate) fn whole(n: usize) -> String {
    grouped(&n.to_string())
}

/// A share as a percentage: `2 %`, `< 1 %`.
pub(crate) fn percent(share: f64) -> String {
    match share * 100.0 {
        p if !p.is_finite() => "?".to_owned(),
        p if p > 0.0 && p < 0.95 => "< 1 %".to_owned(),
        p => format!("{p:.0} %"),
    }
}

/// One value of an estimate: `2 s`.
pub(crate) fn estimated(quantity: Quantity, value: f64) -> String {
    one(quantity, value, 2)
}

/// A range as its two ends, or as its middle where the ends hardly differ: `38–71 min`, `5 ms`, `?`.
pub(crate) fn ends(quantity: Quantity, range: Option<&Range>) -> String {
    let Some(range) = range.filter(|r| is_finite(r)) else { return "?".to_owned() };
    if range.high <= range.low * 1.25 || quantity.floor().is_some_and(|f| range.high < f) {
        return estimated(quantity, range.likely);
    }
    from_to(quantity, range, true)
}

/// A range as its middle with its ends behind: `54 min (38–71)`, `?`.
pub(crate) fn middle(quantity: Quantity, range: Option<&Range>) -> String {
    let Some(range) = range.filter(|r| is_finite(r)) else { return "?".to_owned() };
    let likely = estimated(quantity, range.likely);
    let same = [range.low, range.high].iter().all(|v| estimated(quantity, *v) == likely);
    if same {
        return likely;
    }
    let shared = quantity.unit_of(range.high, 2).name == quantity.unit_of(range.likely, 2).name;
    format!("{likely} ({})", from_to(quantity, range, !shared))
}

fn from_to(quantity: Quantity, range: &Range, named: bool) -> String {
    let unit = quantity.unit_of(range.high, 2);
    let low = range.low / unit.size;
    // `0.02–3 s` says less than `20 ms–3 s`.
    let below = low < 0.095 && range.low > 0.0;
    let low_unit = quantity.unit_of(range.low, 2);
    if below && low_unit.name != unit.name
        || quantity.floor().is_some_and(|f| range.low > 0.0 && range.low < f)
    {
        return format!("{}–{}", one(quantity, range.low, 2), one(quantity, range.high, 2));
    }
    let ends = format!("{}–{}", figures(low, 2), figures(range.high / unit.size, 2));
    if named { with_unit(&ends, unit) } else { ends }
}

fn one(quantity: Quantity, value: f64, digits: i32) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    if let Some(floor) = quantity.floor().filter(|f| value > 0.0 && value < *f) {
        return format!("< {}", one(quantity, floor.ceil(), digits));
    }
    let unit = quantity.unit_of(value, digits);
    with_unit(&figures(value / unit.size, digits), unit)
}

fn with_unit(number: &str, unit: &Unit) -> String {
    if unit.name.is_empty() { number.to_owned() } else { format!("{number} {}", unit.name) }
}

/// The value rounded to that many figures, whole ones never cut.
fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(decimals(value, digits));
    (value * scale).round() / scale
}

fn decimals(value: f64, digits: i32) -> i32 {
    let whole_digits = if value.abs() < 1.0 { 1 } else { value.abs().log10().floor() as i32 + 1 };
    // One decimal at most: `9.83 GiB` is noise in a table.
    (digits - whole_digits).clamp(0, 1)
}

fn figures(value: f64, digits: i32) -> String {
    let value = rounded(value, digits);
    let text = format!("{:.*}", decimals(value, digits) as usize, value);
    let text = text.strip_suffix(".0").unwrap_or(&text);
    match text.split_once('.') {
        Some((whole, rest)) => format!("{}.{rest}", grouped(whole)),
        None => grouped(text),
    }
}

fn grouped(whole: &str) -> String {
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        let left = whole.len() - place;
        if place > 0 && left.is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn is_finite(range: &Range) -> bool {
    range.low.is_finite() && range.likely.is_finite() && range.high.is_finite()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_values_read_like_a_person_would_say_them() {
        for (value, says) in [
            (0.0, "0 B"),
            (512.0, "512 B"),
            (1023.6, "1 KiB"),
            (8192.0, "8 KiB"),
            (9.83 * KIB * KIB * KIB, "9.8 GiB"),
            (50.14 * KIB * KIB * KIB, "50.1 GiB"),
            (512.4 * KIB * KIB, "512 MiB"),
            (1023.9 * KIB * KIB, "1 GiB"),
            (f64::INFINITY, "?"),
        ] {
            assert_eq!(measured(Quantity::Bytes, value), says, "{value} bytes");
        }
        for (value, says) in [
            (0.0, "0 ms"),
            (0.2, "< 1 ms"),
            (5.04, "5 ms"),
            (999.7, "1 s"),
            (2005.0, "2 s"),
            (1500.0, "1.5 s"),
            (38_000.0, "38 s"),
            (119_900.0, "2 min"),
            (54.0 * 60_000.0, "54 min"),
            (5.5 * 3_600_000.0, "5.5 h"),
            (72.0 * 3_600_000.0, "3 days"),
        ] {
            assert_eq!(estimated(Quantity::Time, value), says, "{value} ms");
        }
        for (value, says) in [
            (0.0, "0"),
            (1012.0, "1,012"),
            (9999.0, "9,999"),
            (10_000.0, "10 k"),
            (50_100_000.0, "50.1 M"),
            (1e6, "1 M"),
        ] {
            assert_eq!(count(value), says, "{value} things");
        }
        assert_eq!(
            [percent(0.0), percent(0.004), percent(0.02), percent(1.0)],
            ["0 %", "< 1 %", "2 %", "100 %"]
        );
    }

    #[test]
    fn ranges_share_a_unit_where_that_reads_well() {
        let minutes = |low: f64, likely: f64, high: f64| {
            let range = Range::new(low * 60_000.0, likely * 60_000.0, high * 60_000.0, &[]);
            (ends(Quantity::Time, Some(&range)), middle(Quantity::Time, Some(&range)))
        };
        assert_eq!(minutes(38.0, 54.0, 71.0), ("38–71 min".into(), "54 min (38–71)".into()));
        assert_eq!(minutes(0.01, 0.5, 3.0), ("600 ms–3 min".into(), "30 s (600 ms–3 min)".into()));
        assert_eq!(minutes(4.9, 5.0, 5.1), ("5 min".into(), "5 min (4.9–5.1)".into()));
        let bytes = Range::new(9.4 * KIB * KIB * KIB, 11.2 * KIB * KIB * KIB, 13.0 * KIB * KIB * KIB, &[]);
        assert_eq!(middle(Quantity::Bytes, Some(&bytes)), "11 GiB (9.4–13)");
        assert_eq!(ends(Quantity::Time, Some(&Range::new(0.1, 0.2, 0.6, &[]))), "< 1 ms");
        assert_eq!(ends(Quantity::Time, Some(&Range::new(0.1, 0.2, 6.0, &[]))), "< 1 ms–6 ms");
        assert_eq!(ends(Quantity::Time, Some(&Range::zero())), "0 ms");
        assert_eq!(ends(Quantity::Time, None), "?");
    }
}
