//! An estimate's arithmetic, written so that it can be redone by hand: plain numbers in base units.

use altimeter_analysis::{Estimate, Judged, Range, Term};

use crate::amount;

/// One quantity: its range, the lines that add up to it, and where its doubt lies.
pub(crate) struct Sum {
    /// `run time: likely 35.2 ms, 20.1 to 66.3 ms`.
    pub(crate) says: String,
    /// `8.19 ms  public.users: reading the table = 24,576,000 bytes of the heap × …`, and what the doubt is about.
    pub(crate) lines: Vec<String>,
}

/// A range that is wider than its terms together by this factor has its doubt from elsewhere: an assumption made last.
const WIDER: f64 = 1.2;

/// The quantities as people call them, and their unit.
fn title(key: &str) -> (&'static str, &'static str) {
    match key {
        "duration_ms" => ("run time", "ms"),
        "blocked_ms" => ("others wait", "ms"),
        "read_bytes" => ("read", "bytes"),
        "write_bytes" => ("written", "bytes"),
        "wal_bytes" => ("WAL", "bytes"),
        "temp_bytes" => ("temporary files", "bytes"),
        "disk_peak_bytes" => ("disk at the peak", "bytes"),
        "disk_after_bytes" => ("disk afterwards", "bytes"),
        "queries_queued" => ("statements queued", "statements"),
        _ => ("replica lag", "ms"),
    }
}

/// Every quantity that has arithmetic; empty unless it was asked for, and of a statement the server refuses.
pub(crate) fn sums(judged: &Judged) -> Vec<Sum> {
    if judged.effect.fails.is_some() { Vec::new() } else { of(&judged.estimate) }
}

fn of(estimate: &Estimate) -> Vec<Sum> {
    let kept = estimate.quantities().into_iter().filter_map(|(key, range)| Some((title(key), range?)));
    kept.filter(|(_, range)| !range.terms.is_empty())
        .map(|((name, unit), range)| sum(name, unit, range))
        .collect()
}

fn sum(name: &str, unit: &str, range: &Range) -> Sum {
    let [low, likely, high] = [range.low, range.likely, range.high].map(number);
    let says = format!("{name}: likely {likely} {unit}, {low} to {high} {unit}");
    let width = range.terms.iter().map(|t| number(t.likely).len()).max().unwrap_or_default();
    let mut lines: Vec<String> =
        range.terms.iter().map(|t| format!("{:>width$} {unit}  {}", number(t.likely), product(t))).collect();
    lines.push(format!("from: {}", range.basis.join(", ")));
    let of_terms: f64 = range.terms.iter().map(Term::doubt).sum();
    let wider = range.high - range.low > WIDER * of_terms.max(0.0);
    match range.most_in_doubt().filter(|_| range.terms.len() > 1) {
        Some(term) if !wider && term.doubt() > 0.0 => {
            let ends = format!("{} to {} {unit}", number(term.low), number(term.high));
            lines.push(format!("most in doubt: {}, {ends}", term.what));
        }
        _ => lines.extend(range.basis.last().filter(|_| wider).map(|last| format!("most in doubt: {last}"))),
    }
    Sum { says, lines }
}

/// `reading the table = 24,576,000 bytes of the heap × 0.0003333 ms a byte`.
fn product(term: &Term) -> String {
    let factors: Vec<String> =
        term.factors.iter().map(|f| format!("{} {}", number(f.value), f.of).trim_end().to_owned()).collect();
    format!("{} = {}", term.what, factors.join(" × "))
}

/// A number with the digits that count: whole above a thousand, else four figures.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    let size = value.abs();
    if size >= 1000.0 {
        let sign = if value < 0.0 { "-" } else { "" };
        return format!("{sign}{}", amount::whole(size.round() as usize));
    }
    let decimals = if size > 0.0 { (3.0 - size.log10().floor()).clamp(0.0, 12.0) as usize } else { 0 };
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use altimeter_analysis::Factor;

    use super::*;

    #[test]
    fn numbers_can_be_multiplied_by_hand() {
        for (value, says) in [
            (24_576_000.0, "24,576,000"),
            (-8_192.0, "-8,192"),
            (1.0 / 3.0e6, "0.0000003333"),
            (0.4, "0.4"),
            (12.345, "12.35"),
            (0.0, "0"),
            (f64::NAN, "?"),
        ] {
            assert_eq!(number(value), says);
        }
    }

    #[test]
    fn lines_add_up_and_name_the_doubt() {
        let mut estimate = Estimate::nothing();
        let term = |what: &str, value: f64, high: f64| Term {
            what: what.to_owned(),
            factors: vec![Factor { value, of: "rows".into() }, Factor { value: 2.0, of: "ms a row".into() }],
            low: value,
            likely: value * 2.0,
            high,
        };
        let range = Range::new(11.0, 22.0, 50.0, &["reltuples"]);
        estimate.duration_ms = Some(Range {
            terms: vec![term("a table: reading", 1.0, 3.0), term("sorting", 10.0, 47.0)],
            ..range
        });
        let sums = of(&estimate);
        assert_eq!(sums.len(), 1);
        assert_eq!(sums[0].says, "run time: likely 22 ms, 11 to 50 ms");
        assert_eq!(
            sums[0].lines,
            [
                " 2 ms  a table: reading = 1 rows × 2 ms a row",
                "20 ms  sorting = 10 rows × 2 ms a row",
                "from: reltuples",
                "most in doubt: sorting, 10 to 47 ms"
            ]
        );
    }
}
