//! `CREATE TABLE` in all its forms.

use altimeter_catalog::Catalog;
use squawk_syntax::SyntaxNode;

use super::Lowered;

pub(super) fn lower(_catalog: &Catalog, _node: &SyntaxNode) -> Lowered {
    Lowered::unknown("CREATE TABLE is not analysed yet")
}

pub(super) fn lower_as(_catalog: &Catalog, _node: &SyntaxNode) -> Lowered {
    Lowered::unknown("CREATE TABLE AS is not analysed yet")
}
