//! Rows deleted, changed or copied in batches, as one statement.
//!
//! Each batch leaves out rows that somebody else has locked and comes back to them, so that it never waits for a row
//! while it holds others. It locks its rows before it reads what it keeps of them: what is kept is what was there.

use altimeter_catalog::{Catalog, Name, RowsStatement, Sweep, SweepWork};

use super::in_step::differs_from;
use super::list;
use super::walk::{self, Batch, Header, Walk, name, split_names};
use crate::parse::identifier;
use crate::quoting::{quote, quote_name};

/// The block; it may be stopped at any time and run again.
pub(super) fn print(catalog: &Catalog, it: &Sweep) -> String {
    let walk = Walk {
        what: "sweep",
        header: header(it),
        table: &it.table,
        key: &it.key,
        batch_rows: it.batch_rows,
        pause_ms: it.pause_ms,
        later: "Rows that come later are not looked at",
        label: &label(it),
    };
    walk.print(&|range| batch(catalog, it, range))
}

/// What a sweep does, in one statement: for what it locks and fires.
pub(crate) fn in_one_statement(catalog: &Catalog, it: &Sweep) -> String {
    batch(catalog, it, "true").statement
}

fn label(it: &Sweep) -> String {
    walk::label(&it.table, "rows")
}

/// A query that shows how far the running block is.
pub(super) fn print_progress(it: &Sweep) -> String {
    walk::print_progress(&label(it))
}

fn header(it: &Sweep) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let which = |lines: &mut Vec<(&'static str, String)>, condition: &Option<String>| {
        lines.extend(condition.as_ref().map(|c| ("where", c.clone())));
    };
    match &it.work {
        SweepWork::Delete { condition, kept } => {
            lines.push(("do", "delete".to_owned()));
            which(&mut lines, condition);
            if let Some((name, columns)) = kept {
                lines.push(("keep", quote_name(name)));
                lines.extend(columns.iter().map(|c| ("column", quote(c))));
            }
        }
        SweepWork::Set { set, condition, kept, once } => {
            lines.push(("do", if *once { "set once" } else { "set" }.to_owned()));
            for (column, value) in set {
                lines.push(("column", quote(column)));
                lines.push(("value", value.clone()));
            }
            which(&mut lines, condition);
            lines.extend(kept.as_ref().map(|name| ("keep", quote_name(name))));
        }
        SweepWork::Copy { into, columns, unless } => {
            lines.push(("do", "copy".to_owned()));
            lines.push(("into", quote_name(into)));
            for (from, to) in columns {
                lines.push(("column", quote(from)));
                lines.push(("as", quote(to)));
            }
            for (column, value) in unless {
                lines.push(("unless", quote(column)));
                lines.push(("holds", value.clone()));
            }
        }
        SweepWork::Give { into, key, columns } => {
            lines.push(("do", "give".to_owned()));
            lines.push(("into", quote_name(into)));
            lines.extend(key.iter().map(|k| ("to", quote(k))));
            lines.extend(columns.iter().map(|c| ("column", quote(c))));
        }
        SweepWork::SetBack { into, columns } => {
            lines.push(("do", "set back".to_owned()));
            lines.push(("into", quote_name(into)));
            lines.extend(columns.iter().map(|c| ("column", quote(c))));
        }
    }
    lines
}

/// Reads a block back that [`print`] made, as [`super::read_backfill`] does.
pub(crate) fn read(catalog: &Catalog, sql: &str) -> Option<Sweep> {
    let header = Header::of(sql);
    let columns: Vec<String> = header.fields("column ").iter().map(|c| identifier(c)).collect();
    let condition = header.field("where ");
    let kept = match header.field("keep ") {
        Some(kept) => Some(name(&kept)?),
        None => None,
    };
    let work = match header.field("do ")?.as_str() {
        "delete" => SweepWork::Delete { condition, kept: kept.map(|k| (k, columns)) },
        word @ ("set" | "set once") => SweepWork::Set {
            set: columns.into_iter().zip(header.fields("value ")).collect(),
            condition,
            kept,
            once: word == "set once",
        },
        "copy" => SweepWork::Copy {
            into: name(&header.field("into ")?)?,
            columns: columns.into_iter().zip(header.fields("as ").iter().map(|c| identifier(c))).collect(),
            unless: header
                .fields("unless ")
                .iter()
                .map(|c| identifier(c))
                .zip(header.fields("holds "))
                .collect(),
        },
        "give" => SweepWork::Give {
            into: name(&header.field("into ")?)?,
            key: header.fields("to ").iter().map(|c| identifier(c)).collect(),
            columns,
        },
        "set back" => SweepWork::SetBack { into: name(&header.field("into ")?)?, columns },
        _ => return None,
    };
    let sweep = Sweep {
        table: header.table()?,
        work,
        key: split_names(&header.field("key ")?, ','),
        batch_rows: header.number("rows ")?,
        pause_ms: header.number("pause ")?,
    };
    (print(catalog, &sweep) == sql.trim()).then_some(sweep)
}

/// The rows of the walked table that are still to be done, as a condition over it; none where it takes another table's
/// rows to say so.
pub(crate) fn still_to_do(catalog: &Catalog, it: &Sweep) -> Option<String> {
    match &it.work {
        SweepWork::Delete { condition, .. } => Some(parenthesised(condition)),
        SweepWork::Set { set, condition, kept, once } => {
            Some(open(catalog, it, (set, condition, kept.as_ref(), *once)))
        }
        SweepWork::Give { into, key, columns } => Some(given_otherwise(it, into, key, columns)),
        SweepWork::Copy { .. } | SweepWork::SetBack { .. } => None,
    }
}

/// The same up to the last row it kept.
pub(crate) fn left_behind(catalog: &Catalog, it: &Sweep) -> Option<String> {
    let kept = match &it.work {
        SweepWork::Delete { kept, .. } => kept.as_ref().map(|(name, _)| name),
        SweepWork::Set { kept, .. } => kept.as_ref(),
        SweepWork::Copy { .. } | SweepWork::Give { .. } | SweepWork::SetBack { .. } => None,
    }?;
    let [key] = it.key.as_slice() else { return None };
    let (key, kept) = (quote(key), quote_name(kept));
    Some(format!("{key} <= (SELECT max({key}) FROM {kept}) AND {}", still_to_do(catalog, it)?))
}

fn parenthesised(condition: &Option<String>) -> String {
    condition.as_ref().map_or_else(|| "true".to_owned(), |c| format!("({c})"))
}

fn open_to_set(
    catalog: &Catalog,
    it: &Sweep,
    set: &[(String, String)],
    condition: &Option<String>,
) -> String {
    let differ: Vec<String> = set.iter().map(|(c, v)| differs_from(catalog, &it.table, c, v)).collect();
    let differ = format!("({})", differ.join(" OR "));
    match condition {
        Some(condition) => format!("({condition}) AND {differ}"),
        None => differ,
    }
}

fn batch(catalog: &Catalog, it: &Sweep, range: &str) -> Batch {
    let table = quote_name(&it.table);
    let key = list(&it.key);
    let picked = |open: &str, lock: &str| {
        format!(
            "SELECT ctid FROM {table} WHERE {range} AND {open}\n              ORDER BY {key} {lock} SKIP LOCKED"
        )
    };
    match &it.work {
        SweepWork::Delete { condition, kept } => {
            let open = parenthesised(condition);
            let delete = format!(
                "DELETE FROM {table}\n          WHERE {range} AND {open}\n            AND ctid = ANY (ARRAY(\n              {}))",
                picked(&open, "FOR UPDATE")
            );
            let statement = match kept {
                Some((kept, columns)) => {
                    let columns_list = list(columns);
                    // A key that was used again and is deleted again: the last row counts.
                    let last = columns.iter().map(|c| format!("{0} = excluded.{0}", quote(c)));
                    let last: Vec<String> = last.collect();
                    format!(
                        "WITH gone AS (\n          {delete}\n            RETURNING {columns_list})\n          \
                         INSERT INTO {} ({columns_list}) SELECT {columns_list} FROM gone\n          \
                         ON CONFLICT ({key}) DO UPDATE SET {}",
                        quote_name(kept),
                        last.join(", ")
                    )
                }
                None => delete,
            };
            Batch { statement, left: format!("SELECT FROM {table} WHERE {range} AND {open}") }
        }
        SweepWork::Set { set, condition, kept, once } => {
            set_batch(catalog, it, range, (set, condition, kept.as_ref(), *once))
        }
        SweepWork::Copy { into, columns, unless } => copy_batch(it, range, (into, columns), unless),
        SweepWork::Give { into, key, columns } => give_batch(it, range, into, (key, columns)),
        SweepWork::SetBack { into, columns } => set_back_batch(it, range, into, columns),
    }
}

/// Names for the key's columns that cannot be confused with those of a table.
fn renamed_key(key: &[String]) -> Vec<(String, String)> {
    key.iter().enumerate().map(|(n, k)| (quote(k), format!("altimeter_key_{}", n + 1))).collect()
}

type Setting<'a> = (&'a [(String, String)], &'a Option<String>, Option<&'a Name>, bool);

/// The rows a sweep that sets something has still to do.
fn open(catalog: &Catalog, it: &Sweep, (set, condition, kept, once): Setting<'_>) -> String {
    match kept.filter(|_| once) {
        Some(kept) => {
            let own = quote(&it.table.name);
            let same: Vec<String> =
                it.key.iter().map(|k| format!("altimeter_kept.{0} = {own}.{0}", quote(k))).collect();
            format!(
                "{} AND NOT EXISTS (SELECT FROM {} AS altimeter_kept WHERE {})",
                parenthesised(condition),
                quote_name(kept),
                same.join(" AND ")
            )
        }
        None => open_to_set(catalog, it, set, condition),
    }
}

fn set_batch(catalog: &Catalog, it: &Sweep, range: &str, (set, condition, kept, once): Setting<'_>) -> Batch {
    let table = quote_name(&it.table);
    let key = list(&it.key);
    let assignments: Vec<String> = set.iter().map(|(c, v)| format!("{} = {v}", quote(c))).collect();
    let assignments = assignments.join(", ");
    let open = open(catalog, it, (set, condition, kept, once));
    let left = format!("SELECT FROM {table} WHERE {range} AND {open}");
    let Some(kept) = kept else {
        let statement = format!(
            "UPDATE {table} SET {assignments}
          WHERE {range} AND {open}
            AND ctid = ANY (ARRAY(
              SELECT ctid FROM {table} WHERE {range} AND {open}
              ORDER BY {key} FOR NO KEY UPDATE SKIP LOCKED))"
        );
        return Batch { statement, left };
    };
    let keys = renamed_key(&it.key);
    let befores: Vec<String> = (1..=set.len()).map(|n| format!("altimeter_before_{n}")).collect();
    let columns: Vec<String> = set.iter().map(|(c, _)| quote(c)).collect();
    let named = |pairs: Vec<(&String, &String)>| {
        pairs.iter().map(|(c, name)| format!("{c} AS {name}")).collect::<Vec<_>>().join(", ")
    };
    let picked = named(keys.iter().map(|(k, n)| (k, n)).chain(columns.iter().zip(&befores)).collect());
    let same: Vec<String> = keys.iter().map(|(k, n)| format!("{k} = {n}")).collect();
    let bare: Vec<String> = keys.iter().map(|(_, n)| n.clone()).chain(befores.clone()).collect();
    let afters: Vec<String> = (0..set.len()).map(|n| quote(&Sweep::kept_after(n))).collect();
    let written = named(columns.iter().zip(&afters).collect());
    let again: Vec<String> = afters.iter().map(|a| format!("{a} = excluded.{a}")).collect();
    let statement = format!(
        "WITH batch AS (
            SELECT {picked} FROM {table} WHERE {range} AND {open}
            ORDER BY {key} FOR NO KEY UPDATE SKIP LOCKED),
          done AS (
            UPDATE {table} SET {assignments} FROM batch WHERE {same}
            RETURNING {bare}, {written})
          INSERT INTO {kept} ({key}, {set_columns}, {after_columns}) SELECT {bare}, {after_columns} FROM done
          ON CONFLICT ({key}) DO UPDATE SET {again}",
        same = same.join(" AND "),
        bare = bare.join(", "),
        kept = quote_name(kept),
        set_columns = columns.join(", "),
        after_columns = afters.join(", "),
        again = again.join(", "),
    );
    Batch { statement, left }
}

fn copy_batch(
    it: &Sweep,
    range: &str,
    (into, columns): (&Name, &[(String, String)]),
    unless: &[(String, String)],
) -> Batch {
    let table = quote_name(&it.table);
    let own = quote(&it.table.name);
    let to_of = |key: &String| columns.iter().find(|(from, _)| from == key).map_or(key, |(_, to)| to).clone();
    let same: Vec<String> =
        it.key.iter().map(|k| format!("altimeter_there.{} = {own}.{}", quote(&to_of(k)), quote(k))).collect();
    let target = quote_name(into);
    let held = |side: &dyn Fn(&(String, String)) -> String| {
        format!("ROW({})", unless.iter().map(side).collect::<Vec<_>>().join(", "))
    };
    let holds = if unless.is_empty() {
        String::new()
    } else {
        let row = held(&|(column, _)| format!("{own}.{}", quote(column)));
        format!(" AND pg_catalog.record_image_ne({row}, {})", held(&|(_, value)| value.clone()))
    };
    let open =
        format!("NOT EXISTS (SELECT FROM {target} AS altimeter_there WHERE {}){holds}", same.join(" AND "));
    let froms: Vec<String> = columns.iter().map(|(from, _)| from.clone()).collect();
    let tos: Vec<String> = columns.iter().map(|(_, to)| to.clone()).collect();
    let keys: Vec<String> = it.key.iter().map(to_of).collect();
    let statement = format!(
        "INSERT INTO {target} ({}) OVERRIDING SYSTEM VALUE
          SELECT {} FROM {table} WHERE {range} AND {open}
          ORDER BY {} FOR NO KEY UPDATE SKIP LOCKED
          ON CONFLICT ({}) DO NOTHING",
        list(&tos),
        list(&froms),
        list(&it.key),
        list(&keys)
    );
    Batch { statement, left: format!("SELECT FROM {table} WHERE {range} AND {open}") }
}

/// The rows of the walked table whose values the row of the same key in the other has otherwise, as a condition over it.
fn given_otherwise(it: &Sweep, into: &Name, key: &[String], columns: &[String]) -> String {
    let own = quote(&it.table.name);
    let same: Vec<String> = it
        .key
        .iter()
        .zip(key)
        .map(|(k, other)| format!("altimeter_there.{} = {own}.{}", quote(other), quote(k)))
        .collect();
    let row = |of: &str| {
        let fields: Vec<String> = columns.iter().map(|c| format!("{of}.{}", quote(c))).collect();
        format!("ROW({})", fields.join(", "))
    };
    format!(
        "EXISTS (SELECT FROM {} AS altimeter_there WHERE {} AND pg_catalog.record_image_ne({}, {}))",
        quote_name(into),
        same.join(" AND "),
        row("altimeter_there"),
        row(&own)
    )
}

/// Rows of both tables are locked first, those that others have locked left for later: nothing is waited for.
fn give_batch(it: &Sweep, range: &str, into: &Name, (key, columns): (&[String], &[String])) -> Batch {
    let (table, target) = (quote_name(&it.table), quote_name(into));
    let keys = renamed_key(&it.key);
    let (mut picked, mut same, mut differ, mut assignments) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for ((own, name), other) in keys.iter().zip(key) {
        picked.push(format!("{own} AS {name}"));
        same.push(format!("altimeter_there.{} = {name}", quote(other)));
    }
    for (n, column) in columns.iter().enumerate() {
        let (column, value) = (quote(column), format!("altimeter_value_{}", n + 1));
        picked.push(format!("{column} AS {value}"));
        differ.push((format!("altimeter_there.{column}"), value.clone()));
        assignments.push(format!("{column} = {value}"));
    }
    let row = |fields: Vec<&str>| format!("ROW({})", fields.join(", "));
    let there = row(differ.iter().map(|(there, _)| there.as_str()).collect());
    let values = row(differ.iter().map(|(_, value)| value.as_str()).collect());
    let open = format!("{} AND pg_catalog.record_image_ne({there}, {values})", same.join(" AND "));
    let given = |lock: &str| format!("SELECT {} FROM {table} WHERE {range}{lock}", picked.join(", "));
    let statement = format!(
        "WITH given AS MATERIALIZED (
            {}),
          free AS MATERIALIZED (
            SELECT given.* FROM given JOIN {target} AS altimeter_there ON {open}
            FOR NO KEY UPDATE OF altimeter_there SKIP LOCKED)
          UPDATE {target} AS altimeter_there SET {} FROM free WHERE {}",
        given(" FOR NO KEY UPDATE SKIP LOCKED"),
        assignments.join(", "),
        same.join(" AND "),
    );
    Batch {
        statement,
        left: format!("SELECT FROM ({}) AS given JOIN {target} AS altimeter_there ON {open}", given("")),
    }
}

fn set_back_batch(it: &Sweep, range: &str, into: &Name, columns: &[String]) -> Batch {
    let (kept, target) = (quote_name(&it.table), quote_name(into));
    let keys = renamed_key(&it.key);
    let (mut picked, mut same, mut untouched, mut differ, mut assignments) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (key, name) in &keys {
        picked.push(format!("{key} AS {name}"));
        same.push(format!("{key} = {name}"));
    }
    for (n, column) in columns.iter().enumerate() {
        let (column, after) = (quote(column), quote(&Sweep::kept_after(n)));
        let before = format!("altimeter_before_{}", n + 1);
        picked.push(format!("{column} AS {before}"));
        picked.push(after.clone());
        let images = |left: &str, right: &str, how: &str| {
            format!("pg_catalog.record_image_{how}(ROW({left}), ROW({right}))")
        };
        untouched.push(images(&column, &after, "eq"));
        differ.push(images(&column, &before, "ne"));
        assignments.push(format!("{column} = {before}"));
    }
    let (same, untouched) = (same.join(" AND "), untouched.join(" AND "));
    let kept_rows = format!("SELECT {} FROM {kept} WHERE {range}", picked.join(", "));
    let open = format!("{same} AND {untouched} AND ({})", differ.join(" OR "));
    let befores = (1..=columns.len()).map(|n| format!("altimeter_before_{n}"));
    let afters = (0..columns.len()).map(|n| quote(&Sweep::kept_after(n)));
    let names: Vec<String> = keys.iter().map(|(_, n)| n.clone()).chain(befores).chain(afters).collect();
    let statement = format!(
        "WITH kept_rows AS ({kept_rows}),
          free AS (
            SELECT {names} FROM {target} JOIN kept_rows ON {open}
            FOR NO KEY UPDATE OF {own} SKIP LOCKED)
          UPDATE {target} SET {} FROM free WHERE {same} AND {untouched}",
        assignments.join(", "),
        names = names.join(", "),
        own = quote(&into.name),
    );
    Batch { statement, left: format!("SELECT FROM {target} JOIN ({kept_rows}) AS kept_rows ON {open}") }
}

/// The rows that reference rows of another table that satisfy a condition.
pub(crate) fn references(
    columns: &[String],
    (table, own): (&Name, &[String]),
    condition: Option<&str>,
) -> String {
    let which = condition.map(|c| format!(" WHERE {c}")).unwrap_or_default();
    format!("({}) IN (SELECT {} FROM {}{which})", list(columns), list(own), quote_name(table))
}

/// A DELETE or UPDATE as one statement.
pub(crate) fn print_rows(it: &RowsStatement) -> String {
    let table = quote_name(&it.table);
    let which = it.condition.as_ref().map(|c| format!(" WHERE {c}")).unwrap_or_default();
    match &it.set {
        None => format!("DELETE FROM {table}{which}"),
        Some(set) => {
            let set: Vec<String> = set.iter().map(|(c, v)| format!("{} = {v}", quote(c))).collect();
            format!("UPDATE {table} SET {}{which}", set.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_back_and_a_lie_is_not() {
        let catalog = Catalog::default();
        let odd = Name::new("public", "Odd, \"na.me\"\n; DROP \\ TABLE");
        let own = |s: &str| s.to_owned();
        let works = [
            SweepWork::Delete { condition: None, kept: None },
            SweepWork::Delete {
                condition: Some(own("a = 'x\n--   do     set'")),
                kept: Some((odd.clone(), vec![own("a"), own("B, c")])),
            },
            SweepWork::Set {
                set: vec![(own("a = b"), own("1 + 2")), (own("c"), own("a"))],
                condition: Some(own("a > 1")),
                kept: Some(odd.clone()),
                once: true,
            },
            SweepWork::Set { set: vec![(own("a"), own("''"))], condition: None, kept: None, once: false },
            SweepWork::Copy {
                into: odd.clone(),
                columns: vec![(own("a"), own("b")), (own("X"), own("y"))],
                unless: vec![(own("c d"), own("NULL::text"))],
            },
            SweepWork::Give {
                into: odd.clone(),
                key: vec![own("K k"), own("b")],
                columns: vec![own("c"), own("D")],
            },
            SweepWork::SetBack { into: odd.clone(), columns: vec![own("a"), own("X")] },
        ];
        for work in works {
            let it = Sweep {
                table: odd.clone(),
                work,
                key: vec![own("a"), own("X")],
                batch_rows: 700,
                pause_ms: 100,
            };
            let sql = print(&catalog, &it);
            assert_eq!(read(&catalog, &sql), Some(it));
            assert_eq!(read(&catalog, &sql.replace("COMMIT;", "")), None);
        }
    }
}
