//! Questions a plan asks of the database before and after a step.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ForeignKey, Name, StatementCalls};

/// A read-only question with a yes or a no. An engine prints it as one query that returns one row, whose first
/// column is true exactly when the answer is yes. `Display` says what is asked, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Check {
    /// The table has the column.
    ColumnExists {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
    /// The table has no such column.
    ColumnMissing {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
    /// The column cannot be NULL.
    ColumnNotNull {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
    /// The column may be NULL.
    ColumnNullable {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
    /// The column has a default.
    ColumnHasDefault {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
    /// No relation bears the name.
    NameFree {
        /// The name.
        name: Name,
    },
    /// A relation bears the name.
    NameTaken {
        /// The name.
        name: Name,
    },
    /// The index is there and valid.
    IndexValid {
        /// The index.
        index: Name,
    },
    /// The trigger is there and fires.
    TriggerEnabled {
        /// The table.
        table: Name,
        /// The trigger.
        trigger: String,
    },
    /// The table has no such trigger.
    TriggerMissing {
        /// The table.
        table: Name,
        /// The trigger.
        trigger: String,
    },
    /// The constraint is there and every row was checked against it.
    ConstraintValid {
        /// The table.
        table: Name,
        /// The constraint.
        constraint: String,
    },
    /// No row where two columns differ. Reads the whole table.
    InStep {
        /// The table.
        table: Name,
        /// The one column.
        truth: String,
        /// The other.
        copy: String,
    },
    /// No row where a column is not what becomes of another. Reads the whole table.
    Follows {
        /// The table.
        table: Name,
        /// The column that follows.
        follower: String,
        /// The column it follows.
        leader: String,
        /// What becomes of it, as SQL.
        value: String,
    },
    /// No row whose value a function ([`crate::Converts`]) refuses. Reads the whole table.
    Converts {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// The type it shall become.
        type_name: String,
        /// The function.
        function: Name,
    },
    /// Two tables hold the same rows, found by a key both have. Reads both.
    SameRows {
        /// The one table.
        table: Name,
        /// The other.
        copy: Name,
        /// The key.
        key: Vec<String>,
        /// The columns that are compared.
        columns: Vec<String>,
        /// What the key's columns are called in the other table; empty where they are called the same.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        copy_key: Vec<String>,
    },
    /// No row where the column is NULL. Reads the whole table.
    NoNulls {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
    /// No two rows agree in all the columns, NULLs never agreeing. Reads the whole table.
    NoDuplicates {
        /// The table.
        table: Name,
        /// The columns.
        columns: Vec<String>,
    },
    /// No two rows agree in all the columns, NULLs agreeing with each other. Reads the whole table.
    NoDuplicatesNorNulls {
        /// The table.
        table: Name,
        /// The columns.
        columns: Vec<String>,
    },
    /// No row for which the condition is false; one for which it is NULL is none. Reads the whole table.
    NoRowBreaks {
        /// The table.
        table: Name,
        /// The condition, as SQL.
        condition: String,
    },
    /// At most that many rows satisfy a condition. Reads the whole table.
    RowsWhere {
        /// The table.
        table: Name,
        /// The condition, as SQL; none for all rows.
        condition: Option<String>,
        /// Rows; none where any number will do, and it is only counted.
        at_most: Option<u64>,
    },
    /// No row of one table references a row of another that satisfies a condition. Reads both tables.
    NotReferenced {
        /// The referencing table.
        table: Name,
        /// Its columns.
        columns: Vec<String>,
        /// What they reference.
        foreign: ForeignKey,
        /// Which referenced rows, as SQL; none for all.
        condition: Option<String>,
    },
    /// No row without the row it references. Reads the whole table.
    NoOrphans {
        /// The referencing table.
        table: Name,
        /// Its columns.
        columns: Vec<String>,
        /// What they reference.
        foreign: ForeignKey,
        /// `MATCH FULL`: a row with some of the columns NULL and others not is one, too.
        full: bool,
    },
    /// The table has no constraint of that name.
    ConstraintMissing {
        /// The table.
        table: Name,
        /// The constraint.
        constraint: String,
    },
    /// The table has a constraint of that name, validated or not.
    ConstraintExists {
        /// The table.
        table: Name,
        /// The constraint.
        constraint: String,
    },
    /// The column has no default.
    ColumnHasNoDefault {
        /// The table.
        table: Name,
        /// The column.
        column: String,
    },
    /// No transaction has been open for longer than that; a lock request would queue behind it.
    NoTransactionOlderThan {
        /// Seconds.
        seconds: u32,
    },
    /// No connected standby is further behind than that.
    StandbyLagBelow {
        /// Seconds.
        seconds: u32,
    },
    /// None of these statements has run since: each was called as often as then, or is no longer in the server's list.
    UsesEnded {
        /// The statements, with their calls when the plan was made.
        statements: Vec<StatementCalls>,
    },
    /// At most that many sessions wait for a lock on the table.
    LockWaitsAtMost {
        /// The table.
        table: Name,
        /// Sessions.
        sessions: u32,
    },
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Check::ColumnExists { table, column } => write!(f, "{table} has the column {column}"),
            Check::ColumnMissing { table, column } => write!(f, "{table} has no column {column}"),
            Check::ColumnNotNull { table, column } => write!(f, "{table}.{column} is NOT NULL"),
            Check::ColumnNullable { table, column } => write!(f, "{table}.{column} may be NULL"),
            Check::ColumnHasDefault { table, column } => write!(f, "{table}.{column} has a default"),
            Check::NameFree { name } => write!(f, "nothing is called {name} yet"),
            Check::NameTaken { name } => write!(f, "{name} is there"),
            Check::IndexValid { index } => write!(f, "the index {index} is there and valid"),
            Check::TriggerEnabled { table, trigger } => {
                write!(f, "the trigger {trigger} on {table} is enabled")
            }
            Check::TriggerMissing { table, trigger } => write!(f, "{table} has no trigger {trigger}"),
            Check::ConstraintValid { table, constraint } => {
                write!(f, "the constraint {constraint} on {table} is validated")
            }
            Check::InStep { table, truth, copy } => {
                write!(f, "no row of {table} where {truth} and {copy} differ (reads the whole table)")
            }
            Check::Follows { table, follower, leader, .. } => write!(
                f,
                "no row of {table} where {follower} is not what becomes of {leader} (reads the whole table)"
            ),
            Check::Converts { table, column, type_name, .. } => {
                write!(
                    f,
                    "no row of {table} whose {column} does not become {type_name} (reads the whole table)"
                )
            }
            Check::SameRows { table, copy, copy_key, columns, .. } if !copy_key.is_empty() => write!(
                f,
                "each row of {table} has one of {copy} with the same {}, and there are no others (reads both)",
                columns.join(", ")
            ),
            Check::SameRows { table, copy, .. } => {
                write!(f, "{table} and {copy} hold the same rows (reads both)")
            }
            Check::NoNulls { table, column } => {
                write!(f, "no row of {table} where {column} is NULL (reads the whole table)")
            }
            Check::NoDuplicates { table, columns } => {
                write!(f, "no two rows of {table} agree in ({}) (reads the whole table)", columns.join(", "))
            }
            Check::NoDuplicatesNorNulls { table, columns } => write!(
                f,
                "no two rows of {table} agree in ({}), NULLs counted as equal (reads the whole table)",
                columns.join(", ")
            ),
            Check::NoRowBreaks { table, condition } => {
                write!(f, "no row of {table} breaks {condition} (reads the whole table)")
            }
            Check::RowsWhere { table, condition, at_most } => {
                let which = condition.as_ref().map(|c| format!(" where {c}")).unwrap_or_default();
                match at_most {
                    Some(0) => write!(f, "no row of {table}{which} (reads the whole table)"),
                    Some(n) => write!(f, "at most {n} rows of {table}{which} (reads the whole table)"),
                    None => write!(f, "counts the rows of {table}{which} (reads the whole table)"),
                }
            }
            Check::NotReferenced { table, columns, foreign, condition } => {
                let which = condition.as_ref().map(|c| format!(" where {c}")).unwrap_or_default();
                write!(
                    f,
                    "no row of {table} references by ({}) a row of {}{which} (reads both tables)",
                    columns.join(", "),
                    foreign.table
                )
            }
            Check::NoOrphans { table, columns, foreign, .. } => write!(
                f,
                "no row of {table} whose ({}) is not in {} (reads the whole table)",
                columns.join(", "),
                foreign.table
            ),
            Check::ConstraintMissing { table, constraint } => {
                write!(f, "{table} has no constraint {constraint}")
            }
            Check::ConstraintExists { table, constraint } => {
                write!(f, "{table} has the constraint {constraint}")
            }
            Check::ColumnHasNoDefault { table, column } => write!(f, "{table}.{column} has no default"),
            Check::NoTransactionOlderThan { seconds } => {
                write!(f, "no transaction has been open for over {seconds} s")
            }
            Check::StandbyLagBelow { seconds } => write!(f, "no standby is more than {seconds} s behind"),
            Check::UsesEnded { statements } => {
                let number = statements.len();
                write!(f, "none of the {number} statements that used it has been called since")
            }
            Check::LockWaitsAtMost { table, sessions } => {
                write!(f, "at most {sessions} sessions wait for a lock on {table}")
            }
        }
    }
}
