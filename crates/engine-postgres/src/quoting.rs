//! Names and strings as they stand in PostgreSQL's SQL.

use altimeter_catalog::Name;

/// A name as it stands in SQL: bare where that means the same, else quoted.
pub(crate) fn quote(name: &str) -> String {
    // In a single-byte encoding the server folds letters beyond ASCII too.
    if name.is_ascii() {
        squawk_syntax::quote::quote_ident(name)
    } else {
        squawk_syntax::quote::quote_ident_always(name)
    }
}

/// A schema-qualified name as it stands in SQL.
pub(crate) fn quote_name(name: &Name) -> String {
    format!("{}.{}", quote(&name.schema), quote(&name.name))
}

/// A string literal. A backslash makes it an escape string, so that `standard_conforming_strings` does not matter.
pub(crate) fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') {
        format!("E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_when_they_must_be() {
        assert_eq!(quote("users"), "users");
        assert_eq!(quote("User"), "\"User\"");
        assert_eq!(quote("select"), "\"select\"");
        assert_eq!(quote("a\"b"), "\"a\"\"b\"");
        assert_eq!(quote("a b"), "\"a b\"");
        assert_eq!(quote("1a"), "\"1a\"");
    }

    #[test]
    fn literals_survive_any_setting() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\b"), "E'a\\\\b'");
    }
}
