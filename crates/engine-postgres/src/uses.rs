//! What a statement of an application uses of the schema: relations and columns, resolved, not searched for.

use std::collections::BTreeMap;

use altimeter_catalog::{Catalog, Name, StatementUse};
use squawk_lexer::{TokenKind, tokenize};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::lower;
use crate::parse::{self, Parsed};

/// Statements about rows.
const ROWS: &[SyntaxKind] = &[
    SyntaxKind::SELECT,
    SyntaxKind::VALUES,
    SyntaxKind::TABLE,
    SyntaxKind::PAREN_SELECT,
    SyntaxKind::COMPOUND_SELECT,
    SyntaxKind::INSERT,
    SyntaxKind::UPDATE,
    SyntaxKind::DELETE,
    SyntaxKind::MERGE,
];

/// Statements that use rows in a way this does not look into.
const UNREAD: &[SyntaxKind] = &[
    SyntaxKind::COPY,
    SyntaxKind::EXPLAIN,
    SyntaxKind::DECLARE,
    SyntaxKind::CALL,
    SyntaxKind::EXECUTE,
    SyntaxKind::DO,
];

/// The uses of a statement; none of any relation for one about the schema, which ends with itself; nothing at all if it
/// cannot be read.
pub(crate) fn uses(catalog: &Catalog, sql: &str) -> Option<Vec<StatementUse>> {
    if parse::too_deep(sql).is_some() {
        return None;
    }
    // `?` is an operator of jsonb, and what literals are replaced with where a server keeps statements.
    let node = statement(sql).or_else(|| statement(&with_nulls(sql)))?;
    if !ROWS.contains(&node.kind()) {
        return Some(Vec::new());
    }
    let mut columns: BTreeMap<Name, Vec<String>> = BTreeMap::new();
    let mut note = |relation: Name, named: Vec<String>| {
        let known = columns.entry(relation).or_default();
        for column in named {
            if !known.contains(&column) {
                known.push(column);
            }
        }
    };
    for (relation, named) in lower::rows::columns_of(catalog, &node) {
        note(relation, named);
    }
    let words = words(&node.text().to_string());
    let split = |(relation, columns): (Name, Vec<String>)| {
        let (columns, taken) = columns.into_iter().partition(|c| words.contains(c));
        StatementUse { relation, columns, taken }
    };
    Some(columns.into_iter().map(split).collect())
}

fn statement(sql: &str) -> Option<SyntaxNode> {
    let parsed = Parsed::new(sql);
    let node = parsed.node()?;
    (parsed.syntax_error.is_none() && !UNREAD.contains(&node.kind())).then_some(node)
}

/// The statement with NULL for each `?`.
fn with_nulls(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 16);
    let mut at = 0;
    for token in tokenize(sql) {
        let text = sql.get(at..at + token.len as usize).unwrap_or_default();
        at += token.len as usize;
        out.push_str(if token.kind == TokenKind::Question { " NULL " } else { text });
    }
    out
}

/// All names a text has, as the server stores them.
fn words(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut at = 0;
    for token in tokenize(sql) {
        let text = sql.get(at..at + token.len as usize).unwrap_or_default();
        at += token.len as usize;
        if matches!(token.kind, TokenKind::Ident | TokenKind::QuotedIdent { .. }) {
            words.push(parse::identifier(text));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::{Column, Table};

    use super::*;

    fn shop() -> Catalog {
        let table = |name: &str, columns: &[&str]| {
            let columns = columns.iter().map(|c| Column { name: (*c).to_owned(), ..Column::default() });
            Table { name: Name::new("public", name), columns: columns.collect(), ..Table::default() }
        };
        let mut catalog = Catalog {
            tables: vec![
                table("users", &["id", "name", "data"]),
                table("orders", &["id", "user_id", "name"]),
            ]
            .into(),
            ..Catalog::default()
        };
        catalog.server.search_path = vec!["public".to_owned()];
        catalog
    }

    /// Whether a statement names the column of users, takes it unnamed, or neither.
    fn how(sql: &str, column: &str) -> Option<&'static str> {
        let found = uses(&shop(), sql)?.into_iter().find(|u| u.relation.name == "users");
        Some(match found {
            Some(u) if u.columns.iter().any(|c| c == column) => "named",
            Some(u) if u.taken.iter().any(|c| c == column) => "taken",
            _ => "",
        })
    }

    #[test]
    fn columns_are_resolved_not_searched_for() {
        for (sql, wanted) in [
            ("SELECT name FROM users WHERE id = $1", "named"),
            ("SELECT o.name FROM orders o JOIN users u ON u.id = o.user_id", ""),
            ("SELECT u.name FROM orders o JOIN users u ON u.id = o.user_id", "named"),
            ("SELECT name FROM orders", ""),
            ("SELECT id AS name FROM users", ""),
            ("SELECT 'name' FROM users", ""),
            ("SELECT * FROM users", "taken"),
            ("SELECT u.* FROM users u WHERE u.name = $1", "named"),
            ("SELECT id FROM users WHERE data ? $1", ""),
            ("SELECT id FROM users WHERE name = ? AND id IN (?, ?)", "named"),
            ("INSERT INTO users (id, name) VALUES ($1, $2)", "named"),
            ("INSERT INTO users VALUES ($1, $2, $3)", "taken"),
            ("INSERT INTO users (id) VALUES ($1)", ""),
            ("UPDATE users SET name = $1 WHERE id = $2", "named"),
            ("UPDATE users SET data = $1 WHERE name = $2", "named"),
            ("DELETE FROM users WHERE id = $1 RETURNING *", "taken"),
            ("DELETE FROM users WHERE name = $1", "named"),
            ("WITH u AS (SELECT id, name FROM users) SELECT id FROM u", "named"),
            ("CREATE VIEW v AS SELECT name FROM users", ""),
            ("SELECT id FROM orders ORDER BY (SELECT max(name) FROM users)", "named"),
        ] {
            assert_eq!(how(sql, "name"), Some(wanted), "{sql}");
        }
        for sql in ["COPY users (name) TO stdout", "SELECT FROM WHERE", "", "name"] {
            assert_eq!(how(sql, "name"), None, "{sql}");
        }
    }
}
