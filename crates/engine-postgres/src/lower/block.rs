//! `DO` blocks and bodies of functions: the plain statements inside are looked into.

mod dynamic;
mod walk;

use altimeter_catalog::{Catalog, Change};
use squawk_syntax::ast::{self, AstNode as _};
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

use super::Lowered;
use crate::dialect;
use crate::parse;
use walk::Walk;

/// A block of plain statements is all of them in one transaction. The block a backfill is printed as is recognised
/// by its text, so that its batches are known.
pub(super) fn lower(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    if let Some(backfill) = dialect::read_backfill(catalog, &node.text().to_string())
        && catalog.table(&backfill.table).is_some()
    {
        return Lowered { changes: vec![Change::Backfill(backfill)], commits: true, ..Lowered::default() };
    }
    if let Some(copy) = dialect::read_copy(&node.text().to_string())
        && [&copy.from, &copy.into].into_iter().all(|name| catalog.table(name).is_some())
    {
        return Lowered { changes: vec![Change::CopyRows(copy)], commits: true, ..Lowered::default() };
    }
    if let Some(sweep) = dialect::read_sweep(catalog, &node.text().to_string())
        && catalog.table(&sweep.table).is_some()
    {
        return Lowered { changes: vec![Change::Sweep(sweep)], commits: true, ..Lowered::default() };
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

/// What the body of a function in SQL or PL/pgSQL does when it is called once; none if it is in another language.
pub(super) fn lower_function(catalog: &Catalog, language: &str, text: &str) -> Option<Lowered> {
    if parse::too_deep(text).is_some() {
        return None;
    }
    match language {
        "plpgsql" => {
            let mut tag = "$body$".to_owned();
            while text.contains(&tag) {
                tag.insert(1, 'x');
            }
            let parsed = SourceFile::parse(&format!("DO {tag}{text}{tag}"));
            let node = parsed.syntax_node().children().find(|n| n.kind() == SyntaxKind::DO)?;
            Some(lower_body(catalog, &plpgsql(&node)?))
        }
        "sql" => {
            let mut walk = Walk::new(catalog);
            walk.text(text);
            Some(walk.finish())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
