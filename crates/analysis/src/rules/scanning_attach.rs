//! `scanning-attach`.

use altimeter_catalog::{Change, ConstraintDefinition, PartitionChange};

use crate::rule::{Finding, Rule, RuleContext};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("scanning-attach", include_str!("scanning_attach.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.parts().iter().filter_map(|part| {
        let Change::Partition(PartitionChange::Attach { parent, child, bound }) = part.change else { return None };
        let wait = context.wait(child, &part.effect.scans)?;
        let others: Vec<_> = part.effect.scans.iter().filter(|t| *t != child).collect();
        let and = match others.as_slice() {
            [] => String::new(),
            [default, ..] => format!(", and of {default} to see that none belongs to it"),
        };
        let message = format!("reads all rows of {child} to see that they belong{and} {}", wait.says);
        let mut safe = context.script();
        let check = |sql: &str| ConstraintDefinition {
            not_valid: true,
            ..ConstraintDefinition::check(sql)
        };
        match context.engine.bound_as_condition(context.catalog, parent, bound) {
            Some(inside) => {
                let mut proofs = Vec::new();
                if part.effect.scans.contains(child) {
                    proofs.push((child, "belongs", inside.clone()));
                }
                proofs.extend(others.first().map(|default| (*default, "keeps_out", format!("NOT ({inside})"))));
                for (table, what, condition) in proofs {
                    let name = context.engine.fit_name(&format!("{}_{what}", table.name));
                    safe = safe::constraint(safe, table, &check(&condition), &name);
                }
                safe = safe.say("the CHECKs prove it, so nothing is read").run(part.change.clone());
            }
            None => {
                safe = safe
                    .say("first a CHECK on the partition that says the bound and that the key is not NULL, NOT VALID, then")
                    .say("VALIDATE in another transaction; ATTACH then reads nothing, and the CHECK can go");
            }
        }
        Some(RULE.finding(wait.severity, Some(child), message).instead(safe))
    });
    found.collect()
}
