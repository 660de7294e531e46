//! The body of the trigger function that keeps one table in step with another.

use altimeter_catalog::{Catalog, Mirror};

use super::in_step::dollar_tag;
use crate::quoting::{quote, quote_name};

/// What stands between the name and the language: the function writes a table the application may not, so it runs as
/// its owner, who is not bound by row security, and looks names up where its owner does and never in a session's
/// temporary objects (manual, `CREATE FUNCTION`, "Writing SECURITY DEFINER Functions Safely").
pub(super) fn signature(catalog: &Catalog) -> String {
    let mut path = vec!["pg_catalog".to_owned()];
    path.extend(catalog.server.search_path.iter().filter(|s| *s != "pg_catalog").map(|s| quote(s)));
    path.push("pg_temp".to_owned());
    format!("()\nRETURNS trigger SECURITY DEFINER SET search_path = {}", path.join(", "))
}

/// The body, dollar-quoted. What a key stands for now is looked up, so that the order of triggers, statements nested in
/// them and rows that move between partitions do not matter.
pub(super) fn print_body(it: &Mirror) -> String {
    let (from, into) = (quote_name(&it.from), quote_name(&it.into));
    let keys: Vec<String> = it.key.iter().map(|k| quote(k)).collect();
    let at = |alias: &str, row: &str| {
        let same: Vec<String> = keys.iter().map(|k| format!("{alias}.{k} = {row}.{k}")).collect();
        same.join(" AND ")
    };
    let columns: Vec<String> = it.columns.iter().map(|c| quote(c)).collect();
    let column_list = columns.join(", ");
    let set: Vec<String> = it
        .columns
        .iter()
        .filter(|c| !it.fixed.contains(c))
        .map(|c| format!("{0} = EXCLUDED.{0}", quote(c)))
        .collect();
    let otherwise =
        if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", set.join(", ")) };
    let work = format!(
        "BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    IF NOT EXISTS (SELECT FROM {from}) THEN
      TRUNCATE {into};
    END IF;
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM {into} AS c WHERE {c_old} AND NOT EXISTS (SELECT FROM {from} AS f WHERE {f_old});
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO {into} ({column_list}) OVERRIDING SYSTEM VALUE
      SELECT {column_list} FROM {from} AS f WHERE {f_new}
      ON CONFLICT ({key_list}) DO {otherwise};
  END IF;
  RETURN NULL;
END
",
        c_old = at("c", "OLD"),
        f_old = at("f", "OLD"),
        f_new = at("f", "NEW"),
        key_list = keys.join(", "),
    );
    let tag = dollar_tag(&work);
    format!("{tag}\n{work}{tag}")
}
