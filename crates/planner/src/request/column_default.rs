//! A column's default, as in `set the default of users.status to 'new'`.

use altimeter_catalog::Change;

use super::column_type::refuse_bare_word;
use super::matching::Clause;
use super::nullability::{has_column, one_line};
use super::pattern::Slot;
use super::reader::{Found, Reader, incomplete};
use super::resolve::{Names, shown};
use super::trouble::{Progress, Trouble};

/// Reads requests to set a default.
pub(super) struct SetDefault;

/// Reads requests to drop a default.
pub(super) struct DropDefault;

const SET: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "set|alter|make default [value] on [column] <column> [column] [{on_table}] to|as|be|into|= <default>",
            "set|alter|make|give [column] <column> [column] [{on_table}] [set] default [value] [to|of|as|=] <default>",
            "set|alter|make {table} 's [column] <column> [column] default [value] [to|as|=] <default>",
            "add|give default [value] [of] <default> on|to [column] <column> [column]",
            "set|make <default> default [value] on|for [column] <column> [column]",
            "[column] <column> [column] [{on_table}] should|must|shall default to <default>",
            "default [value] on [column] <column> [column] [{on_table}] should|must|shall be <default>",
        ],
    },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
];

const DROP: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "drop default [value] on [column] <column> [column]",
            "drop [column] <column> [column] default [value]",
            "drop [column] <column> 's default [value]",
            "[column] <column> [column] [{on_table}] should|must|shall [have] {no_default}",
            "[alter] [column] <column> [column] drop default [value]",
        ],
    },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
];

impl Reader for SetDefault {
    fn doing(&self) -> &'static str {
        "setting a default"
    }

    fn clauses(&self) -> &'static [Clause] {
        SET
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, column) = found.column(Slot::Column, "set the default of")?;
        let expression = found.sql(Slot::Default).ok_or_else(|| incomplete("the default"))?;
        let tokens = found.tokens_of(Slot::Default).and_then(|range| found.tokens.get(range));
        refuse_bare_word(tokens.unwrap_or_default())?;
        let about = format!("the default {}", expression.escape_debug());
        let asked = Change::SetDefault { table: table.name.clone(), column: column.name.clone(), expression };
        match found.confirm(&asked, &about)? {
            read @ Change::SetDefault { .. } => Ok(read),
            _ => Err(Trouble::new(
                Progress::Named,
                format!("{about} is not one expression"),
                "write it as SQL",
            )),
        }
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::SetDefault { table, column, .. } = change else { return None };
        Some(has_column(names, table, column))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::SetDefault { table, column, expression } = change else { return None };
        Some(format!("set the default of {table}.{} to {}", shown(column), one_line(expression)))
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("set the default of {table}.{column} to 'new'")
    }
}

impl Reader for DropDefault {
    fn doing(&self) -> &'static str {
        "dropping a default"
    }

    fn clauses(&self) -> &'static [Clause] {
        DROP
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, column) = found.column(Slot::Column, "drop the default of")?;
        Ok(Change::DropDefault { table: table.name.clone(), column: column.name.clone() })
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::DropDefault { table, column } = change else { return None };
        Some(has_column(names, table, column))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::DropDefault { table, column } = change else { return None };
        Some(format!("drop the default of {table}.{}", shown(column)))
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("drop the default of {table}.{column}")
    }
}
