//! What all statements of a review cost together.

use altimeter_analysis::review::{Review, Reviewed};
use altimeter_analysis::{Estimate, Range};
use altimeter_planner::Capacity;

use super::blocks;

/// Run one after the other. A quantity is none where one statement's is.
pub(crate) fn capacity(review: &Review) -> Capacity {
    let all = || review.statements().map(|(_, s)| &s.judged.estimate);
    Capacity {
        disk_peak_bytes: disk_peak(review),
        wal_bytes: sum(all(), |e| e.wal_bytes.as_ref()),
        replica_lag_ms: all()
            .map(|e| e.replica_lag_ms.clone())
            .try_fold(Range::zero(), |most, lag| Some(most.or_more(&lag?))),
        total_duration_ms: sum(all(), |e| e.duration_ms.as_ref()),
    }
}

fn sum<'a>(
    estimates: impl Iterator<Item = &'a Estimate>,
    quantity: impl Fn(&'a Estimate) -> Option<&'a Range>,
) -> Option<Range> {
    estimates.map(quantity).try_fold(Range::zero(), |sum, range| Some(sum.plus(range?)))
}

/// A transaction gives the space of old files back only when it commits, so the peaks of its statements add up; what a
/// transaction leaves behind is there while the next one runs.
fn disk_peak(review: &Review) -> Option<Range> {
    let (mut peak, mut grown) = (Range::zero(), Range::zero());
    for file in &review.files {
        for unit in blocks::transactions(&file.statements) {
            let estimates = || file.statements[unit.clone()].iter().map(|s: &Reviewed| &s.judged.estimate);
            let at_most = sum(estimates(), |e| e.disk_peak_bytes.as_ref())?;
            peak = peak.or_more(&grown.plus(&at_most));
            grown = grown.plus(&sum(estimates(), |e| e.disk_after_bytes.as_ref())?);
        }
    }
    Some(peak)
}
