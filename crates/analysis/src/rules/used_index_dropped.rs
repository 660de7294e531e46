//! `used-index-dropped`.

use altimeter_catalog::{Change, Index, Name, Table};

use crate::rule::{Finding, Rule, RuleContext, Severity, words};

pub(super) static RULE: Rule =
    Rule::in_statements("used-index-dropped", include_str!("used_index_dropped.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    if context.plan_began_on.is_some() {
        return Vec::new();
    }
    let found = context.parts().iter().filter_map(|part| {
        let Change::DropIndex { index: name, .. } = part.change else { return None };
        let (table, index) = context.catalog.index(name)?;
        let scans = index.scans.filter(|n| *n > 0 && index.valid)?;
        if replaced(table, index) || !context.concerns(&table.name) {
            return None;
        }
        let age = context.catalog.server.statistics_age_s.filter(|s| *s > 0.0);
        let rate = age.map(|age| scans as f64 / age);
        let severity = if rate.is_some_and(|r| r >= 1.0) { Severity::High } else { Severity::Medium };
        let message = format!(
            "{name} was used {} times since the statistics were reset{}, and no other index of {} begins with the same columns: those queries will read the whole table ({})",
            words::count(scans as f64),
            rate.filter(|r| *r >= 1.0).map(|r| format!(", {} times a second", words::count(r))).unwrap_or_default(),
            table.name,
            words::rows_of(table)
        );
        let safe = context.script().say("build what takes its place first, CONCURRENTLY; look at the plans of the queries that use it");
        Some(RULE.finding(severity, Some(&Name::new(&name.schema, &name.name)), message).instead(safe))
    });
    found.collect()
}

/// Whether another index could answer the same queries.
fn replaced(table: &Table, index: &Index) -> bool {
    let keys = &index.definition.keys;
    table.indexes.iter().any(|other| {
        other.valid
            && other.definition.name != index.definition.name
            && other.definition.method == index.definition.method
            && (other.definition.predicate.is_none()
                || other.definition.predicate == index.definition.predicate)
            && other.definition.keys.starts_with(keys)
    })
}
