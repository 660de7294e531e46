//! Plans that partition a table and index partitioned ones, made offline.

use altimeter_analysis::Severity;
use altimeter_catalog::{Catalog, LockMode, Name, Table};
use altimeter_planner::{PlanOptions, Road, StepKind};

use crate::common::{events, plan_with, planned, refused, statements};

fn table(catalog: &mut Catalog) -> &mut Table {
    catalog.table_mut(&Name::new("public", "events")).unwrap()
}

#[test]
fn nothing_is_read_under_a_lock_that_stops_anybody() {
    // A snapshot of 17 lacks the names that NOT NULLs have on 18.
    for version in 13..=17 {
        let mut catalog = events();
        catalog.server.version_num = version * 10_000;
        let plan = planned(&catalog, "partition events by month on created_at");
        for statement in plan.steps().flat_map(|s| &s.up) {
            let effect = &statement.judged.effect;
            let stops = effect.locks.iter().any(|l| l.mode > LockMode::ShareUpdateExclusive);
            assert!(!stops || effect.scans.is_empty(), "{version}: {}", statement.judged.statement.sql);
            assert!(effect.rewrites.is_empty() && statement.lock_timeout_ms <= 2_000);
        }
        assert!(plan.steps().all(|s| s.lost_on_return.is_none()));
    }
}

#[test]
fn locks_are_said_of_the_names_of_before() {
    let plan = planned(&events(), "partition events by month on created_at");
    let swap = plan.steps().flat_map(|s| &s.up).find(|s| s.judged.statement.sql.contains("ATTACH")).unwrap();
    let mode = |name: &str| swap.judged.effect.lock_on(&Name::new("public", name));
    assert_eq!(mode("events"), Some(LockMode::AccessExclusive));
    assert_eq!(mode("altimeter_events"), Some(LockMode::AccessExclusive));
    assert_eq!(mode("events_before_2026_12"), None, "nothing had that name before");
}

#[test]
fn the_boundary_is_the_first_that_leaves_a_day() {
    let mut catalog = events();
    for (today, request, bound) in [
        ("2026-11-22T19:00:00Z", "by month on created_at", "TO ('2026-12-01 00:00:00+00')"),
        ("2026-11-30T19:00:00Z", "by month on created_at", "TO ('2027-01-01 00:00:00+00')"),
        ("2026-11-22T19:00:00Z", "daily on created_at", "TO ('2026-11-24 00:00:00+00')"),
        ("2026-11-22T19:00:00Z", "yearly on created_at starting 2030-01-01", "TO ('2030-01-01 00:00:00+00')"),
        ("2026-11-22T19:00:00Z", "by range (id) every 500000", "TO (1500000)"),
        ("2026-11-22T19:00:00Z", "by range (account_id) every 100 starting 2000", "TO (2000)"),
    ] {
        catalog.server.taken_at = today.to_owned();
        let sql = statements(&planned(&catalog, &format!("partition events {request}"))).join(";\n");
        assert!(sql.contains(bound), "{today}, {request}: {sql}");
    }
}

#[test]
fn keys_with_the_column_ask_nothing_of_the_application() {
    let plan = planned(&events(), "partition events by range (id) every 1000000");
    assert!(plan.steps().all(|s| s.kind != StepKind::Deploy), "{}", statements(&plan).join(";\n"));
    assert!(!plan.cautions.iter().any(|c| c.starts_with("high:")));
    let plan = planned(&events(), "partition events by month on created_at");
    assert!(plan.steps().any(|s| s.kind == StepKind::Deploy));
    assert!(plan.cautions.iter().any(|c| c.starts_with("high:") && c.contains("ON CONFLICT (id)")));
}

#[test]
fn rows_that_go_to_several_partitions_are_copied() {
    for version in 13..=17 {
        let mut catalog = events();
        // A release without the defects of the first ones.
        catalog.server.version_num = version * 10_000 + 9;
        for request in [
            "by hash of account_id into 8 partitions",
            "by hash of id into 2 partitions",
            "by list of kind: a, b, others in a default",
            "by month on created_at starting 2026-01-01",
            "by range (id) every 100000 starting 1",
        ] {
            let plan = planned(&catalog, &format!("partition events {request}"));
            for statement in plan.steps().flat_map(|s| &s.up) {
                let effect = &statement.judged.effect;
                let stops = effect.locks.iter().any(|l| l.mode > LockMode::ShareUpdateExclusive);
                assert!(!stops || effect.scans.is_empty(), "{version}: {}", statement.judged.statement.sql);
                assert!(effect.rewrites.is_empty() && statement.lock_timeout_ms <= 2_000);
            }
            let findings = plan.steps().flat_map(|s| &s.up).flat_map(|s| &s.judged.findings);
            let high: Vec<&String> =
                findings.filter(|f| f.severity >= Severity::High).map(|f| &f.message).collect();
            assert!(high.is_empty(), "{version}, {request}: {high:?}");
            let lost = plan.steps().filter(|s| s.lost_on_return.is_some()).count();
            assert_eq!(lost, 1, "{request}: only the last step");
            assert!(plan.steps().last().unwrap().lost_on_return.is_some());
            let copied = plan.steps().find(|s| s.progress.is_some()).unwrap();
            assert!(
                copied.up[0].judged.estimate.duration_ms.is_some(),
                "{request}: what the copy takes is known"
            );
        }
    }
}

#[test]
fn a_copy_is_made_where_it_is_preferred() {
    let catalog = events();
    let copy = PlanOptions { prefer: Some(Road::Copy), ..PlanOptions::default() };
    let preferred = |request: &str| plan_with(&catalog, request, copy.clone());
    let plan = preferred("partition events by month on created_at starting 2026-11-01").unwrap();
    assert!(
        statements(&plan).join(";\n").contains("events_2026_11 PARTITION OF"),
        "{}",
        statements(&plan).join(";\n")
    );
    let error = preferred("partition events by month on created_at").unwrap_err();
    assert!(error.to_string().contains("where the first partition of public.events begins"), "{error}");
    // The other road is shown with each.
    assert!(plan.alternatives.iter().any(|a| a.title.contains("attach")));
    let attached = planned(&catalog, "partition events by month on created_at");
    let other = attached.alternatives.iter().find(|a| a.road == Some(Road::Copy)).unwrap();
    assert!(other.capacity.total_duration_ms.is_some());
}

#[test]
fn what_stands_against_it_is_said() {
    let request = "partition events by month on created_at";
    let mut catalog = events();
    table(&mut catalog).partition_of = Some(Name::new("public", "all_events"));
    assert!(refused(&catalog, request).contains("is a partition itself"));
    let mut catalog = events();
    table(&mut catalog).indexes.iter_mut().for_each(|i| i.definition.include.push("created_at".to_owned()));
    assert!(refused(&catalog, request).contains("only carries created_at along"));
    let mut catalog = events();
    catalog.sequences.clear();
    assert!(refused(&catalog, request).contains("how the identity column of public.events counts"));
    assert!(refused(&events(), "partition events by hash (id)").contains("into how many partitions"));
    assert!(refused(&events(), "partition events by list (kind)").contains("which values of kind"));
    assert!(refused(&events(), "partition events monthly on kind").contains("needs a column of dates"));
    let far = "partition events by range (id) every 4000000000000000000";
    assert!(refused(&events(), far).contains("beyond its largest value"));
}

#[test]
fn an_index_is_rebuilt_beside_itself() {
    let mut catalog = events();
    for request in
        ["rebuild index events_pkey", "reindex events_pkey", "REINDEX INDEX CONCURRENTLY events_pkey"]
    {
        let plan = planned(&catalog, request);
        assert_eq!(
            statements(&plan).join(";\n"),
            "REINDEX INDEX CONCURRENTLY public.events_pkey",
            "{request}"
        );
        let down: Vec<&str> =
            plan.steps().flat_map(|s| &s.down).map(|s| s.judged.statement.sql.as_str()).collect();
        assert!(down.iter().any(|d| d.ends_with("public.events_pkey_ccnew")), "{down:?}");
    }
    assert_eq!(planned(&catalog, "rebuild all indexes of events").steps().flat_map(|s| &s.up).count(), 2);
    table(&mut catalog).indexes.iter_mut().for_each(|i| i.valid = false);
    let plan = planned(&catalog, "rebuild index events_pkey");
    assert!(plan.steps().all(|s| s.lost_on_return.is_some()));
}
