//! `unindexed-cascade`.

use altimeter_catalog::{Constraint, Name, Table};

use crate::rule::{Finding, Rule, RuleContext, Severity, words};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("unindexed-cascade", include_str!("unindexed_cascade.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for update in context.effect.updates.iter().filter(|u| context.concerns(&u.object)) {
        for (child, key) in context.catalog.referencing(&update.object) {
            if touches(key, &update.columns)
                && !safe::is_indexed(child, &key.columns)
                && context.concerns(&child.name)
            {
                found.extend(each_row_reads(context, &update.object, child, key));
            }
        }
    }
    found
}

/// Whether rows of the referenced table are deleted, or their key may change.
fn touches(key: &Constraint, set: &[String]) -> bool {
    let referenced = key.foreign.as_ref().map(|f| f.columns.as_slice()).unwrap_or_default();
    set.is_empty() || referenced.iter().any(|c| set.contains(c))
}

fn each_row_reads(
    context: &RuleContext<'_>,
    parent: &Name,
    child: &Table,
    key: &Constraint,
) -> Option<Finding> {
    let severity = match child.size.rows {
        Some(rows) if rows < 10_000.0 => return None,
        Some(rows) if rows < 1_000_000.0 => Severity::Medium,
        Some(_) => Severity::High,
        None => Severity::Medium,
    };
    let columns = words::list(&key.columns);
    let message = format!(
        "for each row of {parent}, all of {} ({}) is read to check {}, which has no index on {columns}",
        child.name,
        words::rows_of(child),
        key.name
    );
    let mut index = altimeter_catalog::IndexDefinition {
        name: String::new(),
        table: child.name.clone(),
        method: "btree".to_owned(),
        unique: false,
        nulls_not_distinct: false,
        keys: key.columns.iter().map(altimeter_catalog::IndexKey::column).collect(),
        include: Vec::new(),
        predicate: None,
        options: Default::default(),
        tablespace: None,
    };
    index.name = context.engine.default_index_name(context.catalog, &index);
    let safe = safe::index(context.script().say("first"), &index);
    Some(RULE.finding(severity, Some(&child.name), message).instead(safe))
}
