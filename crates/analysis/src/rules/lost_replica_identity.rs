//! `lost-replica-identity`.

use altimeter_catalog::{Catalog, Change, ConstraintKind, Name, Table};

use crate::rule::{Finding, Rule, RuleContext, Severity, words};

pub(super) static RULE: Rule =
    Rule::in_statements("lost-replica-identity", include_str!("lost_replica_identity.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let mut touched: Vec<&Name> = context.parts().iter().flat_map(|p| p.change.tables()).collect();
    touched.extend(context.parts().iter().filter_map(|p| match p.change {
        Change::DropIndex { index, .. } => context.catalog.index(index).map(|(t, _)| &t.name),
        _ => None,
    }));
    touched.sort();
    touched.dedup();
    let published = touched.into_iter().filter_map(|name| {
        let table = context.catalog.table(name).filter(|t| identity(t).is_some())?;
        let publications = publications_of(context.catalog, name);
        (!publications.is_empty()).then_some((table, publications))
    });
    let published: Vec<(&Table, Vec<String>)> = published.collect();
    if published.is_empty() {
        return Vec::new();
    }
    let mut after = context.catalog.clone();
    if context.statement.changes.iter().any(|change| after.apply(change).is_err()) {
        return Vec::new();
    }
    let lost =
        published.into_iter().filter(|(t, _)| after.table(&t.name).is_some_and(|t| identity(t).is_none()));
    let found = lost.map(|(table, publications)| {
        let name = &table.name;
        let message = format!(
            "{name} is published ({}) and loses what identifies its rows there: every UPDATE and DELETE of it fails from then on",
            words::list(&publications)
        );
        let full = altimeter_catalog::TableAction::ReplicaIdentity("full".to_owned());
        let safe = context
            .script()
            .say("first another unique index over NOT NULL columns as the identity (REPLICA IDENTITY USING INDEX),")
            .say("or, at the price of more log, the whole row:")
            .run(crate::safe::lock_timeout())
            .run(Change::AlterWhole { table: name.clone(), action: full });
        RULE.finding(Severity::Critical, Some(name), message).instead(safe)
    });
    found.collect()
}

/// What identifies the rows for subscribers; none if nothing does.
fn identity(table: &Table) -> Option<&str> {
    match table.replica_identity.as_str() {
        "full" => Some("the whole row"),
        "nothing" => None,
        using if using.starts_with("using index ") => {
            let index = using.trim_start_matches("using index ");
            table.indexes.iter().any(|i| i.definition.name == index).then_some("an index")
        }
        _ => {
            let primary = table.constraints.iter().any(|c| c.kind == ConstraintKind::PrimaryKey);
            (primary || table.indexes.iter().any(|i| i.primary)).then_some("the primary key")
        }
    }
}

fn publications_of(catalog: &Catalog, table: &Name) -> Vec<String> {
    catalog.publications_of(table).into_iter().map(|p| p.name.clone()).collect()
}
