//! Views and materialized views.

use altimeter_catalog::{
    Catalog, Change, Column, Dependency, Name, Persistence, RelationChange, Table, TableKind, TableSource,
    View, ViewColumn, ViewDefinition,
};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names::{created, routine};
use super::query::{self, Query};
use super::{Lowered, TEMPORARY};
use crate::parse::{child, has, name_of, path, text_of};
use crate::types;

pub(super) fn lower_create(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let materialized = node.kind() == SyntaxKind::CREATE_MATERIALIZED_VIEW;
    let parts = child(node, SyntaxKind::VIEW).map(|n| path(&n)).unwrap_or_default();
    let select = node.children().find(|n| super::is_query(n.kind()));
    let (Some(name), Some(select)) = (created(catalog, parts.clone()), select) else {
        return Lowered::unknown("the view's name is not plain");
    };
    let query = query::read(catalog, &select);
    let says_temporary = has(node, SyntaxKind::TEMP) || name.schema == TEMPORARY;
    let temporary = says_temporary || query.reads.iter().any(|r| is_temporary(catalog, &r.relation));
    let name = if temporary { Name::new(TEMPORARY, name.name) } else { name };
    let recursive = has(node, SyntaxKind::RECURSIVE_KW);
    let view = view(catalog, node, name.clone(), &query, recursive, materialized);
    // CREATE OR REPLACE finds the view where the search path has it, not where it would be made.
    let or_replace = has(node, SyntaxKind::OR_REPLACE);
    let rows =
        materialized.then(|| rows(catalog, &view, &query, &select, has(node, SyntaxKind::WITH_NO_DATA)));
    let twice = super::create_table::twice(view.columns.iter());
    let missing = query.missing().filter(|m| !(recursive && **m == name));
    let refused = missing.map(|m| format!("{m} does not exist")).or(twice);
    Lowered::one(Change::Relation(RelationChange::CreateView(Box::new(ViewDefinition {
        view,
        temporary,
        or_replace,
        if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
        rows,
        refused,
    }))))
}

fn view(
    catalog: &Catalog,
    node: &SyntaxNode,
    name: Name,
    query: &Query,
    recursive: bool,
    materialized: bool,
) -> View {
    // Of a function's result, say, the columns are not known: none is claimed.
    let known = query.outputs.iter().filter(|_| query.outputs_complete);
    let mut columns: Vec<String> = known.map(|o| o.name.clone()).collect();
    let listed = child(node, SyntaxKind::COLUMN_LIST);
    let listed = listed.iter().flat_map(|l| l.children()).filter(|n| n.kind() == SyntaxKind::COLUMN_NAME);
    for (n, given) in listed.map(|n| name_of(&n)).enumerate() {
        match columns.get_mut(n) {
            Some(column) => *column = given,
            None => columns.push(given),
        }
    }
    let mut needs = dependencies(query);
    // A recursive view reads itself as a common table expression.
    needs.retain(|d| !(recursive && d.on.name == name.name));
    let types = columns.iter().enumerate().map(|(n, name)| ViewColumn {
        name: name.clone(),
        type_name: query.outputs.get(n).and_then(|o| o.type_name.clone()),
        ..ViewColumn::default()
    });
    let details = if materialized { Vec::new() } else { types.collect() };
    let plain = !materialized && name.schema != TEMPORARY;
    let query_text = node.children().find(|n| super::is_query(n.kind())).map(|n| text_of(&n));
    View {
        materialized,
        columns,
        functions: functions(catalog, query),
        types: types_used(catalog, node, query),
        needs,
        name,
        // A list of names, and what a recursive view becomes, are not in the query's own text.
        definition: query_text.filter(|_| !recursive && child(node, SyntaxKind::COLUMN_LIST).is_none()),
        options: options(node),
        owner: Some(catalog.server.user.clone()).filter(|u| plain && !u.is_empty()),
        details,
        ..View::default()
    }
}

/// A view's options as the server keeps them: `security_barrier=true`, `check_option=cascaded`.
fn options(node: &SyntaxNode) -> Vec<String> {
    let given = child(node, SyntaxKind::WITH_PARAMS);
    let given =
        given.iter().flat_map(|n| n.descendants()).filter(|n| n.kind() == SyntaxKind::ATTRIBUTE_OPTION);
    let mut options: Vec<String> = given
        .map(|option| {
            let words: Vec<String> = crate::parse::tokens(&option).map(|t| t.text().to_owned()).collect();
            let (name, value) = match words.iter().position(|w| w == "=") {
                Some(at) => (words[..at].concat(), words[at + 1..].concat()),
                None => (words.concat(), "true".to_owned()),
            };
            format!("{}={}", name.to_lowercase(), value.trim_matches('\'').to_lowercase())
        })
        .collect();
    if let Some(check) = child(node, SyntaxKind::WITH_CHECK_OPTION) {
        let local = child(&check, SyntaxKind::LOCAL_CHECK_OPTION).is_some();
        options.push(format!("check_option={}", if local { "local" } else { "cascaded" }));
    }
    options
}

/// Relations a query reads, with the columns, as a view depends on them.
pub(super) fn dependencies(query: &Query) -> Vec<Dependency> {
    let mut needs: Vec<Dependency> = query
        .reads
        .iter()
        .map(|r| {
            let mut columns = r.columns.clone();
            columns.sort();
            Dependency { on: r.relation.clone(), columns }
        })
        .collect();
    needs.sort();
    needs
}

/// Functions of users that a query calls.
pub(super) fn functions(catalog: &Catalog, query: &Query) -> Vec<Name> {
    let called = query.functions.iter().filter_map(|parts| routine(catalog, parts.clone(), None));
    let mut found: Vec<Name> = called.filter(|name| catalog.functions.contains(name)).collect();
    found.sort();
    found.dedup();
    found
}

/// Types of users that a query casts to, or that columns it reads have.
fn types_used(catalog: &Catalog, node: &SyntaxNode, query: &Query) -> Vec<Name> {
    let of_columns = query.reads.iter().flat_map(|read| {
        let table = catalog.table(&read.relation);
        let columns = read.columns.iter().filter_map(move |c| table?.column(c));
        columns.map(|c| c.type_name.clone())
    });
    let casts = node.descendants().filter(|n| n.kind() == SyntaxKind::CAST_EXPR);
    let named = casts.filter_map(|n| n.children().find(|c| super::names::is_type(c.kind())));
    let named = named.map(|n| types::canonical(catalog, &text_of(&n)).unwrap_or_else(|| text_of(&n)));
    let printed: Vec<String> = of_columns.chain(named).collect();
    let uses = |name: &Name| printed.iter().any(|p| altimeter_catalog::type_named(catalog, p, name));
    catalog.types.iter().map(|t| t.name.clone()).filter(|name| uses(name)).collect()
}

/// A materialized view's rows: a relation with columns, filled from the query.
fn rows(
    catalog: &Catalog,
    view: &View,
    query: &Query,
    select: &SyntaxNode,
    empty: bool,
) -> (Table, TableSource) {
    let columns = view.columns.iter().enumerate().map(|(n, name)| {
        let output = query.outputs.get(n);
        Column {
            name: name.clone(),
            type_name: output.and_then(|o| o.type_name.clone()).unwrap_or_default(),
            collation: output.and_then(|o| o.collation.clone()),
            ..Column::default()
        }
    });
    let table = Table {
        name: view.name.clone(),
        kind: TableKind::MaterializedView,
        columns: columns.collect(),
        unpopulated: empty,
        replica_identity: "default".to_owned(),
        owner: Some(catalog.server.user.clone()).filter(|u| !u.is_empty()),
        ..Table::default()
    };
    (table, TableSource { query: super::rows::read(catalog, select), with_data: !empty })
}

/// Whether a relation is of this session only.
pub(super) fn is_temporary(catalog: &Catalog, name: &Name) -> bool {
    name.schema.starts_with(TEMPORARY)
        || catalog.table(name).is_some_and(|t| t.persistence == Persistence::Temporary)
}
