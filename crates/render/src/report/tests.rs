//! What every format owes its reader, and how the reports look.

use altimeter_catalog::{Catalog, LockMode, Name};
use altimeter_planner::Plan;
use serde_json::Value;

use super::{ALL, by_name};
use crate::fixture::{self, HOSTILE};
use crate::{Layout, expected, wrap};

fn text(name: &str, plan: &Plan, catalog: &Catalog, layout: Layout) -> String {
    by_name(name).unwrap().render_plan(plan, catalog, layout)
}

fn layouts() -> [Layout; 2] {
    [100, 80].map(|width| Layout { width, ..Layout::default() })
}

/// Everything a user or a database can name, made hostile.
fn hostile() -> (Plan, Catalog) {
    let (mut plan, mut catalog) = (fixture::plan(), fixture::catalog());
    plan.request = HOSTILE.into();
    plan.cautions = vec![HOSTILE.into()];
    plan.unknowns = vec![HOSTILE.into()];
    plan.tables = vec![Name::new("public", HOSTILE)];
    plan.phases[0].steps[0].title = HOSTILE.into();
    plan.phases[0].steps[0].why = HOSTILE.into();
    plan.phases[0].steps[0].up = vec![fixture::statement(HOSTILE, Some(LockMode::Share))];
    plan.direct[0].findings[0].message = HOSTILE.into();
    catalog.server.database = HOSTILE.into();
    catalog.activity.sessions[0].application = Some(HOSTILE.into());
    let mut table = catalog.tables.last().unwrap().clone();
    catalog.tables.remove(&table.name);
    table.name = Name::new("public", HOSTILE);
    table.columns[0].name = HOSTILE.into();
    table.indexes[0].definition.name = HOSTILE.into();
    table.constraints[0].definition = HOSTILE.into();
    catalog.activity.sessions[0].holds[0].0 = table.name.clone();
    catalog.tables.insert(table);
    (plan, catalog)
}

#[test]
fn reports_look_as_they_should() {
    let (plan, catalog) = (fixture::plan(), fixture::catalog());
    for layout in layouts() {
        let made = text("text", &plan, &catalog, layout);
        expected::assert_file(&format!("src/report/expected/plan-{}.txt", layout.width), &made);
        let made = by_name("text").unwrap().render_catalog(&catalog, &[], layout);
        expected::assert_file(&format!("src/report/expected/catalog-{}.txt", layout.width), &made);
    }
    let users = [Name::new("public", "users")];
    let made = by_name("text").unwrap().render_catalog(&catalog, &users, Layout::default());
    expected::assert_file("src/report/expected/table.txt", &made);
    for (name, file) in [("markdown", "plan.md"), ("json", "plan.json")] {
        let made = text(name, &plan, &catalog, Layout::default());
        expected::assert_file(&format!("src/report/expected/{file}"), &made);
    }
    let made = by_name("markdown").unwrap().render_catalog(&catalog, &[], Layout::default());
    expected::assert_file("src/report/expected/catalog.md", &made);
}

#[test]
fn every_line_but_sql_fits_the_page() {
    let layouts = [60, 80, 100, 120].map(|width| Layout { width, ..Layout::default() });
    let (plan, catalog) = (fixture::plan(), fixture::catalog());
    let sql: Vec<&str> = plan
        .steps()
        .flat_map(|s| s.up.iter().chain(&s.down))
        .flat_map(|s| s.judged.statement.sql.lines())
        .collect();
    for layout in layouts {
        let mut reports = vec![text("text", &plan, &catalog, layout)];
        for named in [vec![], vec![Name::new("public", "users")]] {
            reports.push(by_name("text").unwrap().render_catalog(&catalog, &named, layout));
        }
        let (bad_plan, bad_catalog) = hostile();
        reports.push(text("text", &bad_plan, &bad_catalog, layout));
        let named = [Name::new("public", HOSTILE)];
        reports.push(by_name("text").unwrap().render_catalog(&bad_catalog, &named, layout));
        for line in reports.iter().flat_map(|r| r.lines()) {
            let is_sql = sql.iter().any(|s| line.trim().trim_end_matches(';') == s.trim());
            assert!(is_sql || wrap::columns(line) <= layout.width, "over {}: {line}", layout.width);
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let (plan, catalog) = (fixture::plan(), fixture::catalog());
    for layout in layouts() {
        let plain = text("text", &plan, &catalog, layout);
        let colored = text("text", &plan, &catalog, Layout { color: true, ..layout });
        assert!(!plain.contains('\u{1b}'));
        assert!(colored.contains("\u{1b}[1;32mlow risk as planned.\u{1b}[0m"), "{colored}");
        let mut stripped = String::new();
        let mut rest = colored.as_str();
        while let Some((before, sequence)) = rest.split_once('\u{1b}') {
            stripped.push_str(before);
            rest = sequence.split_once('m').unwrap().1;
        }
        stripped.push_str(rest);
        assert_eq!(stripped, plain);
    }
}

#[test]
fn hostile_names_stay_text() {
    let (plan, catalog) = hostile();
    let named = [Name::new("public", HOSTILE)];
    for name in ["text", "markdown"] {
        let report = by_name(name).unwrap();
        let made = [
            report.render_plan(&plan, &catalog, Layout::default()),
            report.render_catalog(&catalog, &named, Layout::default()),
        ]
        .concat();
        let bad = made.chars().find(|c| *c != '\n' && c.is_control() || *c == '\u{202e}');
        assert_eq!(bad, None, "{name}");
        if name == "markdown" {
            let outside_sql = |made: &str| {
                made.split("```")
                    .step_by(2)
                    .filter(|t| t.contains("</details>"))
                    .map(|t| t.matches("</details>").count())
                    .sum::<usize>()
            };
            assert_eq!(outside_sql(&made), plan.steps().count(), "a tag got through:\n{made}");
        }
    }
}

#[test]
fn what_is_unknown_is_never_shown_as_zero() {
    let (mut plan, mut catalog) = (fixture::plan(), fixture::catalog());
    plan.capacity = Default::default();
    for step in plan.phases.iter_mut().flat_map(|p| &mut p.steps) {
        for statement in &mut step.up {
            statement.judged.estimate.duration_ms = None;
            statement.judged.estimate.blocked_ms = None;
        }
    }
    catalog.tables.change_all(|t| t.size = Default::default());
    let made =
        text("text", &plan, &catalog, Layout::default()).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(made.contains("How long others wait is not known for expand-1, expand-2, contract-1."), "{made}");
    assert!(made.contains("disk +? at the peak WAL ? run time ? replica lag ?"), "{made}");
    assert!(made.contains("rows unknown heap size unknown"), "{made}");
    let json: Value = serde_json::from_str(&text("json", &plan, &catalog, Layout::default())).unwrap();
    assert!(json["capacity"]["wal_bytes"].is_null());
    assert!(json["phases"][0]["steps"][0]["up"][0]["effect"]["estimate"]["duration_ms"].is_null());
}

#[test]
fn every_format_has_a_name_of_its_own_and_ends_its_last_line() {
    let (plan, catalog) = (fixture::plan(), Catalog::default());
    let mut names: Vec<&str> = ALL.iter().map(|r| r.name()).collect();
    names.dedup();
    assert_eq!(names, ["text", "json", "markdown"]);
    for report in ALL {
        assert!(report.render_plan(&plan, &catalog, Layout::default()).ends_with('\n'));
        assert!(report.render_catalog(&catalog, &[], Layout::default()).ends_with('\n'));
    }
}

#[test]
fn a_standby_and_a_snapshot_are_called_what_they_are() {
    let (plan, mut catalog) = (fixture::plan(), fixture::catalog());
    catalog.server.role = altimeter_catalog::Role::Standby { lag_s: Some(0.4), feedback: None };
    let made = text("text", &plan, &catalog, Layout::default());
    assert!(made.contains("standby, 400 ms behind"), "{made}");
    assert!(made.contains("Run directly on the primary: critical risk."), "{made}");
    assert!(!made.contains("rows written/s"), "a standby does not know the primary's writes:\n{made}");
    let stored = text("text", &plan, &catalog, Layout { live: false, ..Layout::default() });
    assert!(stored.contains("from a snapshot taken 2026-03-01T02:58:11Z"), "{stored}");
    assert!(stored.contains("back then"), "{stored}");
    let none = text("text", &plan, &Catalog::default(), Layout::default());
    assert!(none.contains("no database: sizes are not known"), "{none}");
}
