//! `lost-not-null-proof`.

use altimeter_catalog::Change;

use crate::rule::{Finding, Rule, RuleContext};
use crate::safe;

pub(super) static RULE: Rule =
    Rule::in_statements("lost-not-null-proof", include_str!("lost_not_null_proof.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    // Alone it reads nothing, together with the rest of its statement it does.
    let found = context.parts().iter().filter_map(|part| {
        let Change::SetNotNull { table, column } = part.change else { return None };
        let dropped = context.parts().iter().filter(|other| {
            matches!(other.change, Change::DropConstraint { table: of, .. } if of == table)
        });
        if !part.effect.scans.is_empty() || dropped.clone().next().is_none() {
            return None;
        }
        let wait = context.wait(table, &context.effect.scans)?;
        let message = format!(
            "drops the CHECK that proves {column} NOT NULL in the same statement: drops come first, so all rows are read {}",
            wait.says
        );
        let mut safe = context.script().say("while the CHECK is there it proves it, and nothing is read");
        safe = safe.run(safe::lock_timeout()).run(part.change.clone()).say("then, in a statement of its own");
        for part in dropped {
            safe = safe.run(part.change.clone());
        }
        Some(RULE.finding(wait.severity, Some(table), message).instead(safe))
    });
    found.collect()
}
