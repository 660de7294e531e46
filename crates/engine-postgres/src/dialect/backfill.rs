//! A backfill as one statement: a block that walks a key in batches and commits each.

use altimeter_catalog::{Backfill, BackfillValue, Catalog, Change, Name};

use super::in_step::{differs_from, dollar_tag, print_differs};
use crate::parse::identifier;
use crate::quoting::{literal, quote, quote_name};

/// The block. Each batch is a transaction of its own, so it must not be run inside one.
///
/// Rows that somebody else has locked are left and tried again a moment later, so the block never waits for a row
/// while it holds others: it cannot be part of a deadlock. It may be stopped at any time and run again: rows that are
/// filled already are only read.
pub(super) fn print(catalog: &Catalog, it: &Backfill) -> String {
    let table = quote_name(&it.table);
    let column = quote(&it.column);
    let keys: Vec<String> = it.key.iter().map(|k| quote(k)).collect();
    let key_list = keys.join(", ");
    let downwards: Vec<String> = keys.iter().map(|k| format!("{k} DESC")).collect();
    let downwards = downwards.join(", ");
    let from = compare(&keys, ">=", "batch_from");
    let range = format!("{from} AND {}", compare(&keys, "<=", "batch_to"));
    let until = compare(&keys, "<=", "last_row");
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
    let rows = it.batch_rows;
    let pause = f64::from(it.pause_ms) / 1000.0;
    let label = literal(&label(&it.table, &it.column));
    let body = format!(
        "
-- altimeter backfill
--   table  {head_table}
--   fill   {head_column}
--   {kind}   {head_value}
--   key    {head_key}
--   rows   {rows} a batch
--   pause  {pause_ms} ms
DECLARE
  batch_from record;
  batch_to record;
  last_row record;
  rows_done bigint := 0;
  attempts integer;
  session_name text := current_setting('application_name');
  rows_about bigint := (SELECT greatest(reltuples, 0)::bigint FROM pg_catalog.pg_class WHERE oid = {regclass}::regclass);
BEGIN
  -- Rows that come later are written in full: the walk ends at the row that is the last one now.
  FOR last_row IN SELECT {key_list} FROM {table} ORDER BY {downwards} LIMIT 1 LOOP END LOOP;
  FOR batch_from IN SELECT {key_list} FROM {table} ORDER BY {key_list} LIMIT 1 LOOP
    LOOP
      -- The batch ends {rows} rows further on, or at the last row.
      FOR batch_to IN
        SELECT * FROM (
          SELECT {key_list} FROM {table} WHERE {from} AND {until} ORDER BY {key_list} LIMIT {limit}) AS batch
        ORDER BY {downwards} LIMIT 1
      LOOP
        attempts := 0;
        LOOP
          UPDATE {table} SET {column} = {value}
          WHERE {range} AND {open}
            AND ctid = ANY (ARRAY(
              SELECT ctid FROM {table} WHERE {range} AND {open}
              ORDER BY {key_list} FOR NO KEY UPDATE SKIP LOCKED));
          COMMIT;
          EXIT WHEN NOT EXISTS (SELECT FROM {table} WHERE {range} AND {open});
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
        kind = match it.value {
            BackfillValue::Column(_) => "from",
            BackfillValue::Expression(_) => "with",
            BackfillValue::Computed(_) => "as  ",
        },
        head_table = one_line(&table),
        head_column = one_line(&column),
        head_value = one_line(&value),
        head_key = one_line(&key_list),
        pause_ms = it.pause_ms,
        limit = u64::from(rows) + 1,
        regclass = literal(&table),
        table_text = it.table.to_string().replace('\'', "''").replace('%', "%%"),
    );
    let tag = dollar_tag(&body);
    format!("DO {tag}{body}{tag}")
}

pub(super) fn compare(keys: &[String], operator: &str, record: &str) -> String {
    match keys {
        [key] => format!("{key} {operator} {record}.{key}"),
        keys => {
            let bounds: Vec<String> = keys.iter().map(|k| format!("{record}.{k}")).collect();
            format!("({}) {operator} ({})", keys.join(", "), bounds.join(", "))
        }
    }
}

pub(super) fn label(table: &Name, what: &str) -> String {
    let mut name = format!("{}.{what}", table.name);
    name.retain(|c| c.is_ascii_graphic());
    name.truncate(20);
    format!("altimeter {name} ")
}

/// A query that shows the running block: the server lists it under an `application_name` that tells how far it is.
pub(crate) fn print_progress(change: &Change) -> Option<String> {
    let label = match change {
        Change::Backfill(it) => label(&it.table, &it.column),
        Change::CopyRows(it) => label(&it.from, "rows"),
        _ => return None,
    };
    Some(format!(
        "SELECT pid, application_name AS progress, clock_timestamp() - query_start AS running, wait_event\n\
         FROM pg_catalog.pg_stat_activity WHERE starts_with(application_name, {})",
        literal(&label)
    ))
}

/// Reads a block back that [`print`] made: its header says what it does, and it counts only if printing that again
/// gives the same text to the letter. A block that lies in its header is not one of ours.
pub(crate) fn read_backfill(catalog: &Catalog, sql: &str) -> Option<Backfill> {
    let field = |name: &str| {
        let line = sql.lines().find_map(|l| l.strip_prefix(&format!("--   {name}")))?;
        from_one_line(line.trim())
    };
    let table = split_names(&field("table ")?, '.');
    let [schema, table] = table.as_slice() else { return None };
    let number = |text: String| text.split(' ').next().and_then(|n| n.parse().ok());
    let value = match (field("from "), field("with "), field("as ")) {
        (Some(column), ..) => BackfillValue::Column(identifier(&column)),
        (_, Some(expression), _) => BackfillValue::Expression(expression),
        (.., Some(expression)) => BackfillValue::Computed(expression),
        _ => return None,
    };
    let backfill = Backfill {
        table: Name::new(schema, table),
        column: identifier(&field("fill ")?),
        value,
        key: split_names(&field("key ")?, ','),
        batch_rows: number(field("rows ")?)?,
        pause_ms: number(field("pause ")?)?,
    };
    (print(catalog, &backfill) == sql.trim()).then_some(backfill)
}

/// A text on one line of a comment: what would end the line is escaped.
pub(super) fn one_line(text: &str) -> String {
    let escape = |c: char| match c {
        '\\' => "\\\\".to_owned(),
        c if c.is_control() => format!("\\{:02x}", u32::from(c)),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

/// The text that [`one_line`] was given.
pub(super) fn from_one_line(line: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match (c, rest.clone().next()) {
            ('\\', Some('\\')) => {
                rest.next();
                text.push('\\');
            }
            ('\\', _) => {
                let code: String = rest.by_ref().take(2).collect();
                text.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
            }
            (c, _) => text.push(c),
        }
    }
    Some(text)
}

/// Splits a list of names at a separator that is not inside quotes.
pub(super) fn split_names(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '"';
        match parts.last_mut() {
            Some(last) if c != separator || quoted => last.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts.iter().map(|p| identifier(p.trim())).collect()
}

#[cfg(test)]
mod tests {
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
