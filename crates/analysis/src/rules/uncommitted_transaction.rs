//! `uncommitted-transaction`.

use altimeter_catalog::{Change, SessionChange};

use crate::review::Reviewed;
use crate::rule::{Placed, ReviewContext, Rule, Script, Severity};

pub(super) static RULE: Rule =
    Rule::in_reviews("uncommitted-transaction", include_str!("uncommitted_transaction.md"), find);

fn find(context: &ReviewContext<'_>) -> Vec<Placed> {
    let mut found = Vec::new();
    for (number, file) in context.review.files.iter().enumerate() {
        let Some(begun) = left_open(&file.statements) else { continue };
        let message =
            "begins a transaction that the file never commits: nothing of what follows is kept, and whoever \
                       runs it in a session that stays open keeps all its locks"
                .to_owned();
        let commit = Change::Session(SessionChange::Commit { chain: false });
        let safe = Script::new(context.engine, context.catalog).say("at the end of the file").run(commit);
        let finding = RULE.finding(Severity::High, None, message).instead(safe);
        found.push(Placed { file: number, statement: begun, finding });
    }
    found
}

/// The statement that begins a transaction of the file's own, if none ends it.
fn left_open(statements: &[Reviewed]) -> Option<usize> {
    let mut open = None;
    for (n, reviewed) in statements.iter().enumerate() {
        for change in &reviewed.judged.statement.changes {
            match change {
                Change::Session(SessionChange::Begin) if !reviewed.in_transaction => open = Some(n),
                Change::Session(
                    SessionChange::Commit { chain: false }
                    | SessionChange::Rollback { chain: false }
                    | SessionChange::PrepareTransaction,
                ) => open = None,
                _ => {}
            }
        }
    }
    open
}
