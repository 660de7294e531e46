//! Expressions: whether they give one value for all rows, what they prove, how the server prints them, and the
//! columns in them.

mod columns;
mod implication;
mod sequence;
mod type_of;
mod volatility;

pub(crate) use columns::{columns_of, unknown_column};
pub(crate) use implication::proves_not_null;
pub(crate) use sequence::sequence_in;
pub(crate) use type_of::type_of;
pub(crate) use volatility::volatility;

use squawk_syntax::SyntaxKind;

use crate::parse::{self, identifier};
use crate::types;

/// A default's expression as the server prints it, where that is known: a string literal gets the column's type.
pub(crate) fn canonical_default(type_name: &str, expression: &str) -> String {
    let Some(node) = parse::parse_expression(expression) else { return expression.trim().to_owned() };
    let text = parse::text_of(&node);
    if node.kind() != SyntaxKind::LITERAL {
        return text;
    }
    let lower = text.to_lowercase();
    if text.starts_with('\'') {
        format!("{text}::{}", types::type_without_modifier(type_name))
    } else if lower == "null" || lower == "true" || lower == "false" {
        lower
    } else {
        text
    }
}

/// The expression with every mention of one column replaced by another. Names of functions, types and schemas
/// that happen to be spelt the same are left alone.
pub(crate) fn replace_column(expression: &str, from: &str, to: &str) -> String {
    put_for_column(expression, from, &crate::quoting::quote(to))
}

/// The expression with SQL text put in the place of every mention of a column.
pub(crate) fn put_for_column(expression: &str, from: &str, put: &str) -> String {
    let Some(node) = parse::parse_expression(expression) else { return expression.to_owned() };
    let mut text = String::new();
    for token in node.descendants_with_tokens().filter_map(|e| e.into_token()) {
        let names_column = token.kind() != SyntaxKind::STRING
            && identifier(token.text()) == from
            && token
                .parent()
                .is_some_and(|parent| parent.kind() == SyntaxKind::NAME_REF && !columns::is_callee(&parent));
        if names_column {
            text.push_str(put);
        } else {
            text.push_str(token.text());
        }
    }
    text
}

/// The expression cast to a type: in parentheses, unless it is a single name or literal.
pub(crate) fn cast(expression: &str, type_name: &str) -> String {
    let single = parse::parse_expression(expression).is_some_and(|n| {
        matches!(n.kind(), SyntaxKind::NAME_REF | SyntaxKind::LITERAL | SyntaxKind::CALL_EXPR)
    });
    if single { format!("{expression}::{type_name}") } else { format!("({expression})::{type_name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_replaced_and_its_namesakes_are_not() {
        assert_eq!(replace_column("lower(user_name)", "user_name", "username"), "lower(username)");
        assert_eq!(replace_column("name(name)", "name", "full name"), "name(\"full name\")");
        assert_eq!(replace_column("a > 0 AND b = 'a'", "a", "c"), "c > 0 AND b = 'a'");
        assert_eq!(replace_column("\"A\" || a", "A", "b"), "b || a");
    }

    #[test]
    fn defaults_are_printed_as_the_server_does() {
        assert_eq!(canonical_default("character varying(50)", "''"), "''::character varying");
        assert_eq!(canonical_default("integer", " 0 "), "0");
        assert_eq!(canonical_default("boolean", "TRUE"), "true");
        assert_eq!(canonical_default("text", "now()::text"), "now()::text");
    }
}
