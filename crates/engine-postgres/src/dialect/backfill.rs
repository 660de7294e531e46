//! A backfill as one statement: a block that walks a key in batches and commits each.

use altimeter_catalog::{Backfill, BackfillValue, Catalog};

use super::in_step::{differs_from, print_differs};
use super::walk::{self, Batch, Header, Walk, split_names};
use crate::parse::identifier;
use crate::quoting::{quote, quote_name};

/// The block. Each batch is a transaction of its own, so it must not be run inside one.
///
/// Rows that somebody else has locked are left and tried again a moment later, so the block never waits for a row
/// while it holds others: it cannot be part of a deadlock. It may be stopped at any time and run again: rows that are
/// filled already are only read.
pub(super) fn print(catalog: &Catalog, it: &Backfill) -> String {
    let table = quote_name(&it.table);
    let column = quote(&it.column);
    let value = match &it.value {
        BackfillValue::Column(source) => quote(source),
        BackfillValue::Expression(expression) | BackfillValue::Computed(expression) => expression.clone(),
    };
    let open = match &it.value {
        BackfillValue::Column(source) => {
            let described = catalog.table(&it.table).and_then(|t| t.column(source));
            print_differs(catalog, described, &column, &quote(source))
        }
        BackfillValue::Expression(_) => format!("{column} IS NULL"),
        BackfillValue::Computed(expression) => differs_from(catalog, &it.table, &it.column, expression),
    };
    let kind = match it.value {
        BackfillValue::Column(_) => "from",
        BackfillValue::Expression(_) => "with",
        BackfillValue::Computed(_) => "as",
    };
    let walk = Walk {
        what: "backfill",
        header: vec![("fill", column.clone()), (kind, value.clone())],
        table: &it.table,
        key: &it.key,
        batch_rows: it.batch_rows,
        pause_ms: it.pause_ms,
        later: "Rows that come later are written in full",
        label: &label(it),
    };
    walk.print(&|range| {
        let keys = walk.key_list();
        Batch {
            statement: format!(
                "UPDATE {table} SET {column} = {value}
          WHERE {range} AND {open}
            AND ctid = ANY (ARRAY(
              SELECT ctid FROM {table} WHERE {range} AND {open}
              ORDER BY {keys} FOR NO KEY UPDATE SKIP LOCKED))"
            ),
            left: format!("SELECT FROM {table} WHERE {range} AND {open}"),
        }
    })
}

fn label(it: &Backfill) -> String {
    walk::label(&it.table, &it.column)
}

/// A query that shows the running block: the server lists it under an `application_name` that tells how far it is.
pub(super) fn print_progress(it: &Backfill) -> String {
    walk::print_progress(&label(it))
}

/// Reads a block back that [`print`] made: its header says what it does, and it counts only if printing that again
/// gives the same text to the letter. A block that lies in its header is not one of ours.
pub(crate) fn read_backfill(catalog: &Catalog, sql: &str) -> Option<Backfill> {
    let header = Header::of(sql);
    let field = |name: &str| header.field(name);
    let value = match (field("from "), field("with "), field("as ")) {
        (Some(column), ..) => BackfillValue::Column(identifier(&column)),
        (_, Some(expression), _) => BackfillValue::Expression(expression),
        (.., Some(expression)) => BackfillValue::Computed(expression),
        _ => return None,
    };
    let backfill = Backfill {
        table: header.table()?,
        column: identifier(&field("fill ")?),
        value,
        key: split_names(&field("key ")?, ','),
        batch_rows: header.number("rows ")?,
        pause_ms: header.number("pause ")?,
    };
    (print(catalog, &backfill) == sql.trim()).then_some(backfill)
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::Name;

    use super::*;

    fn backfill(table: &str, key: &[&str]) -> Backfill {
        Backfill {
            table: Name::new("public", table),
            column: "user name".to_owned(),
            value: BackfillValue::Column("b".to_owned()),
            key: key.iter().map(|k| (*k).to_owned()).collect(),
            batch_rows: 5000,
            pause_ms: 100,
        }
    }

    #[test]
    fn what_is_printed_is_read_back_and_a_lie_is_not() {
        let catalog = Catalog::default();
        for it in [backfill("users", &["id"]), backfill("Odd, \"na.me\"\n; DROP \\ TABLE", &["a", "B c"])] {
            let sql = print(&catalog, &it);
            assert_eq!(read_backfill(&catalog, &sql), Some(it));
            assert_eq!(read_backfill(&catalog, &sql.replace("COMMIT;", "")), None);
        }
    }
}
