//! `DROP` of anything that a catalog knows.

use altimeter_catalog::{Catalog, Change, DropTarget, Name, RelationChange, RelationWord};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names::{self, listed};
use super::{Lowered, relation, routine};
use crate::parse::{child, has, name_of, tokens};

/// A `DROP` as far as it is about objects of the catalog; none for another statement.
pub(super) fn lower(catalog: &Catalog, node: &SyntaxNode) -> Option<Lowered> {
    let word = |word, kind| {
        let named = listed(node, kind).into_iter().filter_map(|n| relation(catalog, &n));
        named.map(|name| DropTarget::Relation { word, name }).collect::<Vec<_>>()
    };
    let targets = match node.kind() {
        SyntaxKind::DROP_TABLE => word(RelationWord::Table, SyntaxKind::TABLE_NAME_REF),
        SyntaxKind::DROP_FOREIGN_TABLE => word(RelationWord::ForeignTable, SyntaxKind::TABLE_NAME_REF),
        SyntaxKind::DROP_VIEW => word(RelationWord::View, SyntaxKind::VIEW_REF),
        SyntaxKind::DROP_MATERIALIZED_VIEW => word(RelationWord::MaterializedView, SyntaxKind::VIEW_REF),
        SyntaxKind::DROP_SEQUENCE => word(RelationWord::Sequence, SyntaxKind::SEQUENCE_REF),
        SyntaxKind::DROP_INDEX => return Some(lower_indexes(catalog, node)),
        SyntaxKind::DROP_TYPE => types(catalog, node, SyntaxKind::TYPE_NAME_REF, false),
        SyntaxKind::DROP_DOMAIN => types(catalog, node, SyntaxKind::DOMAIN_REF, true),
        SyntaxKind::DROP_SCHEMA => plain(node, SyntaxKind::SCHEMA_REF, DropTarget::Schema),
        SyntaxKind::DROP_EXTENSION => plain(node, SyntaxKind::EXTENSION_REF, DropTarget::Extension),
        SyntaxKind::DROP_PUBLICATION => plain(node, SyntaxKind::PUBLICATION_REF, DropTarget::Publication),
        SyntaxKind::DROP_STATISTICS => {
            let named = listed(node, SyntaxKind::STATISTICS_REF);
            named.iter().filter_map(|n| names::statistics(catalog, n)).map(DropTarget::Statistics).collect()
        }
        SyntaxKind::DROP_FUNCTION | SyntaxKind::DROP_PROCEDURE | SyntaxKind::DROP_ROUTINE => {
            return Some(lower_routines(catalog, node));
        }
        SyntaxKind::DROP_POLICY => {
            let (name, table) = part(catalog, node, SyntaxKind::POLICY_REF, SyntaxKind::ON_TABLE)?;
            vec![DropTarget::Policy { table, name }]
        }
        SyntaxKind::DROP_RULE => {
            let (name, relation) = part(catalog, node, SyntaxKind::RULE_REF, SyntaxKind::ON_RELATION)?;
            vec![DropTarget::Rule { relation, name }]
        }
        _ => return None,
    };
    Some(dropping(node, targets))
}

fn dropping(node: &SyntaxNode, targets: Vec<DropTarget>) -> Lowered {
    if targets.is_empty() {
        return Lowered::unknown("the name of what is dropped is not plain");
    }
    Lowered::one(Change::Relation(RelationChange::Drop {
        targets,
        if_exists: has(node, SyntaxKind::IF_EXISTS),
        cascade: has(node, SyntaxKind::CASCADE),
    }))
}

fn types(catalog: &Catalog, node: &SyntaxNode, kind: SyntaxKind, domain: bool) -> Vec<DropTarget> {
    let named = listed(node, kind).into_iter().filter_map(|n| names::type_name(catalog, &n));
    named.map(|name| DropTarget::Type { name, domain }).collect()
}

fn plain(node: &SyntaxNode, kind: SyntaxKind, target: fn(String) -> DropTarget) -> Vec<DropTarget> {
    listed(node, kind).iter().map(|n| target(name_of(n))).collect()
}

/// The name of a part of a relation, and the relation.
fn part(catalog: &Catalog, node: &SyntaxNode, name: SyntaxKind, on: SyntaxKind) -> Option<(String, Name)> {
    let name = child(node, name).map(|n| name_of(&n))?;
    Some((name, child(node, on).and_then(|n| relation(catalog, &n))?))
}

/// One index as plans drop it, or several at once.
fn lower_indexes(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let indexes: Vec<Name> = listed(node, SyntaxKind::INDEX_REF)
        .iter()
        .filter(|n| tokens(n).next().is_some())
        .filter_map(|n| relation(catalog, n))
        .collect();
    let cascade = has(node, SyntaxKind::CASCADE);
    let concurrently = has(node, SyntaxKind::CONCURRENTLY_KW);
    match indexes.as_slice() {
        [_, _, ..] if concurrently => refused("DROP INDEX CONCURRENTLY takes one index only"),
        [_] if concurrently && cascade => refused("DROP INDEX CONCURRENTLY has no CASCADE"),
        [index] if !cascade => Lowered::one(Change::DropIndex {
            index: index.clone(),
            concurrently,
            if_exists: has(node, SyntaxKind::IF_EXISTS),
        }),
        _ => {
            let word = RelationWord::Index;
            dropping(node, indexes.into_iter().map(|name| DropTarget::Relation { word, name }).collect())
        }
    }
}

fn refused(why: &str) -> Lowered {
    Lowered::unknown(format!("the server refuses it: {why}"))
}

/// One function without arguments as plans drop it, or any others.
fn lower_routines(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let signatures = node.descendants().filter(|n| {
        matches!(n.kind(), SyntaxKind::FUNCTION_SIG | SyntaxKind::PROCEDURE_SIG | SyntaxKind::ROUTINE_SIG)
    });
    let named: Vec<(Name, Option<String>)> =
        signatures.filter_map(|n| routine::signature(catalog, &n)).collect();
    let if_exists = has(node, SyntaxKind::IF_EXISTS);
    match named.as_slice() {
        [(name, Some(arguments))] if arguments.is_empty() && !has(node, SyntaxKind::CASCADE) => {
            Lowered::one(Change::DropFunction { name: name.clone(), if_exists })
        }
        _ => {
            let target = |(name, arguments)| DropTarget::Routine { name, arguments };
            dropping(node, named.into_iter().map(target).collect())
        }
    }
}
