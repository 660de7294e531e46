//! Batches that fit what people say the server can take.

use altimeter_analysis::limits::{Budget, Room, Verdict};
use altimeter_catalog::{Catalog, StandbyConnection};
use altimeter_planner::{Plan, PlanOptions, StepKind};

use crate::common::{plan_with, shop};

fn planned(catalog: &Catalog, budget: Budget) -> Plan {
    let options = PlanOptions { budget, ..PlanOptions::default() };
    plan_with(catalog, "rename users.user_name to username", options).unwrap_or_else(|e| panic!("{e}"))
}

/// Rows a batch, the pause after each in ms, and the log it writes a second.
fn batches(plan: &Plan) -> (f64, f64, f64) {
    let step = plan.steps().find(|s| s.kind == StepKind::Backfill).unwrap();
    let judged = step.up.iter().map(|s| &s.judged).find(|j| !j.effect.updates.is_empty()).unwrap();
    let update = judged.effect.updates.first().unwrap();
    let (log, takes) = (judged.estimate.wal_bytes.as_ref(), judged.estimate.duration_ms.as_ref());
    let rate = log.unwrap().likely / takes.unwrap().likely * 1_000.0;
    (f64::from(update.batch_rows.unwrap()), f64::from(update.pause_ms), rate)
}

#[test]
fn batches_are_as_small_and_slow_as_the_budget_asks() {
    let mut catalog = shop();
    let (rows, pause, rate) = batches(&planned(&catalog, Budget::default()));

    let wanted = rate / 8.0;
    let slow = planned(&catalog, Budget { log_per_second: Some(wanted), ..Budget::default() });
    let (same_rows, longer, slower) = batches(&slow);
    assert!(
        same_rows == rows && longer > 3.0 * pause && slower <= wanted,
        "{longer} ms, {slower} of {wanted}"
    );

    catalog.activity.standbys.push(StandbyConnection {
        application: "east".to_owned(),
        sync_state: None,
        lag_bytes: None,
        lag_s: None,
    });
    let lag = |plan: &Plan| plan.limits.iter().find(|l| l.room == Room::Lag).unwrap().verdict;
    let budget = Budget { lag_ms: Some(200.0), ..Budget::default() };
    let careful = planned(&catalog, budget.clone());
    let (fewer, ..) = batches(&careful);
    assert!(fewer < rows / 2.0, "{fewer} rows a batch, without a budget {rows}");
    assert_eq!(lag(&planned(&catalog, Budget { lag_ms: Some(20_000.0), ..budget })), Verdict::Fits);
    assert_ne!(lag(&careful), Verdict::Fits, "an index is built, too, and its log comes all at once");
}
