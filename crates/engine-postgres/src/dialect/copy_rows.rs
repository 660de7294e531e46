//! Rows copied into another table, as one statement: a block that walks a key in batches and commits each.

use altimeter_catalog::CopyRows;

use super::walk::{self, Batch, Header, Walk, split_names};
use crate::quoting::{quote, quote_name};

/// The block. Each batch is a transaction of its own, so it must not be run inside one.
///
/// A batch first locks its rows, leaving those that others have locked for a moment later, then copies what it has
/// locked with a snapshot of its own: nobody can change a row between the two, and what others changed before came over
/// by the trigger. What it writes waits for nobody longer than a lookout for deadlocks does (`deadlock_timeout`, a
/// second): it gives the batch up and tries it again. It may be stopped at any time and run again.
pub(super) fn print(it: &CopyRows) -> String {
    let (from, into) = (quote_name(&it.from), quote_name(&it.into));
    let columns: Vec<String> = it.columns.iter().map(|c| quote(c)).collect();
    let column_list = columns.join(", ");
    let same: Vec<String> = it.key.iter().map(|k| quote(k)).map(|k| format!("c.{k} = f.{k}")).collect();
    let missing = format!("NOT EXISTS (SELECT FROM {into} AS c WHERE {})", same.join(" AND "));
    let label = walk::label(&it.from, "rows");
    let walk = Walk {
        what: "copy of rows",
        header: vec![("into", into.clone()), ("columns", column_list.clone())],
        table: &it.from,
        key: &it.key,
        batch_rows: it.batch_rows,
        pause_ms: it.pause_ms,
        later: "Rows that come later come over by the trigger",
        label: &label,
    };
    walk.print(&|range| {
        let keys = walk.key_list();
        Batch {
            statement: format!(
                "<<altimeter>>
          DECLARE
            held tid[];
          BEGIN
            PERFORM set_config('lock_timeout', '200ms', true);
            altimeter.held := ARRAY(
              SELECT f.ctid FROM {from} AS f WHERE {range} AND {missing}
              ORDER BY {keys} FOR NO KEY UPDATE OF f SKIP LOCKED);
            INSERT INTO {into} ({column_list}) OVERRIDING SYSTEM VALUE
              SELECT {column_list} FROM {from} AS f WHERE f.ctid = ANY (altimeter.held) AND {missing};
          EXCEPTION WHEN lock_not_available THEN
            NULL;
          END"
            ),
            left: format!("SELECT FROM {from} AS f WHERE {range} AND {missing}"),
        }
    })
}

/// A query that shows how far it is.
pub(super) fn print_progress(it: &CopyRows) -> String {
    walk::print_progress(&walk::label(&it.from, "rows"))
}

/// Reads a block back that [`print`] made: its header says what it does, and it counts only if printing that again gives
/// the same text to the letter.
pub(crate) fn read_copy(sql: &str) -> Option<CopyRows> {
    let header = Header::of(sql);
    let copy = CopyRows {
        from: header.table()?,
        into: walk::name(&header.field("into ")?)?,
        columns: split_names(&header.field("columns ")?, ','),
        key: split_names(&header.field("key ")?, ','),
        batch_rows: header.number("rows ")?,
        pause_ms: header.number("pause ")?,
    };
    (print(&copy) == sql.trim()).then_some(copy)
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::Name;

    use super::*;

    #[test]
    fn what_is_printed_is_read_back_and_a_lie_is_not() {
        for (table, key) in [("users", "id"), ("Odd, \"na.me\"\n; DROP \\ TABLE", "B, \"c")] {
            let it = CopyRows {
                from: Name::new("public", table),
                into: Name::new("S x", table),
                columns: vec![key.to_owned(), "b".to_owned(), "C, d".to_owned()],
                key: vec![key.to_owned()],
                batch_rows: 5000,
                pause_ms: 100,
            };
            let sql = print(&it);
            assert_eq!(read_copy(&sql), Some(it));
            assert_eq!(read_copy(&sql.replace("SKIP LOCKED", "")), None);
        }
    }
}
