//! What all of these tests plan with.

use altimeter_catalog::{Catalog, Engine as _, Name, read_snapshot};
use altimeter_engine_postgres::PostgresEngine;
use altimeter_planner::{Plan, PlanError, PlanOptions, plan_request, read_request};

/// A snapshot of `fixtures/snapshots`.
fn snapshot(file: &str) -> Catalog {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/snapshots/");
    read_snapshot(&std::fs::read_to_string(format!("{folder}{file}")).unwrap()).unwrap()
}

/// A shop with fifty million users.
pub(crate) fn shop() -> Catalog {
    snapshot("shop-50m.json")
}

/// A million events of a year, as in the worked example.
pub(crate) fn events() -> Catalog {
    snapshot("events-1m.json")
}

/// A schema of its own, each table with that many rows.
pub(crate) fn schema(sql: &str, rows: f64) -> Catalog {
    let mut catalog = Catalog { schemas: vec!["public".to_owned()].into(), ..Catalog::default() };
    catalog.server.search_path = vec!["public".to_owned()];
    catalog.server.version_num = 170_000;
    for statement in sql.split(';').filter(|s| !s.trim().is_empty()) {
        for change in PostgresEngine.parse(&catalog, statement).statements.remove(0).changes {
            catalog.apply(&change).unwrap_or_else(|e| panic!("{statement}: {e}"));
        }
    }
    let names: Vec<Name> = catalog.tables.iter().map(|t| t.name.clone()).collect();
    for name in names {
        catalog.table_mut(&name).unwrap().size.rows = Some(rows);
    }
    catalog
}

/// What a request is taken to ask for.
pub(crate) fn says(catalog: &Catalog, request: &str) -> String {
    let read = read_request(&PostgresEngine, catalog, request);
    read.unwrap_or_else(|e| panic!("{request}: {e}\n{}", e.instead)).says
}

pub(crate) fn plan_with(catalog: &Catalog, request: &str, options: PlanOptions) -> Result<Plan, PlanError> {
    let read = read_request(&PostgresEngine, catalog, request);
    let read = read.unwrap_or_else(|e| panic!("{request}: {e}\n{}", e.instead));
    plan_request(&PostgresEngine, catalog, &read, options)
}

pub(crate) fn plan(catalog: &Catalog, request: &str) -> Result<Plan, PlanError> {
    plan_with(catalog, request, PlanOptions::default())
}

pub(crate) fn planned(catalog: &Catalog, request: &str) -> Plan {
    plan(catalog, request).unwrap_or_else(|e| panic!("{request}: {e}"))
}

/// Why there is no plan, and what to do instead.
pub(crate) fn refused(catalog: &Catalog, request: &str) -> String {
    match plan(catalog, request) {
        Err(PlanError::Refused { reason, instead }) => format!("{reason}; {instead}"),
        Err(other) => panic!("{request}: {other}"),
        Ok(plan) => panic!("{request}: {}", titles(&plan)),
    }
}

/// The titles of its steps, a line each.
pub(crate) fn titles(plan: &Plan) -> String {
    plan.steps().map(|s| s.title.clone()).collect::<Vec<_>>().join("\n")
}

/// The statements of its steps up, in order.
pub(crate) fn statements(plan: &Plan) -> Vec<String> {
    plan.steps().flat_map(|s| &s.up).map(|s| s.judged.statement.sql.clone()).collect()
}
