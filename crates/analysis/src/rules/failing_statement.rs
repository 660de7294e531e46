//! `failing-statement`.

use altimeter_catalog::TransactionUse;

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("failing-statement", include_str!("failing_statement.md"), find);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let found = context.effect.fails.iter().map(|reason| {
        let finding = RULE.finding(Severity::Critical, None, format!("fails here: {reason}"));
        let out_of_place =
            context.transaction.is_some() && context.effect.transaction == TransactionUse::Forbidden;
        match out_of_place {
            true => finding.instead(
                context
                    .script()
                    .say("in a file of its own that the migration tool runs outside a transaction")
                    .say(format!("{};", context.statement.sql)),
            ),
            false => finding,
        }
    });
    found.collect()
}
