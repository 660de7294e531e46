//! `nested-transaction`.

use altimeter_catalog::{Change, SessionChange};

use crate::rule::{Finding, Rule, RuleContext, Severity};

pub(super) static RULE: Rule =
    Rule::in_statements("nested-transaction", include_str!("nested_transaction.md"), find).once_per_file();

fn find(context: &RuleContext<'_>) -> Vec<Finding> {
    let begins = context.statement.changes.iter().any(|c| matches!(c, Change::Session(SessionChange::Begin)));
    if !begins || context.transaction.is_none() {
        return Vec::new();
    }
    let message =
        "a transaction is open already: the server only warns, and the next COMMIT ends the whole of it, \
                   the migration tool's bookkeeping included"
            .to_owned();
    let safe = context
        .script()
        .say("leave BEGIN and COMMIT to the migration tool, or tell it to run this file outside a transaction;")
        .say("SAVEPOINT is what nests");
    vec![RULE.finding(Severity::Medium, None, message).instead(safe)]
}
