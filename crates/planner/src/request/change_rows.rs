//! Rows that are to go or to change, as in `delete rows of events older than 90 days` and `set status to 'new' where status
//! is null in orders`. What somebody writes as a DELETE or UPDATE is read as such.

use altimeter_catalog::{Change, Column, RowsStatement, Table};

use super::column_type::refuse_bare_word;
use super::matching::Clause;
use super::pattern::Slot;
use super::reader::{Found, Reader, incomplete};
use super::resolve::{Names, shown};
use super::trouble::{Progress, Trouble};

/// Reads requests to delete rows.
pub(super) struct DeleteRows;

/// Reads requests to set a column in many rows.
pub(super) struct SetRows;

const DELETE: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "drop|purge|erase|clear|prune [out] [all|old] rows|row|records|entries on {table}",
            "drop|purge|erase|clear|prune [out] [all|old] {table} rows|row|records|entries",
            "drop|purge|prune [all|everything|anything] from {table}",
            "purge|prune {table}",
        ],
    },
    Clause {
        required: false,
        patterns: &[
            "where|whose <predicate>",
            "[that|which] [is|are] older than|then <number> {period}",
            "[that|which] [is|are] more than <number> {period} old",
        ],
    },
    Clause { required: false, patterns: &["by|on|using [column] <column> [column]"] },
];

const SET: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "set|update|fill [column] <column> [column] [{on_table}] to|=|with <default>",
            "on {table} set|update|fill [column] <column> [column] to|=|with <default>",
        ],
    },
    Clause {
        required: true,
        patterns: &["where|wherever <predicate>", "everywhere", "on|for all|every row|rows|record|records"],
    },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
];

impl Reader for DeleteRows {
    fn doing(&self) -> &'static str {
        "deleting rows"
    }

    fn clauses(&self) -> &'static [Clause] {
        DELETE
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let Some(table) = found.named_table()? else { return Err(incomplete("which table it is about")) };
        let condition = match (found.sql(Slot::Predicate), found.sql(Slot::Number)) {
            (Some(condition), None) if !found.has(Slot::Column) => condition,
            (None, Some(number)) => older_than(found, table, &number)?,
            _ => {
                let mut trouble = incomplete("which rows shall go");
                trouble.progress = Progress::Named;
                trouble.instead = format!(
                    "say it: `delete rows of {} where …`, `… older than 90 days`; for all of them write DELETE FROM {}",
                    table.name, table.name
                );
                return Err(trouble);
            }
        };
        written(
            found.names,
            &RowsStatement { table: table.name.clone(), set: None, condition: Some(condition) },
        )
    }

    fn examine(&self, _: Names<'_>, _: &Change) -> Option<Result<(), Trouble>> {
        None
    }

    fn says(&self, _: &Change) -> Option<String> {
        None
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("delete rows of {table} where {column} is null")
    }
}

impl Reader for SetRows {
    fn doing(&self) -> &'static str {
        "setting a column in many rows"
    }

    fn clauses(&self) -> &'static [Clause] {
        SET
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, column) = found.column(Slot::Column, "set")?;
        let value = found.sql(Slot::Default).unwrap_or_default();
        let tokens = found.tokens_of(Slot::Default).and_then(|range| found.tokens.get(range));
        if table.column(&value).is_none() {
            refuse_bare_word(tokens.unwrap_or_default())?;
        }
        let condition = found.sql(Slot::Predicate);
        let set = Some(vec![(column.name.clone(), value)]);
        written(found.names, &RowsStatement { table: table.name.clone(), set, condition })
    }

    fn examine(&self, _: Names<'_>, _: &Change) -> Option<Result<(), Trouble>> {
        None
    }

    fn says(&self, _: &Change) -> Option<String> {
        None
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("set {column} to 'x' where {column} is null in {table}")
    }
}

/// The statement, if what was said makes exactly one.
fn written(names: Names<'_>, asked: &RowsStatement) -> Result<Change, Trouble> {
    let sql = names.engine.print_rows(asked);
    let wrong = |why: &str| {
        Trouble::new(
            Progress::Named,
            format!("`{}` is not understood: {why}", sql.escape_debug()),
            "write the condition and the value as SQL; a text value stands in single quotes",
        )
    };
    let read = names.engine.rows_statement(names.catalog, &sql).map_err(|why| wrong(&why))?;
    let table = names.catalog.table(&asked.table);
    let read_columns = read.condition.iter().flat_map(|c| names.engine.columns_of(c));
    let unknown =
        table.and_then(|t| read_columns.into_iter().find(|c| t.column(c).is_none() && *c != t.name.name));
    if let Some(unknown) =
        unknown.filter(|_| !read.condition.as_deref().unwrap_or_default().contains("SELECT"))
    {
        return Err(Trouble::new(
            Progress::Named,
            format!("{} has no column {}", asked.table, shown(&unknown)),
            "correct the condition; a text value stands in single quotes",
        ));
    }
    match names.engine.written(names.catalog, &sql) {
        Some(change) if read.table == asked.table && read.set.is_some() == asked.set.is_some() => Ok(change),
        _ => Err(wrong("it is not one statement about these rows")),
    }
}

/// Columns that hold when a row came, by the names they usually have.
const WHEN_IT_CAME: &[&str] = &[
    "created_at",
    "created",
    "created_on",
    "inserted_at",
    "occurred_at",
    "logged_at",
    "recorded_at",
    "timestamp",
    "ts",
];

fn older_than(found: &Found<'_>, table: &Table, number: &str) -> Result<String, Trouble> {
    let whole: u32 = number
        .replace('_', "")
        .parse()
        .map_err(|_| Trouble::new(Progress::Named, format!("{number} is no whole number"), "say it as 90"))?;
    let last = found.tokens_of(Slot::Period).and_then(|r| found.tokens.get(r.end.checked_sub(1)?));
    let period = last.and_then(|t| t.word()).unwrap_or_default().to_lowercase();
    let units = [("d", "days"), ("w", "weeks"), ("m", "months"), ("y", "years")];
    let unit = units.into_iter().find(|(letter, _)| period.starts_with(letter)).map(|(_, unit)| unit);
    let Some(unit) = unit else {
        return Err(Trouble::new(
            Progress::Named,
            format!("{period} is no period that is known here"),
            "say it in days, weeks, months or years",
        ));
    };
    let is_time = |c: &&Column| c.type_name == "date" || c.type_name.starts_with("timestamp");
    let column = if found.has(Slot::Column) {
        found.column(Slot::Column, "go by")?.1
    } else {
        let times: Vec<&Column> = table.columns.iter().filter(is_time).collect();
        let usual = times.iter().copied().find(|c| WHEN_IT_CAME.contains(&c.name.as_str()));
        match (times.as_slice(), usual) {
            ([one], _) => *one,
            (_, Some(usual)) => usual,
            _ => {
                let mut trouble = incomplete(&format!("by which column of {} rows are old", table.name));
                let names: Vec<String> = times.iter().map(|c| shown(&c.name)).collect();
                trouble.instead = match names.is_empty() {
                    true => "none of its columns is a date or a timestamp: say it with `where`".to_owned(),
                    false => format!("add `by` and the column, one of {}", names.join(", ")),
                };
                return Err(trouble);
            }
        }
    };
    if !is_time(&column) {
        return Err(Trouble::new(
            Progress::Named,
            format!("{} of {} is no date and no timestamp", shown(&column.name), table.name),
            "name a column that is, or say it with `where`",
        ));
    }
    let name = found.names.engine.replace_column("x", "x", &column.name);
    Ok(format!("{name} < now() - interval '{whole} {unit}'"))
}
