//! Sequences.

use altimeter_catalog::{Catalog, Change, Dependency, RelationChange, Sequence, SequenceAction};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names::{created, is_type};
use super::{Lowered, TEMPORARY, qualified, relation};
use crate::parse::{child, find, has, path, text_of};
use crate::types;

pub(super) fn lower_create(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let parts = child(node, SyntaxKind::SEQUENCE).map(|n| path(&n)).unwrap_or_default();
    let Some(mut name) = created(catalog, parts) else {
        return Lowered::unknown("the sequence's name is not plain");
    };
    if has(node, SyntaxKind::TEMP) {
        name.schema = TEMPORARY.to_owned();
    }
    let sequence = Sequence {
        name,
        owned_by: owned_by(catalog, node).flatten(),
        type_name: type_name(catalog, node).unwrap_or_else(|| "bigint".to_owned()),
        used: None,
        options: None,
    };
    let if_not_exists = has(node, SyntaxKind::IF_NOT_EXISTS);
    Lowered::one(Change::Relation(RelationChange::CreateSequence { sequence, if_not_exists }))
}

pub(super) fn lower_alter(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let Some(sequence) = child(node, SyntaxKind::SEQUENCE_REF).and_then(|n| relation(catalog, &n)) else {
        return Lowered::unknown("the sequence's name is not plain");
    };
    let action = if has(node, SyntaxKind::OWNER_TO) {
        SequenceAction::Owner
    } else if has(node, SyntaxKind::SET_LOGGED) || has(node, SyntaxKind::SET_UNLOGGED) {
        SequenceAction::Logged
    } else {
        SequenceAction::Options { owned_by: owned_by(catalog, node), type_name: type_name(catalog, node) }
    };
    let if_exists = has(node, SyntaxKind::IF_EXISTS);
    Lowered::one(Change::Relation(RelationChange::AlterSequence { sequence, if_exists, action }))
}

/// `OWNED BY`: inner none for `NONE`, outer none if not said.
fn owned_by(catalog: &Catalog, node: &SyntaxNode) -> Option<Option<Dependency>> {
    let clause = child(node, SyntaxKind::OPTION_OWNED_BY)?;
    if find(&clause, SyntaxKind::OWNED_BY_NONE).is_some() {
        return Some(None);
    }
    let mut parts = path(&clause);
    let column = parts.pop()?;
    Some(qualified(catalog, parts).map(|on| Dependency { on, columns: vec![column] }))
}

fn type_name(catalog: &Catalog, node: &SyntaxNode) -> Option<String> {
    let clause = child(node, SyntaxKind::OPTION_AS_TYPE)?;
    let text = text_of(&clause.children().find(|n| is_type(n.kind()))?);
    Some(types::canonical(catalog, &text).unwrap_or(text))
}
