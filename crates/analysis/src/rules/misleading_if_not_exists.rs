//! `misleading-if-not-exists`.

use altimeter_catalog::{Change, RelationChange, Table};

use crate::rule::{Finding, Rule, RuleContext, Severity, words};

pub(super) static RULE: Rule =
    Rule::in_statements("misleading-if-not-exists", include_str!("misleading_if_not_exists.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let (name, differs) = match part.change {
            Change::AddColumn { table, column, if_not_exists: true } => {
                let there = context.catalog.table(table)?.column(&column.name)?;
                let differs = there.type_name != column.type_name || there.not_null != column.not_null;
                (table, differs.then(|| format!("column {} is {}", column.name, there.type_name))?)
            }
            Change::Relation(RelationChange::CreateTable(definition)) if definition.if_not_exists => {
                let there = context.catalog.table(&definition.table.name)?;
                (&definition.table.name, difference(there, &definition.table)?)
            }
            Change::CreateIndex { index, if_not_exists: true, .. } => {
                let name = index.table.sibling(&index.name);
                let (table, there) = context.catalog.index(&name)?;
                let same = there.definition.keys == index.keys
                    && there.definition.table == index.table
                    && there.definition.unique == index.unique;
                (&table.name, (!same).then(|| format!("index {} has other keys", index.name))?)
            }
            _ => return None,
        };
        let message = format!("{name} has that already, but another one ({differs}): IF NOT EXISTS does nothing and reports success");
        let safe = context
            .script()
            .say("leave IF NOT EXISTS out, so that the deploy stops here; or bring what is there to the wanted shape");
        Some(RULE.finding(Severity::Medium, Some(name), message).instead(safe))
    });
    found.collect()
}

fn difference(there: &Table, wanted: &Table) -> Option<String> {
    let missing = wanted.columns.iter().filter(|c| there.column(&c.name).is_none());
    let missing: Vec<String> = missing.map(|c| c.name.clone()).collect();
    if !missing.is_empty() {
        return Some(format!("without {}", words::list(&missing)));
    }
    let other =
        wanted.columns.iter().find(|c| there.column(&c.name).is_some_and(|t| t.type_name != c.type_name))?;
    let is = there.column(&other.name)?;
    Some(format!("column {} is {}, not {}", other.name, is.type_name, other.type_name))
}
