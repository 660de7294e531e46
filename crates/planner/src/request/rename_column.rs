//! Renaming a column, as in `rename users.user_name to username`.

use altimeter_catalog::Change;

use super::matching::Clause;
use super::pattern::Slot;
use super::reader::{Found, Reader, existing_table, free_column_name, incomplete};
use super::resolve::{Names, shown};
use super::token::Part;
use super::trouble::{Progress, Trouble};

/// Reads requests to rename a column.
pub(super) struct RenameColumn;

const CLAUSES: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "rename [column] [name of]",
            "give another|different name to",
            "alter|set|correct name of",
            "alter|set column name [of]",
            "should|must|shall|will be rename",
            "should|must|shall|will be called|named <new>",
            "call <column> of {table} <new>",
        ],
    },
    Clause {
        required: false,
        patterns: &["[from] [column] <column> [column]", "{table} 's [column] <column> [column]"],
    },
    Clause { required: false, patterns: &["to|as|into|-> [be] [column] <new>"] },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
];

impl Reader for RenameColumn {
    fn doing(&self) -> &'static str {
        "renaming a column"
    }

    fn clauses(&self) -> &'static [Clause] {
        CLAUSES
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, column) = found.column(Slot::Column, "rename")?;
        let parts = found.parts(Slot::NewName).ok_or_else(|| {
            incomplete(&format!("what {}.{} shall be called", table.name, shown(&column.name)))
        })?;
        let (to, before) = parts.split_last().ok_or_else(|| incomplete("the new name"))?;
        if !before.is_empty() {
            same_table(found, before, &table.name)?;
        }
        Ok(Change::RenameColumn {
            table: table.name.clone(),
            from: column.name.clone(),
            to: found.new_name(to),
        })
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::RenameColumn { table, from, to } = change else { return None };
        Some(existing_table(names, table).and_then(|table| {
            names.column(table, &Part { text: from.clone(), quote: Some('"') })?;
            if from == to {
                let message = format!("{}.{} has that name already", table.name, shown(from));
                return Err(Trouble::new(Progress::Named, message, "there is nothing to do"));
            }
            free_column_name(names, table, to)
        }))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::RenameColumn { table, from, to } = change else { return None };
        Some(format!("rename {table}.{} to {}", shown(from), shown(to)))
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("rename the column {column} to new_name on the {table} table")
    }
}

/// `rename users.a to users.b` is fine, `to orders.b` is not.
fn same_table(found: &Found<'_>, before: &[Part], table: &altimeter_catalog::Name) -> Result<(), Trouble> {
    let other = &found.names.table(before, found.schema().as_ref())?.name;
    if other == table {
        return Ok(());
    }
    Err(Trouble::new(
        Progress::Named,
        format!("a rename cannot move a column from {table} to {other}"),
        "name a new name in the same table",
    ))
}
