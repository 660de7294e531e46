//! `renamed-column`.

use altimeter_catalog::Change;

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule = Rule::in_statements("renamed-column", include_str!("renamed_column.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    if context.plan_began_on.is_some() {
        return Vec::new();
    }
    let found = context.parts().iter().filter_map(|part| {
        let Change::RenameColumn { table, from, to } = part.change else { return None };
        if context.is_own(table) {
            return None;
        }
        let used = context.signs_of_use(table, Some(from));
        let message = format!(
            "every running instance of the application that names {table}.{from} fails at once{used}"
        );
        let known = context.catalog.table(table).and_then(|t| t.column(from));
        let instead = match known {
            Some(old) => {
                let new = altimeter_catalog::Column {
                    name: to.clone(),
                    type_name: old.type_name.clone(),
                    collation: old.collation.clone(),
                    ..Default::default()
                };
                let value = context.engine.replace_column("x", "x", from);
                String::from(crate::safe::column_beside(context, table, Some(old), &new, &value))
            }
            None => context.script().say("keep both names in step until no old code is left").into(),
        };
        Some(RULE.finding(Severity::Critical, Some(table), message).instead(instead))
    });
    found.collect()
}
