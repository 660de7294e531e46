//! The way back, and the roads not taken.

use altimeter_planner::{Plan, RollbackTrigger};

use crate::amount::{self, Quantity};

/// A reason to stop with its limit: `a standby falls behind (10 s)`.
pub(crate) fn condition(trigger: &RollbackTrigger) -> String {
    if trigger.threshold.is_empty() || trigger.when.contains(&trigger.threshold) {
        return trigger.when.clone();
    }
    format!("{} ({})", trigger.when, trigger.threshold)
}

/// In which order steps are undone.
pub(crate) fn procedure(plan: &Plan) -> String {
    if plan.rollback.procedure.is_empty() {
        return "nothing to undo".to_owned();
    }
    let order = plan.rollback.procedure.join(", ");
    format!("run down of the steps done so far, the last one first: {order}")
}

/// What the way back cannot bring back, by step.
pub(crate) fn lost(plan: &Plan) -> Vec<String> {
    plan.steps()
        .filter_map(|s| s.lost_on_return.as_ref().map(|lost| format!("after {}: {lost}", s.id)))
        .collect()
}

/// Other roads to the same schema, a sentence each.
pub(crate) fn other_roads(plan: &Plan) -> Vec<String> {
    plan.alternatives
        .iter()
        .map(|a| {
            let asks = match a.asks_of_application.as_str() {
                "" => String::new(),
                asks => format!("; asks of the application: {asks}"),
            };
            let ask = a.road.map(|road| format!(", --prefer {}", road.key())).unwrap_or_default();
            let time = amount::middle(Quantity::Time, a.capacity.total_duration_ms.as_ref());
            let wal = amount::middle(Quantity::Bytes, a.capacity.wal_bytes.as_ref());
            format!("{} ({} risk, {time}, WAL {wal}{ask}): {}{asks}", a.title, a.risk, a.why_not)
        })
        .collect()
}
