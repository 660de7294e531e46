//! What is in the way on the server now.

use altimeter_analysis::preflight::{Behind, Preflight};

use crate::amount;

/// So many obstacles are shown.
const SHOWN: usize = 8;

/// Who would wait behind the statements, the busiest table first; tables whose traffic is not known are left out.
pub(crate) fn behind(preflight: &Preflight) -> Vec<String> {
    let rate = |b: &Behind| b.per_second.filter(|r| *r >= 0.05);
    let mut behind: Vec<(f64, &Behind)> =
        preflight.behind.iter().filter_map(|b| Some((rate(b)?, b))).collect();
    behind.sort_by(|a, b| b.0.total_cmp(&a.0));
    let says = |(rate, b): &(f64, &Behind)| {
        let what = if b.reads { "statements" } else { "writing statements" };
        format!("{}: {} {what} a second", b.table, amount::count(*rate))
    };
    behind.iter().take(SHOWN).map(says).collect()
}

/// A line for each thing in the way, the worst first, with what to do about it.
pub(crate) fn lines(preflight: &Preflight) -> Vec<String> {
    let mut lines: Vec<String> = preflight
        .obstacles
        .iter()
        .take(SHOWN)
        .map(|o| match o.next.as_str() {
            "" => format!("{}: {}", o.severity, o.message),
            next => format!("{}: {}; {next}", o.severity, o.message),
        })
        .collect();
    let more = preflight.obstacles.len().saturating_sub(SHOWN);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}
