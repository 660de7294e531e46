//! Columns a statement gives values to, and which values.

use std::collections::BTreeSet;

use altimeter_catalog::{Catalog, Given, Name, Values};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::implication::Value;
use crate::parse::{child, name_of, text_of};

/// More different values than this are not kept.
const MOST_VALUES: usize = 100;

/// What an `INSERT` gives.
pub(super) struct Inserted {
    pub(super) columns: Vec<Given>,
    /// How many rows, where the text says it.
    pub(super) rows: Option<u64>,
}

/// What an `INSERT`, or the branch of a `MERGE`, gives.
pub(super) fn inserted(catalog: &Catalog, table: &Name, node: &SyntaxNode) -> Inserted {
    let listed = child(node, SyntaxKind::COLUMN_TARGET_LIST).map(|n| targets(&n));
    let all = || own_columns(catalog, table);
    if let Some(values) = child(node, SyntaxKind::VALUES) {
        let rows: Vec<SyntaxNode> = values.descendants().filter(|n| n.kind() == SyntaxKind::ROW).collect();
        let columns = listed.unwrap_or_else(all);
        let given = columns.into_iter().enumerate().filter_map(|(n, column)| {
            let cells: Vec<SyntaxNode> = rows.iter().filter_map(|row| row.children().nth(n)).collect();
            let written = cells.iter().any(|cell| !is_default(cell));
            written.then(|| Given { column, values: constants(&cells) })
        });
        return Inserted { columns: given.collect(), rows: Some(rows.len() as u64) };
    }
    if child(node, SyntaxKind::DEFAULT_VALUES).is_some() {
        return Inserted { columns: Vec::new(), rows: Some(1) };
    }
    let select = child(node, SyntaxKind::SELECT);
    let targets = select
        .as_ref()
        .and_then(|n| child(n, SyntaxKind::SELECT_CLAUSE))
        .and_then(|n| child(&n, SyntaxKind::TARGET_LIST))
        .map(|n| n.children().collect::<Vec<_>>())
        .filter(|targets| targets.iter().all(|t| !text_of(t).ends_with('*')));
    let mut columns = listed.unwrap_or_else(all);
    if let Some(targets) = &targets {
        columns.truncate(targets.len());
    }
    let value = |n: usize| {
        let expression = targets.as_ref().and_then(|t| t.get(n)).and_then(|t| t.first_child());
        expression.map_or(Values::Any, |e| constants(&[e]))
    };
    let given = columns.into_iter().enumerate().map(|(n, column)| Given { column, values: value(n) });
    // Without FROM and condition a query gives one row.
    let single = select.as_ref().is_some_and(|n| n.children().count() == 1);
    Inserted { columns: given.collect(), rows: single.then_some(1) }
}

/// What the `SET` of an update gives.
pub(super) fn set(catalog: &Catalog, table: &Name, node: &SyntaxNode) -> Vec<Given> {
    let alias = child(node, SyntaxKind::OPTIONAL_AS_ALIAS).and_then(|n| n.first_child()).map(|n| name_of(&n));
    let own = alias.unwrap_or_else(|| table.name.clone());
    let is_itself = |value: &SyntaxNode, column: &str| match value.kind() {
        SyntaxKind::NAME_REF => name_of(value) == column,
        SyntaxKind::FIELD_EXPR => {
            let parts: Vec<String> = value.children().map(|n| name_of(&n)).collect();
            matches!(parts.as_slice(), [of, name] if of == &own && name == column)
        }
        _ => false,
    };
    let list = child(node, SyntaxKind::SET_CLAUSE).and_then(|n| child(&n, SyntaxKind::SET_COLUMN_LIST));
    let mut given = Vec::new();
    for item in list.iter().flat_map(SyntaxNode::children) {
        let columns = targets(&item);
        let values: Vec<SyntaxNode> =
            item.descendants().filter(|n| n.kind() == SyntaxKind::SET_EXPR).collect();
        for (n, column) in columns.into_iter().enumerate() {
            let value = values.get(n).and_then(|v| v.first_child());
            let values = match value {
                Some(value) if is_itself(&value, &column) => Values::Itself,
                Some(value) => constants(&[value]),
                None => Values::Any,
            };
            given.push(Given { column, values });
        }
    }
    if list.is_none() {
        given.extend(own_columns(catalog, table).into_iter().map(any));
    }
    given
}

/// What a `COPY … FROM` gives: the columns it lists, else all.
pub(super) fn copied(catalog: &Catalog, table: &Name, node: &SyntaxNode) -> Vec<Given> {
    let listed = child(node, SyntaxKind::COLUMN_REF_LIST);
    let columns = listed.map(|n| n.children().map(|c| name_of(&c)).collect());
    columns.unwrap_or_else(|| own_columns(catalog, table)).into_iter().map(any).collect()
}

fn any(column: String) -> Given {
    Given { column, values: Values::Any }
}

/// The columns a statement without a list gives values to.
fn own_columns(catalog: &Catalog, table: &Name) -> Vec<String> {
    if let Some(table) = catalog.table(table) {
        let given = table.columns.iter().filter(|c| c.generated.is_none());
        return given.map(|c| c.name.clone()).collect();
    }
    catalog.view(table).map(|v| v.columns.clone()).unwrap_or_default()
}

fn targets(node: &SyntaxNode) -> Vec<String> {
    let targets = node.descendants().filter(|n| n.kind() == SyntaxKind::COLUMN_TARGET);
    targets.map(|n| name_of(&n)).collect()
}

fn is_default(node: &SyntaxNode) -> bool {
    text_of(node).eq_ignore_ascii_case("default")
}

/// The values, if all of them are constants.
fn constants(cells: &[SyntaxNode]) -> Values {
    let mut values = BTreeSet::new();
    for cell in cells {
        let text = text_of(cell);
        let constant = Value::of(cell).is_some() || text.eq_ignore_ascii_case("null");
        values.insert(text);
        if !constant || values.len() > MOST_VALUES {
            return Values::Any;
        }
    }
    Values::Constants(values)
}
