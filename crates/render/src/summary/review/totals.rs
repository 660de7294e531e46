//! What all statements of a review cost together.

use altimeter_analysis::review::{Review, Reviewed};
use altimeter_analysis::{Estimate, Range};
use altimeter_planner::Capacity;

use super::blocks;

/// What can be counted runs one after the other; see [`uncounted`].
pub(crate) fn capacity(review: &Review) -> Capacity {
    let all = || run(review.statements().map(|(_, s)| s));
    Capacity {
        disk_peak_bytes: Some(disk_peak(review)),
        wal_bytes: Some(sum(all(), |e| e.wal_bytes.as_ref())),
        replica_lag_ms: all()
            .filter_map(|e| e.replica_lag_ms.as_ref())
            .map(Range::bare)
            .reduce(|most, lag| most.or_more(&lag)),
        total_duration_ms: Some(sum(all(), |e| e.duration_ms.as_ref())),
    }
}

/// The estimates of statements the server does not refuse.
fn run<'a>(statements: impl Iterator<Item = &'a Reviewed>) -> impl Iterator<Item = &'a Estimate> {
    statements.filter(|s| s.judged.effect.fails.is_none()).map(|s| &s.judged.estimate)
}

fn sum<'a>(
    estimates: impl Iterator<Item = &'a Estimate>,
    quantity: impl Fn(&'a Estimate) -> Option<&'a Range>,
) -> Range {
    estimates.filter_map(quantity).fold(Range::zero(), |sum, range| sum.plus(&range.bare()))
}

/// Statements whose cost is not known, and so is in no sum.
pub(crate) fn uncounted(review: &Review) -> usize {
    let unknown = |s: &Reviewed| s.judged.estimate.duration_ms.is_none() && s.judged.effect.fails.is_none();
    review.statements().filter(|(_, s)| unknown(s)).count()
}

/// A transaction gives the space of old files back only when it commits, so the peaks of its statements add up; what a
/// transaction leaves behind is there while the next one runs.
fn disk_peak(review: &Review) -> Range {
    let (mut peak, mut grown) = (Range::zero(), Range::zero());
    for file in &review.files {
        for unit in blocks::transactions(&file.statements) {
            let estimates = || run(file.statements[unit.clone()].iter());
            peak = peak.or_more(&grown.plus(&sum(estimates(), |e| e.disk_peak_bytes.as_ref())));
            grown = grown.plus(&sum(estimates(), |e| e.disk_after_bytes.as_ref()));
        }
    }
    peak
}
