//! `duplicate-index`.

use altimeter_catalog::{Change, IndexDefinition};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("duplicate-index", include_str!("duplicate_index.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::CreateIndex { index, .. } = part.change else { return None };
        let table = context.concerned(&index.table)?;
        let same = table.indexes.iter().find(|i| {
            let other = &i.definition;
            i.valid
                && other.name != index.name
                && bare(other) == bare(index)
                && (other.unique || !index.unique)
        })?;
        let message = format!(
            "{} has the very index already, as {}: the build gains nothing, and every write will pay twice",
            index.table, same.definition.name
        );
        let safe = context.script().say("leave it out, or rename the one that is there");
        Some(RULE.finding(Severity::Low, Some(&index.table), message).instead(safe))
    });
    found.collect()
}

/// What makes two indexes answer the same queries.
fn bare(index: &IndexDefinition) -> IndexDefinition {
    IndexDefinition {
        name: String::new(),
        unique: false,
        nulls_not_distinct: false,
        options: Default::default(),
        tablespace: None,
        ..index.clone()
    }
}
