//! What a CHECK proves about NULLs.
//!
//! The server takes a validated CHECK for a proof of NOT NULL where the one follows from the other by AND, OR and NOT
//! (`predicate_implied_by` in its source); that `a > 0` cannot hold of a NULL it does not use, because a CHECK is
//! satisfied by an unknown result (measured on 13 to 18).

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::{self, child, name_of};

/// Whether a CHECK's definition, as the server prints it, proves that a column has no NULLs.
pub(crate) fn proves_not_null(definition: &str, column: &str) -> bool {
    let Some(expression) = definition.trim().strip_prefix("CHECK").map(str::trim) else { return false };
    let expression = expression.strip_suffix("NOT VALID").unwrap_or(expression).trim_end();
    let expression = expression.strip_suffix("NO INHERIT").unwrap_or(expression).trim_end();
    parse::parse_expression(expression).is_some_and(|node| implies(&node, column, true))
}

/// Whether the column has no NULL where the expression is true, or, for `positive` false, where it is false.
fn implies(node: &SyntaxNode, column: &str, positive: bool) -> bool {
    let mut parts = node.children();
    match node.kind() {
        SyntaxKind::PAREN_EXPR => parts.next().is_some_and(|inner| implies(&inner, column, positive)),
        SyntaxKind::PREFIX_EXPR if starts_with(node, SyntaxKind::NOT_KW) => {
            node.children().last().is_some_and(|inner| implies(&inner, column, !positive))
        }
        SyntaxKind::BIN_EXPR => {
            let (Some(left), Some(right)) = (parts.next(), node.children().last()) else { return false };
            match operator(node).as_str() {
                "and" if positive => implies(&left, column, true) || implies(&right, column, true),
                "and" => implies(&left, column, false) && implies(&right, column, false),
                "or" if positive => implies(&left, column, true) && implies(&right, column, true),
                "or" => implies(&left, column, false) || implies(&right, column, false),
                "is not" | "is distinct from" => {
                    positive && is_column(&left, column) && is_word(&right, "null")
                }
                "is" | "is not distinct from" => {
                    !positive && is_column(&left, column) && is_word(&right, "null")
                }
                "=" if is_word(&right, "true") => implies(&left, column, positive),
                "=" if is_word(&right, "false") => implies(&left, column, !positive),
                _ => false,
            }
        }
        SyntaxKind::POSTFIX_EXPR => {
            let subject = parts.next().is_some_and(|n| is_column(&n, column));
            match operator(node).as_str() {
                "notnull" | "is not null" => positive && subject,
                "isnull" | "is null" => !positive && subject,
                _ => false,
            }
        }
        _ => false,
    }
}

fn starts_with(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    parse::tokens(node).next().is_some_and(|t| t.kind() == kind)
}

/// The words between the operands, in lower case.
fn operator(node: &SyntaxNode) -> String {
    let operands = [node.children().next(), node.children().last()];
    let outside = |t: &squawk_syntax::SyntaxToken| {
        let within = |n: &Option<SyntaxNode>| {
            n.as_ref().is_some_and(|n| is_operand(n) && n.text_range().contains_range(t.text_range()))
        };
        !operands.iter().any(within)
    };
    let words: Vec<String> =
        parse::tokens(node).filter(outside).map(|t| t.text().to_ascii_lowercase()).collect();
    words.join(" ")
}

/// Operators of several words are nodes themselves.
fn is_operand(node: &SyntaxNode) -> bool {
    let kind = format!("{:?}", node.kind());
    kind.ends_with("_EXPR")
        || matches!(node.kind(), SyntaxKind::LITERAL | SyntaxKind::NAME_REF | SyntaxKind::COLLATE)
}

fn is_column(node: &SyntaxNode, column: &str) -> bool {
    match node.kind() {
        SyntaxKind::PAREN_EXPR => node.first_child().is_some_and(|inner| is_column(&inner, column)),
        SyntaxKind::NAME_REF => name_of(node) == column,
        SyntaxKind::FIELD_EXPR => {
            node.children().last().and_then(|n| child(node, n.kind())).is_some()
                && parse::path(node).last().is_some_and(|n| n == column)
        }
        _ => false,
    }
}

fn is_word(node: &SyntaxNode, word: &str) -> bool {
    node.kind() == SyntaxKind::LITERAL && parse::text_of(node).eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each of these was asked of servers of 13, 15 and 18.
    #[test]
    fn what_proves_not_null_and_what_does_not() {
        for check in [
            "((a IS NOT NULL))",
            "(a IS NOT NULL) NOT VALID",
            "(((a IS NOT NULL) AND (a > 0)))",
            "((NOT (a IS NULL)))",
            "(NOT a IS NULL)",
            "(((a IS NOT NULL) = true))",
            "(NOT (a IS NULL OR v IS NULL))",
            "(((a IS NOT NULL) OR (a IS NOT NULL)))",
            "(a IS DISTINCT FROM NULL)",
            "((((a IS NOT NULL) AND (b > 1)) OR ((a > 5) AND (a IS NOT NULL))))",
        ] {
            assert!(proves_not_null(&format!("CHECK {check}"), "a"), "{check}");
        }
        for check in [
            "((a > 0))",
            "(((a IS NOT NULL) OR (a > 0)))",
            "((a = 5))",
            "(((a IS NOT NULL) IS TRUE))",
            "((COALESCE(a, 0) > 0))",
            "(((a > 0) IS NOT NULL))",
            "((b IS NOT NULL))",
            "((a IS NULL))",
        ] {
            assert!(!proves_not_null(&format!("CHECK {check}"), "a"), "{check}");
        }
        assert!(proves_not_null("CHECK (\"Odd a\" IS NOT NULL) NO INHERIT", "Odd a"));
    }
}
