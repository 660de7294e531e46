//! Expressions: whether they give one value for all rows, how the server prints them, and other columns in them.

use altimeter_catalog::{Catalog, Volatility};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::{self, identifier};
use crate::types;

/// Built-in functions people use in defaults that give one value for all rows of a statement
/// (`pg_proc.provolatile` is `i` or `s`). A function in neither list and not in the catalog counts as unknown.
const CONSTANT_FUNCTIONS: &[&str] = &[
    "abs",
    "array_fill",
    "btrim",
    "ceil",
    "chr",
    "concat",
    "concat_ws",
    "convert_to",
    "current_database",
    "current_schema",
    "current_setting",
    "date",
    "date_part",
    "date_trunc",
    "decode",
    "encode",
    "extract",
    "floor",
    "format",
    "initcap",
    "int4range",
    "int8range",
    "inet_client_addr",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "left",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "make_time",
    "make_timestamp",
    "make_timestamptz",
    "md5",
    "mod",
    "now",
    "numrange",
    "pg_backend_pid",
    "pg_current_xact_id",
    "power",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "rpad",
    "rtrim",
    "sha256",
    "sha512",
    "split_part",
    "sqrt",
    "statement_timestamp",
    "substr",
    "substring",
    "timezone",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_timestamp",
    "to_tsvector",
    "transaction_timestamp",
    "translate",
    "trim",
    "trunc",
    "tstzrange",
    "txid_current",
    "upper",
];

/// Built-in functions and those of common extensions that give each row its own value (`provolatile` is `v`).
const VOLATILE_FUNCTIONS: &[&str] = &[
    "clock_timestamp",
    "currval",
    "gen_random_bytes",
    "gen_random_uuid",
    "gen_salt",
    "lastval",
    "nextval",
    "pg_sleep",
    "random",
    "random_normal",
    "setseed",
    "setval",
    "timeofday",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuidv4",
    "uuidv7",
];

/// Whether the expression gives one value for all rows of a statement.
pub(crate) fn volatility(catalog: &Catalog, expression: &str) -> Volatility {
    let Some(node) = parse::parse_expression(expression) else { return Volatility::Unknown };
    if matches!(node.kind(), SyntaxKind::PAREN_SELECT) || parse::find(&node, SyntaxKind::SELECT).is_some() {
        return Volatility::Unknown;
    }
    let calls = node.descendants().filter(|n| n.kind() == SyntaxKind::CALL_EXPR);
    calls.map(|call| function_volatility(catalog, &call)).fold(Volatility::Constant, |worst, one| {
        match (worst, one) {
            (Volatility::Volatile, _) | (_, Volatility::Volatile) => Volatility::Volatile,
            (Volatility::Unknown, _) | (_, Volatility::Unknown) => Volatility::Unknown,
            _ => Volatility::Constant,
        }
    })
}

fn function_volatility(catalog: &Catalog, call: &SyntaxNode) -> Volatility {
    let parts: Vec<String> = call.first_child().map(|callee| parse::path(&callee)).unwrap_or_default();
    let (schema, name) = match parts.as_slice() {
        [name] => (None, name.as_str()),
        [schema, name] => (Some(schema.as_str()), name.as_str()),
        _ => return Volatility::Unknown,
    };
    let of_user = |f: &&altimeter_catalog::Function| {
        f.name.name == name
            && schema.map_or(catalog.server.search_path.contains(&f.name.schema), |s| s == f.name.schema)
    };
    let mut known = catalog.functions.iter().filter(of_user).peekable();
    if known.peek().is_some() {
        // Overloads are not told apart: one volatile one is enough.
        let constant = known.all(|f| f.inlined.as_ref().unwrap_or(&f.volatility) != "volatile");
        return if constant { Volatility::Constant } else { Volatility::Volatile };
    }
    if VOLATILE_FUNCTIONS.contains(&name) {
        Volatility::Volatile
    } else if CONSTANT_FUNCTIONS.contains(&name) {
        Volatility::Constant
    } else {
        Volatility::Unknown
    }
}

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
    let Some(node) = parse::parse_expression(expression) else { return expression.to_owned() };
    let mut text = String::new();
    for token in node.descendants_with_tokens().filter_map(|e| e.into_token()) {
        let names_column = token.kind() != SyntaxKind::STRING
            && identifier(token.text()) == from
            && token
                .parent()
                .is_some_and(|parent| parent.kind() == SyntaxKind::NAME_REF && !is_callee(&parent));
        if names_column {
            text.push_str(&crate::quoting::quote(to));
        } else {
            text.push_str(token.text());
        }
    }
    text
}

fn is_callee(name: &SyntaxNode) -> bool {
    name.parent().is_some_and(|p| p.kind() == SyntaxKind::CALL_EXPR && p.first_child().as_ref() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volatility_follows_the_functions_called() {
        let mut catalog = Catalog::default();
        catalog.server.search_path = vec!["public".to_owned()];
        catalog.functions.push(altimeter_catalog::Function {
            name: altimeter_catalog::Name::new("public", "pick"),
            arguments: String::new(),
            language: "plpgsql".to_owned(),
            volatility: "stable".to_owned(),
            inlined: None,
            statements: None,
            mentions: Vec::new(),
        });
        for (expression, expected) in [
            ("1", Volatility::Constant),
            ("'x'::text", Volatility::Constant),
            ("now()", Volatility::Constant),
            ("CURRENT_TIMESTAMP", Volatility::Constant),
            ("repeat('a', 10)", Volatility::Constant),
            ("pick()", Volatility::Constant),
            ("random()", Volatility::Volatile),
            ("lower(gen_random_uuid()::text)", Volatility::Volatile),
            ("pg_catalog.nextval('s')", Volatility::Volatile),
            ("nobody_knows()", Volatility::Unknown),
            ("not sql at", Volatility::Unknown),
        ] {
            assert_eq!(volatility(&catalog, expression), expected, "{expression}");
        }
    }

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
