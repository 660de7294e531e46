//! The columns an expression names.

use altimeter_catalog::Table;
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::{self, identifier};

/// Names an expression reads columns by, each once, in order; functions, types and tables left out. Not every one
/// need be a column: `current_date` looks the same.
pub(crate) fn columns_of(expression: &str) -> Vec<String> {
    let Some(node) = parse::parse_expression(expression) else { return Vec::new() };
    let mut found = Vec::new();
    for name in node.descendants().filter(|n| n.kind() == SyntaxKind::NAME_REF) {
        if is_callee(&name) || is_qualifier(&name) || is_in_type(&name) || is_field_of_value(&name) {
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

/// Whether a name is a field of a composite value: `f` of `(c).f`.
fn is_field_of_value(name: &SyntaxNode) -> bool {
    name.parent().is_some_and(|p| {
        p.kind() == SyntaxKind::FIELD_EXPR
            && p.first_child().is_some_and(|base| &base != name && base.kind() != SyntaxKind::NAME_REF)
    })
}

/// The first plain word of an expression that is no column of the table, nor the table itself.
pub(crate) fn unknown_column(table: &Table, expression: &str) -> Option<String> {
    let node = parse::parse_expression(expression)?;
    let names = node.descendants().filter(|n| n.kind() == SyntaxKind::NAME_REF);
    let plain = names.filter(|n| {
        let dotted = n.parent().is_some_and(|p| p.kind() == SyntaxKind::FIELD_EXPR);
        !dotted && !is_callee(n) && !is_in_type(n)
    });
    // Words with a meaning of their own (`current_date`) are other tokens.
    let words = plain.filter_map(|n| parse::tokens(&n).next()).filter(|t| t.kind() == SyntaxKind::IDENT);
    let mut columns = words.map(|t| identifier(t.text()));
    columns.find(|c| table.column(c).is_none() && c != &table.name.name)
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
        assert_eq!(columns_of("(c).f > f(x => y)"), ["c", "y"]);
        assert!(columns_of("true").is_empty());
    }

    #[test]
    fn what_is_no_column_is_found() {
        let column = |name: &str| altimeter_catalog::Column { name: name.into(), ..Default::default() };
        let table = Table {
            name: altimeter_catalog::Name::new("public", "t"),
            columns: vec![column("a"), column("b")],
            ..Table::default()
        };
        for fine in ["a > b", "t.a IS NULL", "current_date > a", "f(a)", "t IS NOT NULL", "a::mood = 'x'"] {
            assert_eq!(unknown_column(&table, fine), None, "{fine}");
        }
        assert_eq!(unknown_column(&table, "a > nope").as_deref(), Some("nope"));
    }
}
