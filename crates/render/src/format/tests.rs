//! The contract's keys, and the published schemas, held against what is really written.

use altimeter_analysis::review::Review;
use serde_json::Value;

use super::{CheckJson, InspectJson, PlanJson, schema_check, schema_inspect, schema_plan, schema_snapshot};
use crate::{expected, fixture};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[track_caller]
fn assert_has(value: &Value, wanted: &str) {
    let there = keys(value);
    for key in wanted.split_whitespace() {
        assert!(there.contains(&key), "no {key} in {there:?}");
    }
}

fn plan() -> Value {
    serde_json::to_value(PlanJson::from(&fixture::plan())).unwrap()
}

fn check(review: &Review) -> CheckJson<'_> {
    CheckJson::new(review)
}

const EFFECT: &str = "sql file line locks rewrites index_builds creates scans algorithm lock rebuild transaction blocks estimate risk findings";

#[test]
fn a_plan_has_the_keys_of_the_contract() {
    let plan = plan();
    assert_eq!(plan["format"], "altimeter-plan/1");
    assert_eq!(plan["engine"], "postgresql");
    assert_eq!((&plan["risk"], &plan["risk_if_run_directly"]), (&"low".into(), &"critical".into()));
    assert_has(
        &plan,
        "request server_version made_by catalog_fingerprint direct phases rollback capacity alternatives unknowns",
    );
    assert_has(&plan["direct"][0], EFFECT);
    assert_has(&plan["capacity"], "disk_peak_bytes wal_bytes replica_lag_ms total_duration_ms");
    assert_has(&plan["capacity"]["wal_bytes"], "low likely high basis");
    assert_has(&plan["rollback"]["triggers"][0], "when sql threshold");
    assert_eq!(plan["rollback"]["procedure"][0], "contract-1");
    assert_has(&plan["alternatives"][0], "title why_not asks_of_application risk capacity");
    let phases: Vec<&str> =
        plan["phases"].as_array().unwrap().iter().map(|p| p["phase"].as_str().unwrap()).collect();
    assert_eq!(phases, ["expand", "migrate", "contract"]);
}

#[test]
fn a_step_has_the_keys_of_the_contract() {
    let plan = plan();
    let step = &plan["phases"][1]["steps"][0];
    assert_has(step, "id title kind why app_change before up down after point_of_no_return progress");
    assert_eq!((&step["kind"], &step["point_of_no_return"]), (&"backfill".into(), &false.into()));
    assert_has(&step["progress"], "sql");
    let add = &plan["phases"][0]["steps"][0];
    assert_has(&add["before"][0], "sql says");
    assert!(add["progress"].is_null());
    let up = &add["up"][0];
    assert_has(up, "sql transaction lock_timeout_ms effect");
    assert_eq!((&up["transaction"], &up["lock_timeout_ms"]), (&"own".into(), &2000.into()));
    assert_has(&up["effect"], EFFECT);
    assert!(up["effect"].get("fails").is_none(), "said only of a statement that fails");
    assert_eq!(up["effect"]["locks"][0]["object"], "public.users");
    assert_eq!(up["effect"]["locks"][0]["mode"], "ACCESS EXCLUSIVE");
    assert_eq!(up["effect"]["locks"][0]["kind"], "table");
    assert_has(
        &up["effect"]["estimate"],
        "duration_ms blocked_ms read_bytes write_bytes wal_bytes temp_bytes disk_peak_bytes disk_after_bytes queries_queued replica_lag_ms",
    );
    let build = &plan["phases"][1]["steps"][1]["up"][0];
    assert_eq!(build["transaction"], "none");
    assert_eq!(keys(&build["effect"]["creates"][0]), ["object", "kind"]);
    let last = &plan["phases"][2]["steps"][0];
    assert_eq!(last["point_of_no_return"], true);
    assert!(last["lost_on_return"].is_string());
}

#[test]
fn a_check_takes_the_worst_risk_and_names_each_file_once() {
    let check = serde_json::to_value(check(&fixture::review())).unwrap();
    assert_has(&check, "format engine server_version source statements files unknowns risk");
    assert_eq!(
        check["files"],
        serde_json::json!([
            "migrations/V7__ids.sql",
            "migrations/V8__odds,ends: 100%.sql",
            "migrations/V9__tags.sql"
        ])
    );
    assert_eq!(check["risk"], "critical");
    assert_eq!(check["statements"][0]["file"], "migrations/V7__ids.sql");
    assert_has(&check["statements"][0]["findings"][0], "rule severity message instead object");
}

#[test]
fn a_range_without_a_number_is_unknown() {
    let mut plan = fixture::plan();
    plan.capacity.wal_bytes.as_mut().unwrap().high = f64::INFINITY;
    assert_eq!(PlanJson::from(&plan).capacity.wal_bytes, None);
}

#[test]
fn what_is_written_validates_against_its_schema() {
    let catalog = fixture::catalog();
    let mut snapshot = Vec::new();
    altimeter_catalog::write_snapshot(&catalog, &mut snapshot).unwrap();
    for (schema, written) in [
        (schema_plan(), plan()),
        (schema_check(), serde_json::to_value(check(&fixture::review())).unwrap()),
        (schema_inspect(), serde_json::to_value(InspectJson::new(&catalog, &[])).unwrap()),
        (schema_snapshot(), serde_json::from_slice(&snapshot).unwrap()),
    ] {
        let title = schema["title"].as_str().unwrap();
        expected::assert_valid(&schema, &written);
        let mut other = written.clone();
        other["format"] = "altimeter-other/9".into();
        assert!(!jsonschema::is_valid(&schema, &other), "{title} takes any format");
        let mut less = written;
        less.as_object_mut().unwrap().remove("format");
        assert!(!jsonschema::is_valid(&schema, &less), "{title} takes no format");
    }
}
