//! What a column has beside its type, default and constraints.

use altimeter_catalog::{Change, Column, ColumnAction, Commented, Name, ObjectChange};

use crate::quoting::{literal, quote, quote_name};

/// The column's comment, statistics target and options, given to a column of that name.
pub(crate) fn column_settings(table: &Name, column: &Column, name: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    let own = quote(name);
    let action = |action| Change::AlterColumn { table: table.clone(), column: name.to_owned(), action };
    if let Some(text) = &column.comment {
        changes.push(Change::Written {
            sql: format!("COMMENT ON COLUMN {}.{own} IS {}", quote_name(table), literal(text)),
            changes: vec![Change::Object(ObjectChange::Comment {
                on: Commented::Column(name.to_owned()),
                relation: Some(table.clone()),
                text: Some(text.clone()),
                label: false,
            })],
        });
    }
    if let Some(target) = column.statistics_target {
        changes.push(Change::Written {
            sql: format!("ALTER TABLE {} ALTER COLUMN {own} SET STATISTICS {target}", quote_name(table)),
            changes: vec![action(ColumnAction::Statistics)],
        });
    }
    if !column.options.is_empty() {
        changes.push(Change::Written {
            sql: format!(
                "ALTER TABLE {} ALTER COLUMN {own} SET ({})",
                quote_name(table),
                column.options.join(", ")
            ),
            changes: vec![action(ColumnAction::Options)],
        });
    }
    changes
}
