//! Whether an expression gives one value for all rows of a statement.

use std::collections::HashSet;
use std::sync::LazyLock;

use altimeter_catalog::{Catalog, Name, Volatility};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse;

/// Functions of the server that give one value for all rows (`pg_proc.provolatile` is `i` or `s` in all of 13 to 18),
/// those left out that nobody calls in an expression. `timezone` is among them: of its forms only the one for
/// `time with time zone` is volatile.
static CONSTANT: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("constant_functions.txt").lines().collect());

/// Functions of the server that may give each row its own value (`v` in any of 13 to 18).
static VOLATILE: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("volatile_functions.txt").lines().collect());

/// The same of extensions many people have. A function of an extension that is not here is not known.
const VOLATILE_IN_EXTENSIONS: &[&str] =
    &["gen_random_bytes", "gen_salt", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4"];

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
    // What has a grammar of its own (`EXTRACT (… FROM …)`, `TRIM (…)`) is always the same for the same arguments.
    if call.first_child().is_some_and(|form| format!("{:?}", form.kind()).ends_with("_FN")) {
        return Volatility::Constant;
    }
    let parts: Vec<String> = call.first_child().map(|callee| parse::path(&callee)).unwrap_or_default();
    let (schema, name) = match parts.as_slice() {
        [name] => (None, name.as_str()),
        [schema, name] => (Some(schema.as_str()), name.as_str()),
        _ => return Volatility::Unknown,
    };
    let schemas = match schema {
        Some(schema) => vec![schema],
        None => catalog.server.search_path.iter().map(String::as_str).collect(),
    };
    let names: Vec<Name> = schemas.into_iter().map(|schema| Name::new(schema, name)).collect();
    let mut known = names.iter().flat_map(|name| catalog.functions_named(name)).peekable();
    if known.peek().is_some() {
        // Overloads are not told apart: one volatile one is enough.
        let constant = known.all(|f| f.inlined.as_ref().unwrap_or(&f.volatility) != "volatile");
        return if constant { Volatility::Constant } else { Volatility::Volatile };
    }
    if VOLATILE.contains(name) || VOLATILE_IN_EXTENSIONS.contains(&name) {
        Volatility::Volatile
    } else if CONSTANT.contains(name) {
        Volatility::Constant
    } else {
        Volatility::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volatility_follows_the_functions_called() {
        let mut catalog = Catalog::default();
        catalog.server.search_path = vec!["public".to_owned()];
        catalog.functions.insert(altimeter_catalog::Function {
            needs: Vec::new(),
            name: altimeter_catalog::Name::new("public", "pick"),
            arguments: String::new(),
            returns: Vec::new(),
            language: "plpgsql".to_owned(),
            volatility: "stable".to_owned(),
            inlined: None,
            statements: None,
            mentions: Vec::new(),
            body: None,
        });
        for (expression, expected) in [
            ("1", Volatility::Constant),
            ("'x'::text", Volatility::Constant),
            ("now()", Volatility::Constant),
            ("CURRENT_TIMESTAMP", Volatility::Constant),
            ("repeat('a', 10)", Volatility::Constant),
            ("extract(year FROM now())", Volatility::Constant),
            ("timezone('utc'::text, now())", Volatility::Constant),
            ("now() AT TIME ZONE 'utc'", Volatility::Constant),
            ("date_trunc('day', clock_timestamp())", Volatility::Volatile),
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
}
