//! What a plan takes, and which of its numbers deserves the most doubt.

use altimeter_analysis::Capacity;
use altimeter_analysis::{Judged, Range};
use altimeter_planner::Plan;

use crate::amount::{self, Quantity};

/// Disk, WAL, run time and replica lag, one fact each.
pub(crate) fn pieces(capacity: &Capacity) -> Vec<String> {
    let is_nothing = |range: &Option<Range>| range.as_ref().is_some_and(|r| r.high < 0.5);
    let disk = if is_nothing(&capacity.disk_peak_bytes) {
        "no extra disk".to_owned()
    } else {
        format!("disk +{} at the peak", amount::middle(Quantity::Bytes, capacity.disk_peak_bytes.as_ref()))
    };
    let wal = format!("WAL {}", amount::middle(Quantity::Bytes, capacity.wal_bytes.as_ref()));
    let time = format!("run time {}", amount::middle(Quantity::Time, capacity.total_duration_ms.as_ref()));
    let lag = match &capacity.replica_lag_ms {
        Some(range) => format!("replica lag {}", crate::summary::steps::at_most(range.high)),
        None => "replica lag ?".to_owned(),
    };
    vec![disk, wal, time, lag]
}

/// Below these ends a wide range does no harm: a second, 16 MiB.
const HARMLESS_MS: f64 = 1000.0;
const HARMLESS_BYTES: f64 = 16.0 * 1024.0 * 1024.0;

/// A total: its name, what it counts, its range, and how to read it from one statement.
type Total<'a> = (&'static str, Quantity, &'a Option<Range>, fn(&Judged) -> Option<&Range>);

/// The widest of the totals, which step it comes from, and what it rests on; none if nothing is wide.
pub(crate) fn doubt(plan: &Plan) -> Option<String> {
    let totals: [Total<'_>; 3] = [
        ("WAL", Quantity::Bytes, &plan.capacity.wal_bytes, |j| j.estimate.wal_bytes.as_ref()),
        ("run time", Quantity::Time, &plan.capacity.total_duration_ms, |j| j.estimate.duration_ms.as_ref()),
        ("disk at the peak", Quantity::Bytes, &plan.capacity.disk_peak_bytes, |j| {
            j.estimate.disk_peak_bytes.as_ref()
        }),
    ];
    let (width, (what, quantity, range, of)) = totals
        .into_iter()
        .filter_map(|total| {
            let range = total.2.as_ref()?;
            let floor = if total.1 == Quantity::Time { HARMLESS_MS } else { HARMLESS_BYTES };
            (range.high.is_finite() && range.high > floor)
                .then(|| (range.high / range.low.max(floor / 10.0), total))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))?;
    if width < 1.3 {
        return None;
    }
    let range = range.as_ref()?;
    let mut says = format!("mostly {what}");
    if let Some(id) = main_source(plan, range, of) {
        says.push_str(&format!(" of {id}"));
    }
    says.push_str(&format!(": {}", amount::ends(quantity, Some(range))));
    if !range.basis.is_empty() {
        says.push_str(&format!(", from {}", range.basis.join(", ")));
    }
    Some(says)
}

/// The step that makes up more than half of a total.
fn main_source(plan: &Plan, total: &Range, of: fn(&Judged) -> Option<&Range>) -> Option<String> {
    plan.steps()
        .find(|s| {
            let own: f64 = s.up.iter().filter_map(|u| of(&u.judged)).map(|r| r.likely).sum();
            own > total.likely / 2.0
        })
        .map(|s| s.id.clone())
}
