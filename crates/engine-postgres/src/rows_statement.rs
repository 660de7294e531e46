//! A DELETE or UPDATE of one table taken apart, for what does it in batches.

use altimeter_catalog::{Catalog, RowsStatement};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::lower::relation;
use crate::parse::{Parsed, child, find, has, name_of, text_of, tokens};

/// The statement's parts.
///
/// # Errors
/// Why it cannot be done in batches of one table's rows.
pub(crate) fn read(catalog: &Catalog, sql: &str) -> Result<RowsStatement, String> {
    let parsed = Parsed::new(sql);
    let node = parsed.node().filter(|_| parsed.syntax_error.is_none()).ok_or("it is not SQL")?;
    let is_update = match node.kind() {
        SyntaxKind::DELETE => false,
        SyntaxKind::UPDATE => true,
        _ => return Err("it is no DELETE and no UPDATE".to_owned()),
    };
    for (kind, what) in [
        (SyntaxKind::WITH_CLAUSE, "a WITH in front"),
        (SyntaxKind::USING_CLAUSE, "a USING: rows of another table decide"),
        (SyntaxKind::FROM_CLAUSE, "a FROM: rows of another table decide"),
        (SyntaxKind::WHERE_CURRENT_OF, "a cursor"),
        (SyntaxKind::FOR_PORTION_OF, "a portion of a range"),
        (SyntaxKind::RETURNING_CLAUSE, "a RETURNING: nobody would read the rows"),
        (
            SyntaxKind::OPTIONAL_AS_ALIAS,
            "an alias: write the condition over the table's own name or bare columns",
        ),
    ] {
        if child(&node, kind).is_some() {
            return Err(format!("it has {what}"));
        }
    }
    let named = child(&node, SyntaxKind::RELATION_NAME).ok_or("it names no table")?;
    if has(&named, SyntaxKind::ONLY_KW) {
        return Err("it has ONLY: rows of heirs would be left".to_owned());
    }
    let table = relation(catalog, &named).ok_or("it names no table")?;
    let condition = child(&node, SyntaxKind::WHERE_CLAUSE).and_then(|n| n.first_child()).map(|n| text_of(&n));
    let set = is_update.then(|| set(catalog, &table, &node)).transpose()?;
    Ok(RowsStatement { table, set, condition })
}

fn set(
    catalog: &Catalog,
    table: &altimeter_catalog::Name,
    node: &SyntaxNode,
) -> Result<Vec<(String, String)>, String> {
    let mut set = Vec::new();
    let columns = find(node, SyntaxKind::SET_COLUMN_LIST).ok_or("it sets nothing")?;
    for item in columns.children() {
        if item.kind() != SyntaxKind::SET_SINGLE_COLUMN {
            return Err("it sets several columns at once: write them one by one".to_owned());
        }
        let target = child(&item, SyntaxKind::COLUMN_TARGET).ok_or("it sets nothing")?;
        if tokens(&target).count() != 1 {
            return Err("it sets a part of a column".to_owned());
        }
        let column = name_of(&target);
        let value = child(&item, SyntaxKind::SET_EXPR).ok_or("it sets nothing")?;
        let text = text_of(&value);
        let value = if text.eq_ignore_ascii_case("default") {
            let found = catalog.table(table).and_then(|t| t.column(&column));
            found.and_then(|c| c.default.clone()).unwrap_or_else(|| "NULL".to_owned())
        } else {
            text
        };
        set.push((column, value));
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::{Name, Table};

    use super::*;

    #[test]
    fn one_table_and_a_condition() {
        let mut catalog = Catalog {
            tables: [Table { name: Name::new("public", "t"), ..Table::default() }].into(),
            ..Catalog::default()
        };
        catalog.server.search_path = vec!["public".to_owned()];
        let read = |sql: &str| read(&catalog, sql);
        let found =
            read("UPDATE t SET a = b + 1, \"C d\" = DEFAULT WHERE x /* why */ > 1 AND y IS NULL").unwrap();
        assert_eq!(found.table, Name::new("public", "t"));
        let set = [("a".to_owned(), "b + 1".to_owned()), ("C d".to_owned(), "NULL".to_owned())];
        assert_eq!(found.set.unwrap(), set);
        assert_eq!(found.condition.as_deref(), Some("x > 1 AND y IS NULL"));
        let found = read("delete from public.t").unwrap();
        assert_eq!((found.set, found.condition), (None, None));
        for sql in [
            "DELETE FROM t AS o WHERE o.a = 1",
            "DELETE FROM t USING u WHERE t.a = u.a",
            "DELETE FROM ONLY t",
            "DELETE FROM t RETURNING a",
            "UPDATE t SET (a, b) = (1, 2)",
            "UPDATE t SET a[1] = 2",
            "UPDATE t SET a = u.a FROM u",
            "WITH x AS (SELECT 1) DELETE FROM t",
            "SELECT 1",
        ] {
            assert!(read(sql).is_err(), "{sql}");
        }
    }
}
