//! Columns of tables, privileges on them and the planner's numbers about them.

use std::collections::HashMap;

use altimeter_catalog::{
    Column, ColumnStatistics, Generated, Grant, Identity, InspectError, Name, TableKind, View, ViewColumn,
};

use super::answers::{Answers, Cells};
use super::drafts::Drafts;
use crate::queries;

/// Adds the columns in their order, then their privileges and statistics.
pub(super) fn add_columns(
    drafts: &mut Drafts,
    views: &mut HashMap<i64, View>,
    answers: &Answers,
) -> Result<(), InspectError> {
    let mut columns: Vec<(i64, i32, Column)> = Vec::new();
    for row in answers.of(&queries::COLUMNS) {
        columns.push((row.get("table_id")?, row.get("number")?, column(row)?));
    }
    columns.sort_by_key(|(table, number, _)| (*table, *number));
    for (table, _, column) in columns {
        if let Some(draft) = drafts.get_mut(table) {
            draft.table.columns.push(column);
        } else if let Some(view) = views.get_mut(&table) {
            let Column { name, type_name, default, comment, .. } = column;
            let type_name = Some(type_name);
            view.details.push(ViewColumn { name, type_name, default, comment, grants: Vec::new() });
        }
    }
    add_grants(drafts, views, answers)?;
    add_statistics(drafts, answers)
}

fn column(row: Cells<'_>) -> Result<Column, InspectError> {
    let generated = match row.get::<&str>("generated")? {
        "" => None,
        kind => Some(Generated {
            stored: kind == "s",
            expression: row.get::<Option<String>>("generation_expression")?.unwrap_or_default(),
        }),
    };
    Ok(Column {
        name: row.get("name")?,
        type_name: row.get("type_name")?,
        collation: row.get("collation")?,
        nondeterministic: row.get("nondeterministic")?,
        not_null: row.get("not_null")?,
        default: row.get("default_expression")?,
        generated,
        identity: match row.get::<&str>("identity")? {
            "a" => Some(Identity::Always),
            "d" => Some(Identity::ByDefault),
            _ => None,
        },
        inherited: row.get("inherited")?,
        grants: Vec::new(),
        statistics: None,
        comment: row.get("comment")?,
        statistics_target: row.get("statistics_target")?,
        options: row.list("options")?,
    })
}

fn add_grants(
    drafts: &mut Drafts,
    views: &mut HashMap<i64, View>,
    answers: &Answers,
) -> Result<(), InspectError> {
    for row in answers.of(&queries::GRANTS) {
        let grant = Grant {
            grantee: row.get("grantee")?,
            privileges: row.list("privileges")?,
            grantable: row.get("grantable")?,
        };
        let name: Option<&str> = row.get("name")?;
        let id: i64 = row.get("table_id")?;
        let Some(table) = drafts.get_mut(id).map(|d| &mut d.table) else {
            let Some(view) = views.get_mut(&id) else { continue };
            match name {
                None => view.grants.push(grant),
                Some(column) => view.detail_mut(column).grants.push(grant),
            }
            continue;
        };
        match name.map(|name| table.column_mut(name)) {
            None => table.grants.push(grant),
            Some(column) => column.into_iter().for_each(|c| c.grants.push(grant.clone())),
        }
    }
    Ok(())
}

fn add_statistics(drafts: &mut Drafts, answers: &Answers) -> Result<(), InspectError> {
    for row in answers.of(&queries::COLUMN_STATISTICS) {
        let table: Name = row.name("schema", "table_name")?;
        let Some(draft) = drafts.named_mut(&table) else { continue };
        // Of a table with children the server keeps two sets: the table's own rows, and all rows below it. Only
        // the second means something for a partitioned parent, only the first for any other.
        let inherited: bool = row.get("inherited")?;
        if inherited != (draft.table.kind == TableKind::PartitionedTable) {
            continue;
        }
        let name: &str = row.get("name")?;
        if let Some(column) = draft.table.column_mut(name) {
            column.statistics = Some(ColumnStatistics {
                null_fraction: row.get("null_fraction")?,
                average_width: f64::from(row.get::<i32>("average_width")?),
                distinct: row.get("distinct_values")?,
                correlation: row.get("correlation")?,
            });
        }
    }
    Ok(())
}
