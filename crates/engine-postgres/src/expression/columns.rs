//! The columns an expression names.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::{self, identifier};

/// Names an expression reads columns by, each once, in order; functions, types and tables left out. Not every one
/// need be a column: `current_date` looks the same.
pub(crate) fn columns_of(expression: &str) -> Vec<String> {
    let Some(node) = parse::parse_expression(expression) else { return Vec::new() };
    let mut found = Vec::new();
    for name in node.descendants().filter(|n| n.kind() == SyntaxKind::NAME_REF) {
        if is_callee(&name) || is_qualifier(&name) || is_in_type(&name) {
            continue;
        }
        let Some(token) = parse::tokens(&name).next() else { continue };
        let column = identifier(token.text());
        if !found.contains(&column) {
            found.push(column);
        }
    }
    found
}

/// Whether a name is what a call calls.
pub(super) fn is_callee(name: &SyntaxNode) -> bool {
    let called = |n: &SyntaxNode| {
        n.parent().is_some_and(|p| p.kind() == SyntaxKind::CALL_EXPR && p.first_child().as_ref() == Some(n))
    };
    called(name)
        || name.parent().is_some_and(|field| field.kind() == SyntaxKind::FIELD_EXPR && called(&field))
}

/// Whether a name stands before a dot: `t` of `t.a`.
fn is_qualifier(name: &SyntaxNode) -> bool {
    name.parent()
        .is_some_and(|p| p.kind() == SyntaxKind::FIELD_EXPR && p.first_child().as_ref() == Some(name))
}

fn is_in_type(name: &SyntaxNode) -> bool {
    name.ancestors().any(|n| n.kind() == SyntaxKind::PATH_TYPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_told_from_functions_types_and_tables() {
        assert_eq!(columns_of("lower(a) = 'b' AND t.c::mood > public.f(d, a)"), ["a", "c", "d"]);
        assert_eq!(columns_of("\"A b\" IS NOT NULL"), ["A b"]);
        assert!(columns_of("true").is_empty());
    }
}
