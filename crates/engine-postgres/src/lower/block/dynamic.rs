//! Dynamic SQL whose text can be told: literals, literals put together, and `format()` of literals.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::lower::setting;
use crate::parse::{child, name_of, text_of, tokens};
use crate::quoting::{literal, quote};

/// Why a block with dynamic SQL is not analysed.
pub(super) const REASON: &str = "it runs dynamic SQL (EXECUTE)";

/// The text an expression gives; none if it hangs on anything but constants.
pub(super) fn text(node: &SyntaxNode) -> Option<String> {
    match node.kind() {
        SyntaxKind::PAREN_EXPR => text(&node.first_child()?),
        SyntaxKind::LITERAL => constant(node),
        SyntaxKind::CAST_EXPR => {
            text(&node.children().find(|n| !format!("{:?}", n.kind()).ends_with("_TYPE"))?)
        }
        SyntaxKind::BIN_EXPR => {
            let operator = child(node, SyntaxKind::CUSTOM_OP).map(|n| text_of(&n).replace(' ', ""));
            let mut sides = node.children().filter(|n| n.kind() != SyntaxKind::CUSTOM_OP);
            (operator? == "||").then_some(())?;
            Some(format!("{}{}", text(&sides.next()?)?, text(&sides.next()?)?))
        }
        SyntaxKind::CALL_EXPR => call(node),
        _ => None,
    }
}

fn constant(node: &SyntaxNode) -> Option<String> {
    let token = tokens(node).next()?;
    let quoted = matches!(
        token.kind(),
        SyntaxKind::STRING | SyntaxKind::ESC_STRING | SyntaxKind::DOLLAR_QUOTED_STRING
    );
    let number = matches!(token.kind(), SyntaxKind::INT_NUMBER | SyntaxKind::NUMERIC_NUMBER);
    // What an escape in E'…' means is left to the server.
    let plain = token.kind() != SyntaxKind::ESC_STRING || !token.text().contains('\\');
    match () {
        () if quoted && plain => Some(setting::unquoted(token.text())),
        () if number => Some(token.text().to_owned()),
        () => None,
    }
}

fn call(node: &SyntaxNode) -> Option<String> {
    let name = name_of(&node.first_child()?);
    let arguments = child(node, SyntaxKind::ARG_LIST)?;
    let mut arguments = arguments.children().map(|a| text(&a.first_child()?));
    match name.as_str() {
        "quote_ident" => Some(quote(&arguments.next()??)),
        "quote_literal" => Some(literal(&arguments.next()??)),
        "format" => {
            let pattern = arguments.next()??;
            let values: Vec<String> = arguments.collect::<Option<_>>()?;
            format(&pattern, &values)
        }
        "concat" => arguments.collect::<Option<String>>(),
        _ => None,
    }
}

/// What `format()` gives (manual, "String Functions and Operators", "format"): `%s`, `%I`, `%L`, each the next value
/// or that of a position. None if it asks for anything else.
fn format(pattern: &str, values: &[String]) -> Option<String> {
    let mut made = String::new();
    let mut rest = pattern;
    let mut next = 0;
    while let Some(at) = rest.find('%') {
        made.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            made.push('%');
            rest = after;
            continue;
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        if rest[digits..].starts_with('$') {
            next = rest[..digits].parse::<usize>().ok()?.checked_sub(1)?;
            rest = &rest[digits + 1..];
        }
        let value = values.get(next)?;
        next += 1;
        let kind = rest.chars().next()?;
        made.push_str(&match kind {
            's' => value.clone(),
            'I' => quote(value),
            'L' => literal(value),
            _ => return None,
        });
        rest = &rest[1..];
    }
    made.push_str(rest);
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse_expression;

    #[test]
    fn constant_texts_are_put_together() {
        let of = |expression: &str| text(&parse_expression(expression).unwrap());
        for (expression, expected) in [
            ("'DROP TABLE ' || 'a' || 1", "DROP TABLE a1"),
            ("$x$SELECT 'a'$x$", "SELECT 'a'"),
            (
                "format('ALTER TABLE %I ADD %s int DEFAULT %L', 'Odd T', 'x', 'it''s')",
                "ALTER TABLE \"Odd T\" ADD x int DEFAULT 'it''s'",
            ),
            ("format('%2$I.%1$I 100%%', 'a', 'b')", "b.a 100%"),
            ("'DROP ' || quote_ident('A')", "DROP \"A\""),
        ] {
            assert_eq!(of(expression).as_deref(), Some(expected), "{expression}");
        }
        for expression in
            ["'DROP TABLE ' || t", "format('%I', r.name)", "format('%5s', 'a')", "sql", "'a' + 'b'"]
        {
            assert_eq!(of(expression), None, "{expression}");
        }
    }
}
