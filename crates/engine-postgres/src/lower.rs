//! Syntax to changes. What is not read completely is said to be not analysed, with the tables it names.

mod alter_table;
mod block;
pub(crate) mod client;
pub(crate) mod column;
pub(crate) mod constraint;
mod create_table;
mod definition;
mod drop;
mod elsewhere;
mod index;
mod maintenance;
mod names;
mod object;
mod partition;
mod query;
mod relation;
mod routine;
pub(crate) mod rows;
mod sequence;
mod session;
mod setting;
mod trigger;
mod user_type;
mod view;

#[cfg(feature = "live")]
pub(crate) use object::statistics_definition;

use altimeter_catalog::{Catalog, Change, Name};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse;

/// What one statement's syntax means.
#[derive(Default)]
pub(crate) struct Lowered {
    pub(crate) changes: Vec<Change>,
    pub(crate) not_analysed: Option<String>,
    pub(crate) commits: bool,
    /// What the changes rest on, see [`altimeter_catalog::Statement::remarks`].
    pub(crate) remarks: Vec<String>,
}

impl Lowered {
    pub(crate) fn one(change: Change) -> Self {
        Self { changes: vec![change], ..Self::default() }
    }

    pub(crate) fn unknown(reason: impl Into<String>) -> Self {
        Self { not_analysed: Some(reason.into()), ..Self::default() }
    }
}

/// Lowers one statement, at the top level or inside a block.
pub(crate) fn lower_statement(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let lowered = lower_kind(catalog, node);
    // A block may do nothing at all; any other statement of which nothing is left was not understood.
    match lowered.changes.is_empty() && lowered.not_analysed.is_none() && node.kind() != SyntaxKind::DO {
        true => Lowered::unknown("nothing in it was understood"),
        false => lowered,
    }
}

fn lower_kind(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    if partition::is(node) {
        return partition::lower(catalog, node);
    }
    let defined = maintenance::move_tablespace(node).or_else(|| definition::lower(catalog, node));
    if let Some(lowered) = defined {
        return lowered;
    }
    match node.kind() {
        SyntaxKind::ALTER_TABLE | SyntaxKind::ALTER_FOREIGN_TABLE => alter_table::lower(catalog, node),
        SyntaxKind::ALTER_VIEW | SyntaxKind::ALTER_MATERIALIZED_VIEW => {
            alter_table::lower_view(catalog, node)
        }
        SyntaxKind::DO => block::lower(catalog, node),
        kind => rows::lower(catalog, node)
            .or_else(|| maintenance::lower(catalog, node))
            .or_else(|| session::lower(node))
            .unwrap_or_else(|| Lowered::unknown(format!("{} is not analysed yet", keyword(kind)))),
    }
}

fn keyword(kind: SyntaxKind) -> String {
    format!("{kind:?}").replace('_', " ")
}

/// The table a node names. A bare name is looked up along the search path; one that is not found is taken to be in
/// the schema where the server would make it.
pub(crate) fn relation(catalog: &Catalog, node: &SyntaxNode) -> Option<Name> {
    qualified(catalog, parse::path(node))
}

/// A name from its parts, see [`relation`].
pub(crate) fn qualified(catalog: &Catalog, mut parts: Vec<String>) -> Option<Name> {
    let name = parts.pop()?;
    match parts.pop() {
        Some(schema) => Some(Name::new(schema, name)),
        None => catalog.resolve(None, &name).or_else(|| Some(Name::new(creation_schema(catalog), name))),
    }
}

/// Where relations of one session are.
pub(crate) const TEMPORARY: &str = "pg_temp";

/// Whether a node is a statement about rows.
fn is_query(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::SELECT
            | SyntaxKind::VALUES
            | SyntaxKind::TABLE
            | SyntaxKind::PAREN_SELECT
            | SyntaxKind::COMPOUND_SELECT
    )
}

fn creation_schema(catalog: &Catalog) -> &str {
    catalog.server.search_path.first().map_or("public", String::as_str)
}

pub(crate) fn mentioned_relations(catalog: &Catalog, node: &SyntaxNode) -> Vec<Name> {
    let names = node.descendants().filter(|n| {
        matches!(
            n.kind(),
            SyntaxKind::TABLE_NAME_REF | SyntaxKind::RELATION_NAME_REF | SyntaxKind::TABLE_RELATION_NAME
        )
    });
    let mut found: Vec<Name> =
        names.filter_map(|n| relation(catalog, &n)).filter(|n| catalog.has_relation(n)).collect();
    found.sort();
    found.dedup();
    found
}
