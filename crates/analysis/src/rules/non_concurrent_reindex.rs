//! `non-concurrent-reindex`.

use altimeter_catalog::{Change, Maintenance, Name, ReindexTarget};

use crate::rule::{Finding, Rule, RuleContext};

pub(super) static RULE: Rule =
    Rule::in_statements("non-concurrent-reindex", include_str!("non_concurrent_reindex.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::Maintain(Maintenance::Reindex { target, concurrently: false }) = part.change else {
            return None;
        };
        let table = named_table(context, target).or_else(|| part.effect.scans.first().cloned())?;
        let wait = context.wait(&table, part.effect.scans.iter())?;
        let message = format!(
            "builds {} anew {}; the index itself is locked against everybody, and planning any query of the table needs it",
            indexes(part.effect.index_builds.as_slice()),
            wait.says
        );
        let concurrent = Change::Maintain(Maintenance::Reindex { target: target.clone(), concurrently: true });
        let safe = context.script().say("outside a transaction; nobody waits").run(concurrent);
        Some(RULE.finding(wait.severity, Some(&table), message).instead(safe))
    });
    found.collect()
}

fn named_table(context: &RuleContext<'_>, target: &ReindexTarget) -> Option<Name> {
    match target {
        ReindexTarget::Table(name) => Some(name.clone()),
        ReindexTarget::Index(name) => context.catalog.index(name).map(|(table, _)| table.name.clone()),
        _ => None,
    }
}

fn indexes(built: &[Name]) -> String {
    match built {
        [one] => one.to_string(),
        many => format!("{} indexes", many.len()),
    }
}
