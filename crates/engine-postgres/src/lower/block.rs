//! `DO` blocks and bodies of functions: the plain statements inside are looked into.

mod dynamic;
mod walk;

use altimeter_catalog::{Catalog, Change};
use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode as _};

use super::Lowered;
use crate::dialect;
use walk::Walk;

/// A block of plain statements is all of them in one transaction. The block a backfill is printed as is recognised
/// by its text, so that its batches are known.
pub(super) fn lower(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    if let Some(backfill) = dialect::read_backfill(catalog, &node.text().to_string())
        && catalog.table(&backfill.table).is_some()
    {
        return Lowered { changes: vec![Change::Backfill(backfill)], commits: true, ..Lowered::default() };
    }
    match plpgsql(node) {
        Some(body) => lower_body(catalog, &body),
        None => Lowered::unknown("a DO block in another language than PL/pgSQL is not analysed"),
    }
}

/// The tree inside a `DO` statement; none if it is not PL/pgSQL.
pub(super) fn plpgsql(node: &SyntaxNode) -> Option<SyntaxNode> {
    Some(ast::Do::cast(node.clone())?.plpgsql()?.syntax().clone())
}

fn lower_body(catalog: &Catalog, body: &SyntaxNode) -> Lowered {
    let mut walk = Walk::new(catalog);
    walk.body(body);
    walk.finish()
}

#[cfg(test)]
mod tests;
