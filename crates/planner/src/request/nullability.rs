//! Whether a column may be NULL, as in `make users.email not null, fill with ''` and `drop the not null on users.bio`.

use altimeter_catalog::{Backfill, BackfillValue, Change};

use super::column_type::refuse_bare_word;
use super::matching::Clause;
use super::pattern::Slot;
use super::reader::{Found, Reader, existing_table};
use super::resolve::{Names, shown};
use super::token::Part;
use super::trouble::{Progress, Trouble};

/// Reads requests to make a column NOT NULL.
pub(super) struct MakeNotNull;

/// Reads requests to let a column be NULL.
pub(super) struct MakeNullable;

const NOT_NULL: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "make|making|mark|turn|set|alter|declare [column] <column> [column] [{on_table}] [to|as|be|into] [set] {not_null}",
            "set|put|enforce|require|add {not_null} on|to [column] <column> [column]",
            "[column] <column> [column] [{on_table}] [should|must|shall] [be] {not_null}",
            "{table} 's [column] <column> [column] [should|must|shall] [be] {not_null}",
            "require [value] on [column] <column> [column]",
        ],
    },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
    Clause {
        required: false,
        patterns: &[
            "fill|filling|filled|backfill|backfilling [old|missing|it|them] [null|nulls|rows|values] with|by <default>",
            "replace|replacing [old] null|nulls with|by <default>",
            "use|using <default> for|where [it] [is] [old|missing] [null|nulls|rows|values]",
        ],
    },
];

const NULLABLE: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "make|making|mark|turn|set|alter|declare [column] <column> [column] [{on_table}] [to|as|be|into] {nullable}",
            "allow|permit|accept null|nulls on [column] <column> [column]",
            "let [column] <column> [column] [{on_table}] be null|nullable|optional",
            "drop {not_null} on [column] <column> [column]",
            "[alter] [column] <column> [column] drop {not_null}",
            "[column] <column> [column] [{on_table}] [should|must|shall] [be] {nullable}",
            "{table} 's [column] <column> [column] [should|must|shall] [be] {nullable}",
        ],
    },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
];

impl Reader for MakeNotNull {
    fn doing(&self) -> &'static str {
        "making a column NOT NULL"
    }

    fn clauses(&self) -> &'static [Clause] {
        NOT_NULL
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, column) = found.column(Slot::Column, "make NOT NULL")?;
        let demand = Change::SetNotNull { table: table.name.clone(), column: column.name.clone() };
        let Some(value) = found.sql(Slot::Default) else { return Ok(demand) };
        let tokens = found.tokens_of(Slot::Default).and_then(|range| found.tokens.get(range));
        refuse_bare_word(tokens.unwrap_or_default())?;
        // What can be a default can stand for a missing value, and reads no other column.
        let as_default = Change::SetDefault {
            table: table.name.clone(),
            column: column.name.clone(),
            expression: value.clone(),
        };
        let Change::SetDefault { expression, .. } =
            found.confirm(&as_default, &format!("the value {value}"))?
        else {
            return Err(Trouble::new(
                Progress::Named,
                format!("the value {} is not one expression", value.escape_debug()),
                "write it as SQL; a text value stands in single quotes",
            ));
        };
        let fill = Change::Backfill(Backfill {
            table: table.name.clone(),
            column: column.name.clone(),
            value: BackfillValue::Expression(expression),
            key: table.walking_key().ok_or_else(|| {
                Trouble::new(
                    Progress::Named,
                    format!(
                        "{} has no key to walk its rows by, so they cannot be filled in batches",
                        table.name
                    ),
                    "add a primary key, or a unique index over NOT NULL columns",
                )
            })?,
            batch_rows: BATCH_ROWS,
            pause_ms: PAUSE_MS,
        });
        Ok(Change::Together(vec![fill, demand]))
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::SetNotNull { table, column } = change else { return None };
        Some(has_column(names, table, column))
    }

    fn says(&self, change: &Change) -> Option<String> {
        match change {
            Change::SetNotNull { table, column } => Some(format!("make {table}.{} NOT NULL", shown(column))),
            Change::Backfill(Backfill { table, column, value: BackfillValue::Expression(value), .. }) => {
                Some(format!("fill NULLs of {table}.{} with {}", shown(column), one_line(value)))
            }
            _ => None,
        }
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("make {table}.{column} not null")
    }
}

/// Rows a batch and the pause behind it, in ms, as in statements that are only compared; a plan chooses its own.
const BATCH_ROWS: u32 = 1_000;
const PAUSE_MS: u32 = 100;

impl Reader for MakeNullable {
    fn doing(&self) -> &'static str {
        "letting a column be NULL"
    }

    fn clauses(&self) -> &'static [Clause] {
        NULLABLE
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, column) = found.column(Slot::Column, "let be NULL")?;
        Ok(Change::DropNotNull { table: table.name.clone(), column: column.name.clone() })
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::DropNotNull { table, column } = change else { return None };
        Some(has_column(names, table, column))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::DropNotNull { table, column } = change else { return None };
        Some(format!("let {table}.{} be NULL", shown(column)))
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("drop the not null on {table}.{column}")
    }
}

/// Whether a change read from SQL names a column that is there.
pub(super) fn has_column(
    names: Names<'_>,
    table: &altimeter_catalog::Name,
    column: &str,
) -> Result<(), Trouble> {
    let table = existing_table(names, table)?;
    names.column(table, &Part { text: column.to_owned(), quote: Some('"') }).map(|_| ())
}

/// An expression for people, control characters shown as such.
pub(super) fn one_line(expression: &str) -> String {
    expression.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\"")
}
