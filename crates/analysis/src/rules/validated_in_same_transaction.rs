//! `validated-in-same-transaction`.

use altimeter_catalog::{Change, SessionChange};

use crate::rule::{Finding, Rule, RuleContext};

pub(super) static RULE: Rule = Rule::in_statements(
    "validated-in-same-transaction",
    include_str!("validated_in_same_transaction.md"),
    find,
);

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let (Some((table, name)), Some(held)) = (context.validates_own_constraint(), context.extends()) else {
        return Vec::new();
    };
    let message = format!(
        "reads all rows to validate {name} while the lock that added it (line {}) is still held, {}",
        held.line, held.wait.says
    );
    let safe = context
        .script()
        .say("end the transaction that added it, then")
        .run(Change::Session(SessionChange::Commit { chain: false }))
        .say(format!("{};", context.statement.sql));
    vec![RULE.finding(held.wait.severity, Some(table), message).instead(safe)]
}
