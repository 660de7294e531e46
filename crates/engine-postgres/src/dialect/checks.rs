//! Checks as read-only queries.
//!
//! Objects are looked up by name in the catalogs, never by a cast to `regclass`: a cast fails where a check must say
//! no. Where a check has a limit, a second column says what was measured.

use altimeter_catalog::{Catalog, Check, ForeignKey, Name, StatementCalls};

use super::in_step::{differs_from, print_differs};
use crate::quoting::{literal, quote, quote_name};

/// One query with one row, whose only column `ok` is true exactly when the check holds.
pub(crate) fn print_check(catalog: &Catalog, check: &Check) -> String {
    match check {
        Check::ColumnExists { table, column } => attribute(table, column, "count(*) = 1", ""),
        Check::ColumnMissing { table, column } => attribute(table, column, "count(*) = 0", ""),
        Check::ColumnNotNull { table, column } => {
            attribute(table, column, "count(*) = 1", " AND a.attnotnull")
        }
        Check::ColumnNullable { table, column } => {
            attribute(table, column, "count(*) = 1", " AND NOT a.attnotnull")
        }
        Check::ColumnHasDefault { table, column } => {
            attribute(table, column, "count(*) = 1", " AND a.atthasdef")
        }
        Check::NameFree { name } => format!("SELECT count(*) = 0 AS ok {}", relation(name)),
        Check::NameTaken { name } => format!("SELECT count(*) = 1 AS ok {}", relation(name)),
        Check::IndexValid { index } => format!(
            "SELECT count(*) = 1 AS ok {} AND EXISTS (SELECT FROM pg_catalog.pg_index i \
             WHERE i.indexrelid = c.oid AND i.indisvalid AND i.indisready)",
            relation(index)
        ),
        Check::TriggerEnabled { table, trigger } => format!(
            "SELECT count(*) = 1 AS ok {} AND EXISTS (SELECT FROM pg_catalog.pg_trigger t \
             WHERE t.tgrelid = c.oid AND t.tgname = {} AND t.tgenabled IN ('O', 'A'))",
            relation(table),
            literal(trigger)
        ),
        Check::TriggerMissing { table, trigger } => format!(
            "SELECT count(*) = 1 AS ok {} AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t \
             WHERE t.tgrelid = c.oid AND t.tgname = {})",
            relation(table),
            literal(trigger)
        ),
        Check::ConstraintValid { table, constraint } => format!(
            "SELECT count(*) = 1 AS ok {} AND EXISTS (SELECT FROM pg_catalog.pg_constraint k \
             WHERE k.conrelid = c.oid AND k.conname = {} AND k.convalidated)",
            relation(table),
            literal(constraint)
        ),
        Check::InStep { table, truth, copy } => {
            let described = catalog.table(table).and_then(|t| t.column(truth).or_else(|| t.column(copy)));
            let differ = print_differs(catalog, described, &quote(truth), &quote(copy));
            format!("SELECT NOT EXISTS (SELECT FROM {} WHERE {differ}) AS ok", quote_name(table))
        }
        Check::Follows { table, follower, value, .. } => {
            let differ = differs_from(catalog, table, follower, value);
            format!("SELECT NOT EXISTS (SELECT FROM {} WHERE {differ}) AS ok", quote_name(table))
        }
        Check::Converts { table, column, function, .. } => format!(
            "SELECT count(*) = 0 AS ok, count(*) AS rows FROM {} WHERE NOT {}({})",
            quote_name(table),
            quote_name(function),
            quote(column)
        ),
        Check::SameRows { table, copy, key, columns, copy_key } => {
            let copy_key = if copy_key.is_empty() { key } else { copy_key };
            same_rows((table, copy), (key, copy_key), columns)
        }
        Check::NoNulls { table, column } => {
            format!(
                "SELECT NOT EXISTS (SELECT FROM {} WHERE {} IS NULL) AS ok",
                quote_name(table),
                quote(column)
            )
        }
        Check::NoDuplicates { table, columns } => {
            let list: Vec<String> = columns.iter().map(|c| quote(c)).collect();
            let known: Vec<String> = list.iter().map(|c| format!("{c} IS NOT NULL")).collect();
            format!(
                "SELECT NOT EXISTS (SELECT FROM {} WHERE {} GROUP BY {} HAVING count(*) > 1) AS ok",
                quote_name(table),
                known.join(" AND "),
                list.join(", ")
            )
        }
        Check::NoDuplicatesNorNulls { table, columns } => {
            let list: Vec<String> = columns.iter().map(|c| quote(c)).collect();
            format!(
                "SELECT NOT EXISTS (SELECT FROM {} GROUP BY {} HAVING count(*) > 1) AS ok",
                quote_name(table),
                list.join(", ")
            )
        }
        Check::NoRowBreaks { table, condition } => {
            format!("SELECT NOT EXISTS (SELECT FROM {} WHERE NOT ({condition})) AS ok", quote_name(table))
        }
        Check::RowsWhere { table, condition, at_most } => {
            let within = at_most.map_or_else(|| "true".to_owned(), |n| format!("count(*) <= {n}"));
            let which = condition.as_ref().map(|c| format!(" WHERE {c}")).unwrap_or_default();
            format!(
                "SELECT {within} AS ok, count(*) || ' rows' AS measured FROM {}{which}",
                quote_name(table)
            )
        }
        Check::NotReferenced { table, columns, foreign, condition } => {
            not_referenced(table, columns, foreign, condition.as_deref())
        }
        Check::NoOrphans { table, columns, foreign, full } => orphans(table, columns, foreign, *full),
        Check::ConstraintMissing { table, constraint } => constrained(table, constraint, "NOT EXISTS"),
        Check::ConstraintExists { table, constraint } => constrained(table, constraint, "EXISTS"),
        Check::ColumnHasNoDefault { table, column } => {
            attribute(table, column, "count(*) = 1", " AND NOT a.atthasdef")
        }
        Check::NoTransactionOlderThan { seconds } => format!(
            "SELECT count(*) = 0 AS ok, 'the longest: ' || max(round(extract(epoch FROM \
             clock_timestamp() - xact_start))::int8) || ' s' AS measured FROM pg_catalog.pg_stat_activity \
             WHERE pid <> pg_backend_pid() AND datname = current_database() AND backend_type = 'client backend' \
             AND xact_start < clock_timestamp() - interval '{seconds} s'"
        ),
        Check::StandbyLagBelow { seconds } => format!(
            "SELECT coalesce(max(replay_lag), interval '0') < interval '{seconds} s' AS ok, \
             count(*) || ' standbys, ' || round(coalesce(extract(epoch FROM max(replay_lag)), 0)::numeric, 1) \
             || ' s at most' AS measured FROM pg_catalog.pg_stat_replication"
        ),
        Check::UsesEnded { statements } => uses_ended(catalog, statements),
        Check::LockWaitsAtMost { table, sessions } => format!(
            "SELECT w.waiting <= {sessions} AS ok, w.waiting || ' wait' AS measured FROM (SELECT count(*) AS waiting \
             FROM pg_catalog.pg_locks l WHERE NOT l.granted AND l.relation = (SELECT c.oid {})) w",
            relation(table)
        ),
    }
}

/// Rows that only one of the two has, by a key that is never NULL, and rows whose stored images differ.
fn same_rows(
    (table, copy): (&Name, &Name),
    (key, copy_key): (&[String], &[String]),
    columns: &[String],
) -> String {
    let each = |print: &dyn Fn(String, String) -> String, joined: &str| {
        let pairs = key.iter().zip(copy_key);
        pairs.map(|(own, other)| print(quote(own), quote(other))).collect::<Vec<_>>().join(joined)
    };
    let row = |of: &str| {
        let fields: Vec<String> = columns.iter().map(|c| format!("{of}.{}", quote(c))).collect();
        format!("ROW({})", fields.join(", "))
    };
    format!(
        "SELECT NOT EXISTS (SELECT FROM {} AS a FULL JOIN {} AS b ON {} WHERE {} OR \
         pg_catalog.record_image_ne({}, {})) AS ok",
        quote_name(table),
        quote_name(copy),
        each(&|own, other| format!("a.{own} = b.{other}"), " AND "),
        each(&|own, other| format!("a.{own} IS NULL OR b.{other} IS NULL"), " OR "),
        row("a"),
        row("b")
    )
}

/// An entry counts all roles' calls. One that is gone was reset, or pushed out by others that run more often.
fn uses_ended(catalog: &Catalog, statements: &[StatementCalls]) -> String {
    let Some(extension) = catalog.extensions.iter().find(|e| e.name == "pg_stat_statements") else {
        return "SELECT NULL::boolean AS ok".to_owned();
    };
    // Numbers only, whatever a file says.
    let number = |id: &str| id.parse::<i64>().unwrap_or(0);
    let then: Vec<String> =
        statements.iter().map(|s| format!("({}::int8, {}::int8)", number(&s.id), s.calls)).collect();
    if then.is_empty() {
        return "SELECT true AS ok".to_owned();
    }
    format!(
        "SELECT count(*) = 0 AS ok, count(*) || ' have run since' AS measured FROM (SELECT queryid, sum(calls) AS calls \
         FROM {}.pg_stat_statements WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = \
         current_database()) GROUP BY queryid) now JOIN (VALUES {}) before(queryid, calls) USING (queryid) \
         WHERE now.calls <> before.calls",
        quote(&extension.schema),
        then.join(", ")
    )
}

/// Rows whose columns are all there and in no row of the referenced table; with `MATCH FULL`, those with some NULL, too.
fn orphans(table: &Name, columns: &[String], foreign: &ForeignKey, full: bool) -> String {
    let known: Vec<String> = columns.iter().map(|c| format!("r.{} IS NOT NULL", quote(c))).collect();
    let pairs = columns.iter().zip(&foreign.columns);
    let same: Vec<String> = pairs.map(|(c, to)| format!("k.{} = r.{}", quote(to), quote(c))).collect();
    let some_null = if full {
        let all = format!("({}) AND NOT ({})", known.join(" OR "), known.join(" AND "));
        format!(" OR {all}")
    } else {
        String::new()
    };
    format!(
        "SELECT NOT EXISTS (SELECT FROM {} r WHERE {} AND NOT EXISTS (SELECT FROM {} k WHERE {}){some_null}) AS ok",
        quote_name(table),
        known.join(" AND "),
        quote_name(&foreign.table),
        same.join(" AND ")
    )
}

/// Rows that reference one of the rows that satisfy the condition, which is over the referenced table alone.
fn not_referenced(table: &Name, columns: &[String], foreign: &ForeignKey, condition: Option<&str>) -> String {
    let names: Vec<String> = (1..=columns.len()).map(|n| format!("altimeter_{n}")).collect();
    let picked = foreign.columns.iter().zip(&names).map(|(c, n)| format!("{} AS {n}", quote(c)));
    let picked: Vec<String> = picked.collect();
    let same: Vec<String> =
        columns.iter().zip(&names).map(|(c, n)| format!("r.{} = k.{n}", quote(c))).collect();
    let which = condition.map(|c| format!(" WHERE {c}")).unwrap_or_default();
    format!(
        "SELECT count(*) = 0 AS ok, count(*) || ' rows' AS measured FROM {} r JOIN (SELECT {} FROM {}{which}) k ON {}",
        quote_name(table),
        picked.join(", "),
        quote_name(&foreign.table),
        same.join(" AND ")
    )
}

fn constrained(table: &Name, constraint: &str, wanted: &str) -> String {
    format!(
        "SELECT count(*) = 1 AS ok {} AND {wanted} (SELECT FROM pg_catalog.pg_constraint k \
         WHERE k.conrelid = c.oid AND k.conname = {})",
        relation(table),
        literal(constraint)
    )
}

/// A query that lists the rows for which a check does not hold; none where it is not about rows.
pub(crate) fn print_exceptions(catalog: &Catalog, check: &Check) -> Option<String> {
    let (table, condition) = match check {
        Check::Follows { table, follower, value, .. } => {
            (table, differs_from(catalog, table, follower, value))
        }
        Check::RowsWhere { table, condition: Some(condition), .. } => (table, condition.clone()),
        Check::Converts { table, column, function, .. } => {
            (table, format!("NOT {}({})", quote_name(function), quote(column)))
        }
        _ => return None,
    };
    Some(format!("SELECT * FROM {} WHERE {condition}", quote_name(table)))
}

fn relation(name: &Name) -> String {
    format!(
        "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = {} AND c.relname = {}",
        literal(&name.schema),
        literal(&name.name)
    )
}

fn attribute(table: &Name, column: &str, wanted: &str, and: &str) -> String {
    format!(
        "SELECT {wanted} AS ok FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = {} AND c.relname = {} \
         AND a.attname = {} AND a.attnum > 0 AND NOT a.attisdropped{and}",
        literal(&table.schema),
        literal(&table.name),
        literal(column)
    )
}
