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
    let fits = limits.iter().all(|l| l.verdict == Verdict::Fits);
    match lines.is_empty() && fits && !limits.is_empty() {
        true => vec!["disk, log, lag and connections are within what the server has".to_owned()],
        false => lines,
    }
}
