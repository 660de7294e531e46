//! Rows copied into another table, as one statement: a block that walks a key in batches and commits each.

use altimeter_catalog::{CopyRows, Name};

use super::backfill::{compare, from_one_line, label, one_line, split_names};
use super::in_step::dollar_tag;
use crate::quoting::{literal, quote, quote_name};

/// The block. Each batch is a transaction of its own, so it must not be run inside one.
///
/// A batch first locks its rows, leaving those that others have locked for a moment later, then copies what it has
/// locked with a snapshot of its own: nobody can change a row between the two, and what others changed before came over
/// by the trigger. What it writes waits for nobody longer than a lookout for deadlocks does (`deadlock_timeout`, a
/// second): it gives the batch up and tries it again. It may be stopped at any time and run again.
pub(super) fn print(it: &CopyRows) -> String {
    let (from, into) = (quote_name(&it.from), quote_name(&it.into));
    let keys: Vec<String> = it.key.iter().map(|k| quote(k)).collect();
    let key_list = keys.join(", ");
    let downwards: Vec<String> = keys.iter().map(|k| format!("{k} DESC")).collect();
    let downwards = downwards.join(", ");
    let reach = compare(&keys, ">=", "batch_from");
    let until = compare(&keys, "<=", "last_row");
    let columns: Vec<String> = it.columns.iter().map(|c| quote(c)).collect();
    let column_list = columns.join(", ");
    let same: Vec<String> = keys.iter().map(|k| format!("c.{k} = f.{k}")).collect();
    let missing = format!("NOT EXISTS (SELECT FROM {into} AS c WHERE {})", same.join(" AND "));
    let open = format!("{reach} AND {} AND {missing}", compare(&keys, "<=", "batch_to"));
    let rows = it.batch_rows;
    let pause = f64::from(it.pause_ms) / 1000.0;
    let label = literal(&label(&it.from, "rows"));
    let body = format!(
        "
-- altimeter copy of rows
--   from     {head_from}
--   into     {head_into}
--   columns  {head_columns}
--   key      {head_key}
--   rows     {rows} a batch
--   pause    {pause_ms} ms
DECLARE
  batch_from record;
  batch_to record;
  last_row record;
  held tid[];
  rows_done bigint := 0;
  attempts integer;
  session_name text := current_setting('application_name');
  rows_about bigint := (SELECT greatest(reltuples, 0)::bigint FROM pg_catalog.pg_class WHERE oid = {regclass}::regclass);
BEGIN
  -- Rows that come later come over by the trigger: the walk ends at the row that is the last one now.
  FOR last_row IN SELECT {key_list} FROM {from} ORDER BY {downwards} LIMIT 1 LOOP END LOOP;
  FOR batch_from IN SELECT {key_list} FROM {from} ORDER BY {key_list} LIMIT 1 LOOP
    LOOP
      -- The batch ends {rows} rows further on, or at the last row.
      FOR batch_to IN
        SELECT * FROM (
          SELECT {key_list} FROM {from} WHERE {reach} AND {until} ORDER BY {key_list} LIMIT {limit}) AS batch
        ORDER BY {downwards} LIMIT 1
      LOOP
        attempts := 0;
        LOOP
          BEGIN
            PERFORM set_config('lock_timeout', '200ms', true);
            held := ARRAY(
              SELECT f.ctid FROM {from} AS f WHERE {open}
              ORDER BY {key_list} FOR NO KEY UPDATE OF f SKIP LOCKED);
            INSERT INTO {into} ({column_list}) OVERRIDING SYSTEM VALUE
              SELECT {column_list} FROM {from} AS f WHERE f.ctid = ANY (held) AND {missing};
          EXCEPTION WHEN lock_not_available THEN
            NULL;
          END;
          COMMIT;
          EXIT WHEN NOT EXISTS (SELECT FROM {from} AS f WHERE {open});
          attempts := attempts + 1;
          IF attempts > 600 THEN
            RAISE EXCEPTION 'rows of {table_text} stay locked by other transactions'
              USING HINT = 'End the transactions that hold them, then run this statement again: it goes on where it stopped.';
          END IF;
          PERFORM pg_sleep(0.1);
        END LOOP;
      END LOOP;
      EXIT WHEN batch_to = batch_from;
      batch_from := batch_to;
      rows_done := rows_done + {rows};
      PERFORM set_config('application_name', {label} || rows_done || ' of about ' || rows_about, false);
      COMMIT;
      PERFORM pg_sleep({pause});
    END LOOP;
  END LOOP;
  PERFORM set_config('application_name', session_name, false);
END
",
        head_from = one_line(&from),
        head_into = one_line(&into),
        head_columns = one_line(&column_list),
        head_key = one_line(&key_list),
        pause_ms = it.pause_ms,
        limit = u64::from(rows) + 1,
        regclass = literal(&from),
        table_text = it.from.to_string().replace('\'', "''").replace('%', "%%"),
    );
    let tag = dollar_tag(&body);
    format!("DO {tag}{body}{tag}")
}

/// Reads a block back that [`print`] made: its header says what it does, and it counts only if printing that again gives
/// the same text to the letter.
pub(crate) fn read_copy(sql: &str) -> Option<CopyRows> {
    let field = |name: &str| {
        let line = sql.lines().find_map(|l| l.strip_prefix(&format!("--   {name} ")))?;
        from_one_line(line.trim())
    };
    let table = |name: &str| match split_names(&field(name)?, '.').as_slice() {
        [schema, table] => Some(Name::new(schema, table)),
        _ => None,
    };
    let number = |text: String| text.split(' ').next().and_then(|n| n.parse().ok());
    let copy = CopyRows {
        from: table("from")?,
        into: table("into")?,
        columns: split_names(&field("columns")?, ','),
        key: split_names(&field("key")?, ','),
        batch_rows: number(field("rows")?)?,
        pause_ms: number(field("pause")?)?,
    };
    (print(&copy) == sql.trim()).then_some(copy)
}

#[cfg(test)]
mod tests {
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
