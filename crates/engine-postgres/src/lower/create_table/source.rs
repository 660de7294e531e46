//! `CREATE TABLE … AS` and `SELECT … INTO`: columns are those of the query.

use altimeter_catalog::{
    Catalog, Change, Column, RelationChange, Size, TableDefinition, TableKind, TableSource,
};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{blank, name};
use crate::lower::query::{self, Query};
use crate::lower::{Lowered, is_query, rows};
use crate::parse::{child, find, has, name_of};

pub(in crate::lower) fn lower_as(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let into = child(node, SyntaxKind::INTO_CLAUSE);
    let target = into.as_ref().unwrap_or(node);
    let Some(name) = name(catalog, target) else { return Lowered::unknown("the table's name is not plain") };
    let select = match &into {
        Some(_) => Some(node.clone()),
        None => node.children().find(|n| is_query(n.kind())),
    };
    let Some(select) = select else {
        return Lowered::unknown("what the prepared statement reads is not known");
    };
    let query = query::read(catalog, &select);
    if !query.outputs_complete {
        return Lowered::unknown("which columns the query gives is not known");
    }
    let mut table = blank(catalog, target, name);
    table.kind = TableKind::Table;
    table.columns = columns(&query, target);
    // How many rows come is not known.
    let empty = has(node, SyntaxKind::WITH_NO_DATA);
    if !empty {
        table.size = Size::default();
    }
    let twice = twice(table.columns.iter().map(|c| &c.name));
    let refused = query.missing().map(|m| format!("{m} does not exist")).or(twice);
    let source = TableSource { query: rows::read(catalog, &select), with_data: !empty };
    let definition = TableDefinition {
        table,
        source: Some(source),
        if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
        refused,
        ..TableDefinition::default()
    };
    Lowered::one(Change::Relation(RelationChange::CreateTable(Box::new(definition))))
}

/// Why a relation with these columns is refused: one is there twice.
pub(in crate::lower) fn twice<'a>(columns: impl Iterator<Item = &'a String>) -> Option<String> {
    let mut seen: Vec<&String> = Vec::new();
    for column in columns {
        if seen.contains(&column) {
            return Some(format!("column {column} is there more than once"));
        }
        seen.push(column);
    }
    None
}

fn columns(query: &Query, node: &SyntaxNode) -> Vec<Column> {
    let mut columns: Vec<Column> = query
        .outputs
        .iter()
        .map(|o| Column {
            name: o.name.clone(),
            type_name: o.type_name.clone().unwrap_or_default(),
            collation: o.collation.clone(),
            ..Column::default()
        })
        .collect();
    let listed = find(node, SyntaxKind::TABLE_ARG_LIST);
    let listed = listed.iter().flat_map(|l| l.children()).filter_map(|c| child(&c, SyntaxKind::COLUMN_NAME));
    for (n, given) in listed.map(|n| name_of(&n)).enumerate() {
        match columns.get_mut(n) {
            Some(column) => column.name = given,
            None => columns.push(Column { name: given, ..Column::default() }),
        }
    }
    columns
}
