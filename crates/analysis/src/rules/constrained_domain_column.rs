//! `constrained-domain-column`.

use altimeter_catalog::{Catalog, Change, Column, TypeKind, Volatility};

use crate::rule::{Finding, Rule, RuleContext};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("constrained-domain-column", include_str!("constrained_domain_column.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::AddColumn { table, column, .. } = part.change else { return None };
        let constant =
            |d: &String| context.engine.volatility(context.catalog, d) == Volatility::Constant;
        let own_values = column.default.as_ref().is_some_and(|d| !constant(d))
            || column.identity.is_some()
            || column.generated.is_some();
        if own_values {
            return None;
        }
        let wait = context.wait(table, part.rewrites())?;
        let message = format!(
            "{} is a domain with a constraint or a default, so the whole table is written anew even for NULLs {}",
            column.type_name, wait.says
        );
        let base = base_of(context.catalog, &column.type_name)?;
        let plain = Column { type_name: base.to_owned(), ..column.clone() };
        let safe = context
            .script()
            .say("a column of the plain type: a lock for an instant; the domain's constraint as a CHECK of the table")
            .say("(NOT VALID, then VALIDATE in another transaction)")
            .run(safe::lock_timeout())
            .run(Change::AddColumn { table: table.clone(), column: plain, if_not_exists: false });
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}

fn base_of<'a>(catalog: &'a Catalog, type_name: &str) -> Option<&'a str> {
    let named = |n: &altimeter_catalog::Name| n.to_string() == type_name || n.name == type_name;
    catalog.types.iter().find(|t| named(&t.name)).and_then(|t| match &t.kind {
        TypeKind::Domain { base, .. } => Some(base.as_str()),
        _ => None,
    })
}
