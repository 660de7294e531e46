//! Dropping a column, as in `drop the column legacy_code from users`.

use altimeter_catalog::Change;

use super::matching::Clause;
use super::pattern::Slot;
use super::reader::{Found, Reader, existing_table};
use super::resolve::{Names, shown};
use super::token::Part;
use super::trouble::Trouble;

/// Reads requests to drop a column.
pub(super) struct DropColumn;

const CLAUSES: &[Clause] = &[
    Clause {
        required: true,
        patterns: &["drop", "get rid of", "should|must|shall|can be dropped|removed|deleted"],
    },
    Clause {
        required: false,
        patterns: &["[column] <column> [column]", "{table} 's [column] <column> [column]"],
    },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
    Clause { required: false, patterns: &["{if_exists}"] },
    Clause { required: false, patterns: &["{cascade}"] },
];

impl Reader for DropColumn {
    fn doing(&self) -> &'static str {
        "dropping a column"
    }

    fn clauses(&self) -> &'static [Clause] {
        CLAUSES
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, column) = found.column(Slot::Column, "drop")?;
        Ok(Change::DropColumn {
            table: table.name.clone(),
            column: column.name.clone(),
            if_exists: found.has(Slot::IfExists),
            cascade: found.has(Slot::Cascade),
        })
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::DropColumn { table, column, if_exists, .. } = change else { return None };
        Some(existing_table(names, table).and_then(|table| {
            if *if_exists {
                return Ok(());
            }
            names.column(table, &Part { text: column.clone(), quote: Some('"') }).map(|_| ())
        }))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::DropColumn { table, column, if_exists, cascade } = change else { return None };
        let exists = if *if_exists { " if it exists" } else { "" };
        let cascade = if *cascade { ", with what depends on it (CASCADE)" } else { "" };
        Some(format!("drop column {} of {table}{exists}{cascade}", shown(column)))
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("drop the column {column} from {table}")
    }
}
