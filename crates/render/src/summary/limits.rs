//! What deserves a look of what a plan takes, held against what the server has.

use altimeter_analysis::limits::{Limit, Room, Verdict};

/// A line for each limit that is close, exceeded, or that somebody could tell more about; one for all if none is.
pub(crate) fn lines(limits: &[Limit]) -> Vec<String> {
    let worth = |l: &&Limit| match l.verdict {
        Verdict::Close | Verdict::Exceeded => true,
        Verdict::Unknown => l.room == Room::Disk,
        Verdict::Fits => false,
    };
    let lines: Vec<String> = limits.iter().filter(worth).map(|l| l.says.clone()).collect();
    if limits.is_empty() || !lines.is_empty() {
        return lines;
    }
    let those = |verdict| {
        let keys = limits.iter().filter(|l| l.verdict == verdict).map(|l| l.room.key());
        keys.collect::<Vec<_>>().join(", ")
    };
    let (fit, unknown) = (those(Verdict::Fits), those(Verdict::Unknown));
    let unknown = if unknown.is_empty() { unknown } else { format!("; not known: {unknown}") };
    vec![format!("within what the server has: {fit}{unknown}")]
}
