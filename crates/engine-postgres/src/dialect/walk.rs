//! A block that walks a key of a table in batches and commits each.

use altimeter_catalog::Name;

use super::in_step::dollar_tag;
use crate::parse::identifier;
use crate::quoting::{literal, quote, quote_name};

/// What a block does, and how it walks.
pub(super) struct Walk<'a> {
    /// The word its header begins with.
    pub(super) what: &'static str,
    /// What it does, for its header.
    pub(super) header: Vec<(&'static str, String)>,
    /// The table that is walked.
    pub(super) table: &'a Name,
    /// The key that is walked.
    pub(super) key: &'a [String],
    /// Rows a batch.
    pub(super) batch_rows: u32,
    /// Pause after each batch, in ms.
    pub(super) pause_ms: u32,
    /// Why rows that come later need not be walked.
    pub(super) later: &'static str,
    /// What the server lists it under.
    pub(super) label: &'a str,
}

/// One batch, for a range of the key.
pub(super) struct Batch {
    /// The statement, which leaves out rows that others have locked.
    pub(super) statement: String,
    /// A query that gives a row while rows of the range are left.
    pub(super) left: String,
}

impl Walk<'_> {
    /// The key's columns, as SQL.
    pub(super) fn key_list(&self) -> String {
        self.key.iter().map(|k| quote(k)).collect::<Vec<_>>().join(", ")
    }

    /// The block. `batch` is given the condition on the walked table's key, over its bare column names.
    pub(super) fn print(&self, batch: &dyn Fn(&str) -> Batch) -> String {
        let table = quote_name(self.table);
        let keys: Vec<String> = self.key.iter().map(|k| quote(k)).collect();
        let key_list = self.key_list();
        let downwards: Vec<String> = keys.iter().map(|k| format!("{k} DESC")).collect();
        let downwards = downwards.join(", ");
        let from = compare(&keys, ">=", "batch_from");
        let range = format!("{from} AND {}", compare(&keys, "<=", "batch_to"));
        let until = compare(&keys, "<=", "last_row");
        let Batch { statement, left } = batch(&range);
        let rows = self.batch_rows;
        let pause = f64::from(self.pause_ms) / 1000.0;
        let header: String =
            self.header.iter().map(|(k, v)| format!("--   {k:<6} {}\n", one_line(v))).collect();
        let body = format!(
            "
-- altimeter {what}
--   table  {head_table}
{header}--   key    {head_key}
--   rows   {rows} a batch
--   pause  {pause_ms} ms
#variable_conflict use_column
DECLARE
  batch_from record;
  batch_to record;
  last_row record;
  rows_done bigint := 0;
  attempts integer;
  session_name text := current_setting('application_name');
  rows_about bigint := (SELECT greatest(reltuples, 0)::bigint FROM pg_catalog.pg_class WHERE oid = {regclass}::regclass);
BEGIN
  -- {later}: the walk ends at the row that is the last one now.
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
          {statement};
          COMMIT;
          EXIT WHEN NOT EXISTS ({left});
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
            what = self.what,
            later = self.later,
            head_table = one_line(&table),
            head_key = one_line(&key_list),
            pause_ms = self.pause_ms,
            limit = u64::from(rows) + 1,
            regclass = literal(&table),
            label = literal(self.label),
            table_text = self.table.to_string().replace('\'', "''").replace('%', "%%"),
        );
        let tag = dollar_tag(&body);
        format!("DO {tag}{body}{tag}")
    }
}

fn compare(keys: &[String], operator: &str, record: &str) -> String {
    match keys {
        [key] => format!("{key} {operator} {record}.{key}"),
        keys => {
            let bounds: Vec<String> = keys.iter().map(|k| format!("{record}.{k}")).collect();
            format!("({}) {operator} ({})", keys.join(", "), bounds.join(", "))
        }
    }
}

/// What the server lists a block about that table and thing under.
pub(super) fn label(table: &Name, thing: &str) -> String {
    let mut name = format!("{}.{thing}", table.name);
    name.retain(|c| c.is_ascii_graphic());
    name.truncate(20);
    format!("altimeter {name} ")
}

/// A query that shows the running block: the server lists it under an `application_name` that tells how far it is.
pub(super) fn print_progress(label: &str) -> String {
    format!(
        "SELECT pid, application_name AS progress, clock_timestamp() - query_start AS running, wait_event\n\
         FROM pg_catalog.pg_stat_activity WHERE starts_with(application_name, {})",
        literal(label)
    )
}

/// The header of a block.
pub(super) struct Header<'a>(&'a str);

impl<'a> Header<'a> {
    /// The header of that block, if it has one.
    pub(super) fn of(sql: &'a str) -> Self {
        Self(sql)
    }

    /// The values of all lines that begin with the word, in order.
    pub(super) fn fields(&self, name: &str) -> Vec<String> {
        let begin = format!("--   {name}");
        let lines = self.0.lines().take_while(|l| *l != "#variable_conflict use_column");
        lines.filter_map(|l| from_one_line(l.strip_prefix(&begin)?.trim())).collect()
    }

    /// The value of the first line that begins with the word.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        self.fields(name).into_iter().next()
    }

    /// The table that is walked.
    pub(super) fn table(&self) -> Option<Name> {
        name(&self.field("table ")?)
    }

    /// A number at the beginning of a line.
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.field(name)?.split(' ').next().and_then(|n| n.parse().ok())
    }
}

/// A schema-qualified name as it stands in SQL.
pub(super) fn name(text: &str) -> Option<Name> {
    match split_names(text, '.').as_slice() {
        [schema, name] => Some(Name::new(schema, name)),
        _ => None,
    }
}

/// A text on one line of a comment: what would end the line is escaped.
fn one_line(text: &str) -> String {
    let escape = |c: char| match c {
        '\\' => "\\\\".to_owned(),
        c if c.is_control() => format!("\\{:02x}", u32::from(c)),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

/// The text that [`one_line`] was given.
fn from_one_line(line: &str) -> Option<String> {
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
