//! The body of a trigger function that keeps old and new columns of a row in step, and how texts are taken apart and put
//! together.

use altimeter_catalog::Reshaped;

use super::follow::CANNOT_BE_HAD;
use super::in_step::dollar_tag;
use crate::expression::put_for_column;
use crate::quoting::{literal, quote};

/// The body, dollar-quoted. It touches nothing but the row at hand. What was written counts: where the new columns were,
/// the old ones follow, else the other way round; where both agree already, neither is touched, so that a value that does
/// not survive the way there and back stays as it was written.
pub(super) fn print_body(it: &Reshaped) -> String {
    let old: Vec<String> = it.old.iter().map(|(c, _)| quote(c)).collect();
    let new: Vec<String> = it.new.iter().map(|(c, _)| quote(c)).collect();
    let row = |of: &str, columns: &[String]| {
        let fields: Vec<String> = columns.iter().map(|c| format!("{of}.{c}")).collect();
        format!("ROW({})", fields.join(", "))
    };
    let differ = |one: &str, other: &str, columns: &[String]| {
        format!("pg_catalog.record_image_ne({}, {})", row(one, columns), row(other, columns))
    };
    let over_new_row = |value: &str, columns: &mut dyn Iterator<Item = &String>| {
        columns.fold(value.to_owned(), |text, c| put_for_column(&text, c, &format!("NEW.{}", quote(c))))
    };
    let assign = |record: &str, column: &str, value: &str| {
        if it.may_fail {
            format!(
                "  BEGIN\n    {record}.{column} := {value};\n  EXCEPTION WHEN {CANNOT_BE_HAD} THEN\n    \
                 {record}.{column} := NULL;\n  END;\n"
            )
        } else {
            format!("  {record}.{column} := {value};\n")
        }
    };
    let mut forward = String::new();
    for (column, value) in &it.new {
        let value = over_new_row(value, &mut it.old.iter().map(|(c, _)| c));
        forward.push_str(&assign("from_old", &quote(column), &value));
    }
    let mut backward = String::new();
    for (column, value) in &it.old {
        let Some(value) = value else { continue };
        let value = over_new_row(value, &mut it.new.iter().map(|(c, _)| c));
        backward.push_str(&assign("from_new", &quote(column), &value));
    }
    let has_way_back = !backward.is_empty();
    let known: Vec<String> = new.iter().map(|c| format!("NEW.{c} IS NOT NULL")).collect();
    let follows_new = if has_way_back {
        "  IF new_written THEN\n    NEW := from_new;\n  ELSIF old_written THEN\n    NEW := from_old;\n  END IF;\n"
    } else {
        "  IF old_written THEN\n    NEW := from_old;\n  END IF;\n"
    };
    let work = format!(
        "DECLARE\n  from_old record := NEW;\n  from_new record := NEW;\n  new_written boolean;\n  old_written boolean;\nBEGIN\n\
         \x20 IF TG_OP = 'UPDATE' THEN\n    IF NOT {same_new} AND NOT {same_old} THEN\n      RETURN NEW;\n    END IF;\n  END IF;\n\
         {forward}{backward}\
         \x20 IF TG_OP = 'INSERT' THEN\n\
         \x20   new_written := ({known}) AND {new_differ};\n\
         \x20   old_written := NOT ({known});\n\
         \x20 ELSE\n\
         \x20   new_written := {same_new} AND {new_differ};\n\
         \x20   old_written := NOT {same_new} AND {old_differ};\n\
         \x20 END IF;\n\
         {follows_new}  RETURN NEW;\nEND\n",
        same_new = differ("NEW", "OLD", &new),
        same_old = differ("NEW", "OLD", &old),
        known = known.join(" OR "),
        new_differ = differ("NEW", "from_old", &new),
        old_differ = if has_way_back { differ("NEW", "from_new", &old) } else { "true".to_owned() },
    );
    let tag = dollar_tag(&work);
    format!("{tag}\n{work}{tag}")
}

/// A text column taken apart at a separator, the last part with all that is left: put together again, the parts are the
/// text they came from, to the byte. A part that is not there is NULL.
pub(crate) fn parts(column: &str, separator: &str, number: usize) -> Vec<String> {
    let (column, separator) = (quote(column), literal(separator));
    let list = format!("string_to_array({column}, {separator})");
    let one = |n: usize| match n {
        // An empty text has one empty part, an empty array has none.
        1 if number > 1 => format!("split_part({column}, {separator}, 1)"),
        n if n == number => {
            format!(
                "CASE WHEN cardinality({list}) >= {n} THEN array_to_string(({list})[{n}:], {separator}) END"
            )
        }
        n => format!("({list})[{n}]"),
    };
    (1..=number).map(one).collect()
}

/// Texts put together with a separator between them, those that are NULL left out; NULL if all are.
pub(crate) fn joined(columns: &[String], separator: &str) -> String {
    let columns: Vec<String> = columns.iter().map(|c| quote(c)).collect();
    let known: Vec<String> = columns.iter().map(|c| format!("{c} IS NOT NULL")).collect();
    format!(
        "CASE WHEN {} THEN concat_ws({}, {}) END",
        known.join(" OR "),
        literal(separator),
        columns.join(", ")
    )
}
