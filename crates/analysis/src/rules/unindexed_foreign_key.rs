//! `unindexed-foreign-key`.

use altimeter_catalog::{Change, ConstraintKind, IndexDefinition, IndexKey};

use crate::rule::{Finding, Rule, RuleContext, Severity, words};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("unindexed-foreign-key", include_str!("unindexed_foreign_key.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AddConstraint { table, constraint } = part.change else { return None };
        let foreign = constraint.foreign.as_ref().filter(|_| constraint.kind == ConstraintKind::ForeignKey)?;
        let known = context.concerned(table)?;
        if known.columns.is_empty()
            || known.size.rows.is_some_and(|r| r < 10_000.0)
            || safe::is_indexed(known, &constraint.columns)
        {
            return None;
        }
        let parent = context.catalog.table(&foreign.table);
        let never_deleted = parent.and_then(|t| t.activity.as_ref()).is_some_and(|a| a.deleted == 0);
        let severity = if never_deleted { Severity::Low } else { Severity::Medium };
        let columns = words::list(&constraint.columns);
        let message = format!(
            "no index of {table} begins with {columns}: every DELETE of a row of {}, and every change of its key, reads all of {table} ({})",
            foreign.table,
            words::rows_of(known)
        );
        let mut index = IndexDefinition {
            name: String::new(),
            table: table.clone(),
            method: "btree".to_owned(),
            unique: false,
            nulls_not_distinct: false,
            keys: constraint.columns.iter().map(IndexKey::column).collect(),
            include: Vec::new(),
            predicate: None,
            options: Default::default(),
            tablespace: None,
        };
        index.name = context.engine.default_index_name(context.catalog, &index);
        let safe = safe::index(context.script(), &index);
        Some(RULE.finding(severity, Some(table), message).instead(safe))
    });
    found.collect()
}
