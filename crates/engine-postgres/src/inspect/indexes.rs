//! Indexes, key by key.

use std::collections::BTreeMap;

use altimeter_catalog::{Index, IndexDefinition, IndexKey, IndexTarget, InspectError, Name};

use super::answers::{Answers, Cells};
use super::drafts::Drafts;
use crate::queries;

/// Adds the indexes of tables; their sizes and scans come from another batch.
pub(super) fn add_indexes(drafts: &mut Drafts, answers: &Answers) -> Result<(), InspectError> {
    for row in answers.of(&queries::INDEXES) {
        if let Some(draft) = drafts.get_mut(row.get("table_id")?) {
            let index = index(row, draft.table.name.clone())?;
            draft.table.indexes.push(index);
        }
    }
    Ok(())
}

fn index(row: Cells<'_>, table: Name) -> Result<Index, InspectError> {
    let definition = IndexDefinition {
        name: row.get("name")?,
        table,
        method: row.get("method")?,
        unique: row.get("is_unique")?,
        nulls_not_distinct: row.get("nulls_not_distinct")?,
        keys: keys(row)?,
        include: row.list("included")?,
        predicate: row.get("predicate")?,
        options: options(&row.list::<&str>("options")?),
        tablespace: row.get("tablespace")?,
    };
    Ok(Index {
        comment: None,
        definition,
        primary: row.get("is_primary")?,
        constraint: row.get("constraint_name")?,
        valid: row.get("valid")?,
        part_of: row.get("part_of")?,
        reads: row.list("reads")?,
        bytes: None,
        scans: None,
        printed: row.get("printed")?,
    })
}

fn keys(row: Cells<'_>) -> Result<Vec<IndexKey>, InspectError> {
    let columns: Vec<Option<String>> = row.list("keys")?;
    let expressions: Vec<Option<&str>> = row.list("expressions")?;
    let collations: Vec<Option<String>> = row.list("collations")?;
    let classes: Vec<Option<String>> = row.list("operator_classes")?;
    let bits: Vec<i32> = row.list("bits")?;
    let cells = columns.into_iter().zip(expressions).zip(collations).zip(classes).zip(bits);
    Ok(cells
        .map(|((((column, expression), collation), operator_class), bits)| {
            let (descending, nulls_first) = order(bits);
            IndexKey {
                target: match column {
                    Some(column) => IndexTarget::Column(column),
                    None => IndexTarget::Expression(
                        without_parentheses(expression.unwrap_or_default()).to_owned(),
                    ),
                },
                collation,
                operator_class,
                descending,
                nulls_first,
            }
        })
        .collect())
}

/// Direction and place of NULLs from `pg_index.indoption`: 1 is descending, 2 NULLs first. NULLs sort as if larger
/// than anything else, so first is usual for descending and last for ascending.
fn order(bits: i32) -> (bool, Option<bool>) {
    let (descending, nulls_first) = (bits & 1 != 0, bits & 2 != 0);
    (descending, (descending != nulls_first).then_some(nulls_first))
}

/// Storage parameters, each stored as `name=value`.
fn options(stored: &[&str]) -> BTreeMap<String, String> {
    stored.iter().filter_map(|o| o.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

/// An expression without the parentheses that enclose the whole of it.
fn without_parentheses(expression: &str) -> &str {
    match expression.strip_prefix('(').and_then(|e| e.strip_suffix(')')) {
        Some(inner) if closes_at_the_end(expression) => without_parentheses(inner),
        _ => expression,
    }
}

/// Whether the parenthesis the text begins with is closed by its last character. The server prints strings and
/// quoted names with their own quote doubled, so that toggling at each quote is enough.
fn closes_at_the_end(expression: &str) -> bool {
    let mut depth = 0_u32;
    let mut quote = None;
    for (at, c) in expression.char_indices() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1 == expression.len();
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parentheses_around_the_whole_are_taken_off() {
        assert_eq!(without_parentheses("lower(name)"), "lower(name)");
        assert_eq!(without_parentheses("((a + b))"), "a + b");
        assert_eq!(without_parentheses("((a) || (b))"), "(a) || (b)");
        assert_eq!(without_parentheses("((\"a)\" || ')('::text))"), "\"a)\" || ')('::text");
        assert_eq!(without_parentheses("(a -> 'it''s )')"), "a -> 'it''s )'");
        assert_eq!(without_parentheses("(ä)"), "ä");
        assert_eq!(without_parentheses(""), "");
        assert_eq!(without_parentheses("("), "(");
    }

    #[test]
    fn the_place_of_nulls_is_said_only_where_unusual() {
        assert_eq!(order(0), (false, None));
        assert_eq!(order(1), (true, Some(false)));
        assert_eq!(order(2), (false, Some(true)));
        assert_eq!(order(3), (true, None));
    }
}
