//! What is in the way on the server now.

use altimeter_analysis::preflight::Preflight;

/// So many obstacles are shown.
const SHOWN: usize = 8;

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
