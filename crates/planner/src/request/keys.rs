//! The keys of an index as they are written, and as they are shown.

use altimeter_catalog::{IndexKey, IndexTarget, Table};

use super::extent::{operator_class, separator_end, source, target_end};
use super::matching::{Matcher, one_of};
use super::pattern::Slot;
use super::reader::{Found, incomplete, sql_of};
use super::resolve::shown;
use super::trouble::{Progress, Trouble};

/// How the table and keys of an index are said.
pub(super) const ON_KEYS: [&str; 6] = [
    "on|to|over [{table}] [using <method>] ( <keys> )",
    "on|to|over [column] <keys> [column]",
    "by|over|covering|using [column] <keys> [column]",
    "column <keys>",
    "on|to|over {table} 's [column] <keys> [column]",
    "( <keys> )",
];

/// The table and keys a request names.
pub(super) fn read_keys<'a>(found: &Found<'a>) -> Result<(&'a Table, Vec<IndexKey>), Trouble> {
    let Some(range) = found.tokens_of(Slot::Keys) else { return Err(no_keys(found)) };
    let lexicon = super::lexicon::Known::new(found.names);
    let matcher = Matcher::new(found.text, found.tokens, &lexicon);
    let mut table = found.named_table()?;
    let mut keys = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let end = target_end(&matcher, at).ok_or_else(|| incomplete("which columns the index is on"))?;
        let mut key = match found.tokens.get(at).filter(|_| end == at + 1).and_then(|t| t.parts()) {
            Some(parts) => {
                let parts = found.names.split(parts);
                let (of, part) = match (parts.as_slice(), table) {
                    ([part], Some(table)) => (table, part.clone()),
                    (parts, _) => found.in_table(parts)?,
                };
                if table.is_some_and(|t| t.name != of.name) {
                    let message = "an index cannot have columns of two tables".to_owned();
                    return Err(Trouble::new(Progress::Named, message, "name columns of one table"));
                }
                table = Some(of);
                IndexKey::column(&found.names.column(of, &part)?.name)
            }
            None => expression(found, at, end),
        };
        at = suffix(found, &mut key, end, range.end);
        at = separator_end(found.tokens, at).unwrap_or(range.end);
        keys.push(key);
    }
    let table = table.ok_or_else(|| incomplete("which table the index is on"))?;
    Ok((table, keys))
}

/// No columns were named; with a table known that is the nearest to what was meant.
fn no_keys(found: &Found<'_>) -> Trouble {
    match found.named_table() {
        Ok(None) => incomplete("which columns the index is on"),
        Ok(Some(table)) => Trouble::new(
            Progress::Table,
            format!("the request does not say which columns of {} the index is on", table.name),
            format!("name them: `… on {} (…)`", table.name),
        ),
        Err(trouble) => trouble,
    }
}

fn expression(found: &Found<'_>, at: usize, end: usize) -> IndexKey {
    let sql = sql_of(found.text, found.tokens, at..end);
    let inside = sql.strip_prefix('(').and_then(|s| s.strip_suffix(')')).unwrap_or(&sql).trim().to_owned();
    IndexKey { target: IndexTarget::Expression(inside), ..IndexKey::column("") }
}

/// Collation, operator class, direction and place of NULLs behind a key.
fn suffix(found: &Found<'_>, key: &mut IndexKey, from: usize, to: usize) -> usize {
    let mut at = from;
    while let Some(token) = found.tokens.get(at).filter(|_| at < to) {
        if token.is("collate") {
            key.collation = Some(source(found.text, found.tokens, at + 1, at + 2).to_owned());
            at += 2;
        } else if let Some(class) = operator_class(token) {
            key.operator_class = Some(class.to_owned());
            at += 1;
        } else if one_of(token, &["asc", "ascending", "desc", "descending"]) {
            key.descending = one_of(token, &["desc", "descending"]);
            at += 1;
        } else if token.is("nulls") {
            let first = found.tokens.get(at + 1).is_some_and(|t| t.is("first"));
            // Where the direction puts them by itself needs no word.
            key.nulls_first = (first != key.descending).then_some(first);
            at += 2;
        } else {
            break;
        }
    }
    at
}

/// The table and plain columns a request names.
pub(super) fn key_columns<'a>(found: &Found<'a>) -> Result<(&'a Table, Vec<String>), Trouble> {
    let (table, keys) = read_keys(found)?;
    let plain = keys.into_iter().map(|k| match k.target {
        IndexTarget::Column(column) => Ok(column),
        IndexTarget::Expression(e) => Err(Trouble::new(
            Progress::Inside,
            format!("an index on the expression {} cannot be found by it", e.escape_debug()),
            "name the index: drop index its_name",
        )),
    });
    Ok((table, plain.collect::<Result<_, _>>()?))
}

/// Keys for people: `customer_id, created_at DESC`.
pub(super) fn shown_keys(keys: &[IndexKey]) -> String {
    let show = |key: &IndexKey| {
        let mut text = match &key.target {
            IndexTarget::Column(column) => shown(column),
            IndexTarget::Expression(expression) => {
                format!("({})", expression.escape_debug()).replace("\\'", "'")
            }
        };
        for more in [&key.collation, &key.operator_class].into_iter().flatten() {
            text += &format!(" {more}");
        }
        if key.descending {
            text += " DESC";
        }
        match key.nulls_first {
            Some(true) => text += " NULLS FIRST",
            Some(false) => text += " NULLS LAST",
            None => {}
        }
        text
    };
    keys.iter().map(show).collect::<Vec<_>>().join(", ")
}
