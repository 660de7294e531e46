//! What several statements take in all.

use std::collections::BTreeMap;

use crate::{Estimate, Range};

/// What a plan or a review takes in all; none where a part of it is not known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Capacity {
    /// Extra disk at the worst moment, in bytes.
    pub disk_peak_bytes: Option<Range>,
    /// Of it, what is in tablespaces that are not the database's own, each at its own worst moment.
    pub elsewhere: BTreeMap<String, Range>,
    /// Write-ahead log in all, in bytes.
    pub wal_bytes: Option<Range>,
    /// The furthest a standby falls behind, in ms.
    pub replica_lag_ms: Option<Range>,
    /// Run time of all statements, deploys and waits left out, in ms.
    pub total_duration_ms: Option<Range>,
    /// Statements that pile up at the worst moment.
    pub queries_queued: Option<Range>,
}

impl Capacity {
    /// Of groups of statements, each a transaction, one group after the other: log and time add up, a standby has time to
    /// catch up in between. A transaction gives the space of old files back only when it commits, so the peaks of its
    /// statements add up; what a transaction leaves behind is there while the next one runs.
    pub fn of<'a, G: IntoIterator<Item = &'a Estimate>>(groups: impl IntoIterator<Item = G>) -> Self {
        let zero = || Some(Range::zero());
        let mut all = Capacity {
            disk_peak_bytes: zero(),
            elsewhere: BTreeMap::new(),
            wal_bytes: zero(),
            replica_lag_ms: zero(),
            total_duration_ms: zero(),
            queries_queued: zero(),
        };
        let mut grown = zero();
        let mut grown_elsewhere: BTreeMap<String, Range> = BTreeMap::new();
        for group in groups {
            let (mut peak, mut left) = (grown.clone(), grown);
            let (mut peaks, mut left_elsewhere) = (BTreeMap::new(), grown_elsewhere.clone());
            for estimate in group {
                join(&mut all.wal_bytes, &estimate.wal_bytes, Range::plus);
                join(&mut all.total_duration_ms, &estimate.duration_ms, Range::plus);
                join(&mut all.replica_lag_ms, &estimate.replica_lag_ms, Range::or_more);
                join(&mut all.queries_queued, &estimate.queries_queued, Range::or_more);
                join(&mut peak, &estimate.disk_peak_bytes, Range::plus);
                join(&mut left, &estimate.disk_after_bytes, Range::plus);
                for part in &estimate.elsewhere {
                    let before = peaks.entry(&part.tablespace).or_insert_with(|| {
                        grown_elsewhere.get(&part.tablespace).cloned().unwrap_or_else(Range::zero)
                    });
                    *before = before.plus(&part.peak_bytes);
                    let left = left_elsewhere.entry(part.tablespace.clone()).or_insert_with(Range::zero);
                    *left = left.plus(&part.after_bytes);
                }
            }
            for (tablespace, peak) in peaks {
                let most = all.elsewhere.entry(tablespace.clone()).or_insert_with(Range::zero);
                *most = most.or_more(&peak);
            }
            grown_elsewhere = left_elsewhere;
            join(&mut all.disk_peak_bytes, &peak, Range::or_more);
            grown = left;
        }
        all
    }
}

fn join(sum: &mut Option<Range>, one: &Option<Range>, how: fn(&Range, &Range) -> Range) {
    // Nobody goes through the arithmetic of all of them line by line.
    *sum = sum.as_ref().zip(one.as_ref()).map(|(sum, one)| how(sum, &one.bare()));
}
