//! Syntax to changes. What is not read completely is said to be not analysed, with the tables it names.

mod alter_table;
mod block;
pub(crate) mod client;
pub(crate) mod column;
pub(crate) mod constraint;
mod index;
mod maintenance;
mod partition;
#[expect(dead_code, reason = "statements about relations are being written on it")]
mod query;
mod routine;
pub(crate) mod rows;
mod session;
mod setting;

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
    match node.kind() {
        SyntaxKind::ALTER_TABLE | SyntaxKind::ALTER_INDEX if partition::is(node) => {
            partition::lower(catalog, node)
        }
        SyntaxKind::ALTER_TABLE | SyntaxKind::ALTER_FOREIGN_TABLE => alter_table::lower(catalog, node),
        SyntaxKind::ALTER_VIEW | SyntaxKind::ALTER_MATERIALIZED_VIEW => {
            alter_table::lower_view(catalog, node)
        }
        SyntaxKind::CREATE_INDEX => index::lower_create(catalog, node),
        SyntaxKind::DROP_INDEX => index::lower_drop(catalog, node),
        SyntaxKind::CREATE_FUNCTION => routine::lower_create_function(catalog, node),
        SyntaxKind::DROP_FUNCTION => routine::lower_drop_function(catalog, node),
        SyntaxKind::CREATE_TRIGGER => routine::lower_create_trigger(catalog, node),
        SyntaxKind::DROP_TRIGGER => routine::lower_drop_trigger(catalog, node),
        SyntaxKind::GRANT => lower_grant(catalog, node),
        SyntaxKind::DO => block::lower(catalog, node),
        kind => rows::lower(catalog, node)
            .or_else(|| maintenance::lower(catalog, node))
            .or_else(|| maintenance::move_tablespace(node))
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

/// Column privileges for one role, as plans grant them; other forms touch no relation's rows but are not read yet.
fn lower_grant(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let reason = "only GRANT of column privileges on one table is analysed yet";
    let (Some(object), Some(roles)) =
        (parse::find(node, SyntaxKind::PRIVILEGE_TABLE), parse::find(node, SyntaxKind::ROLE_REF_LIST))
    else {
        return Lowered::unknown(reason);
    };
    let Some(table) = relation(catalog, &object).filter(|_| roles.children().count() == 1) else {
        return Lowered::unknown(reason);
    };
    let mut privileges = Vec::new();
    let mut column: Option<String> = None;
    for command in node.descendants().filter(|n| n.kind() == SyntaxKind::REVOKE_COMMAND) {
        let columns: Vec<String> = command
            .descendants()
            .filter(|n| n.kind() == SyntaxKind::COLUMN_NAME_REF)
            .map(|c| parse::name_of(&c))
            .collect();
        match (columns.as_slice(), &column) {
            ([one], None) => column = Some(one.clone()),
            ([one], Some(same)) if one == same => {}
            _ => return Lowered::unknown(reason),
        }
        privileges.extend(parse::tokens(&command).next().map(|t| t.text().to_uppercase()));
    }
    match column {
        Some(column) => {
            let grantee = parse::tokens(&roles).next().map(|t| t.text().to_owned()).unwrap_or_default();
            let grantee = if grantee.eq_ignore_ascii_case("public") {
                "PUBLIC".to_owned()
            } else {
                parse::identifier(&grantee)
            };
            Lowered::one(Change::GrantColumn { table, column, privileges, grantee })
        }
        None => Lowered::unknown(reason),
    }
}
