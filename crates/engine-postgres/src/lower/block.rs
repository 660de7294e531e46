//! `DO` blocks: plain statements inside are looked into.

use altimeter_catalog::{Catalog, Change};
use squawk_syntax::SyntaxNode;

use super::{Lowered, lower_statement};
use crate::dialect;
use crate::parse;

/// A block of plain statements is all of them in one transaction. The block a backfill is printed as is recognised
/// by its text, so that its batches are known; any other block with loops is not analysed: how often a statement in
/// it runs cannot be told.
pub(super) fn lower(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    if let Some(backfill) = dialect::read_backfill(catalog, &node.text().to_string())
        && catalog.table(&backfill.table).is_some()
    {
        return Lowered { changes: vec![Change::Backfill(backfill)], commits: true, ..Lowered::default() };
    }
    let Some(block) = parse::parse_do(node) else {
        return Lowered::unknown("a DO block in another language than PL/pgSQL is not analysed");
    };
    // A statement may need what the one before it leaves.
    let mut schema = catalog.clone();
    let mut lowered =
        Lowered { commits: block.commits, not_analysed: block.not_analysed, ..Lowered::default() };
    if block.control_flow {
        lowered.not_analysed.get_or_insert_with(|| "it has loops or branches".to_owned());
    }
    let mut changes = Vec::new();
    for statement in &block.statements {
        let inner = lower_statement(&schema, statement);
        if let Some(reason) = inner.not_analysed {
            lowered.not_analysed.get_or_insert(reason);
        }
        lowered.commits |= inner.commits;
        for change in inner.changes {
            // A change that does not apply is said to fail by its effect, later.
            let _ = schema.apply(&change);
            changes.push(change);
        }
    }
    if !changes.is_empty() {
        lowered.changes = vec![Change::Together(changes)];
    }
    lowered
}
