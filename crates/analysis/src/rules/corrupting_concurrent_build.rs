//! `corrupting-concurrent-build`.

use altimeter_catalog::{Change, EngineName, Maintenance, Name};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("corrupting-concurrent-build", include_str!("corrupting_concurrent_build.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let server = &context.catalog.server;
    // Release notes of PostgreSQL 14.4.
    if server.engine != EngineName::Postgresql || !(140_000..140_004).contains(&server.version_num) {
        return Vec::new();
    }
    let found = context.parts().iter().filter_map(|part| {
        let table: Option<&Name> = match part.change {
            Change::CreateIndex { index, concurrently: true, .. } => Some(&index.table),
            Change::Maintain(Maintenance::Reindex { concurrently: true, .. }) => {
                part.change.tables().first().copied()
            }
            _ => return None,
        };
        let message = format!(
            "PostgreSQL {} can leave rows out of an index that is built CONCURRENTLY while others write: queries silently miss them, and a unique index lets duplicates in",
            server.version
        );
        let safe = context
            .script()
            .say("update the server to 14.4 or later first; what was built before: check with pg_amcheck --heapallindexed,")
            .say("or build it anew after the update");
        Some(RULE.finding(Severity::Critical, table, message).instead(safe))
    });
    found.collect()
}
