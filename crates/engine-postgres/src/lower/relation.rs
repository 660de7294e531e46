//! `RENAME TO` and `SET SCHEMA` of relations, indexes changed, schemas.

use altimeter_catalog::{Catalog, Change, IndexAction, ObjectChange, RelationChange, RelationWord};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::trigger::renamed;
use super::{Lowered, keyword, lower_statement, relation};
use crate::parse::{child, find, has, name_of, text_of};

/// `RENAME TO` and `SET SCHEMA` of a relation of any kind; none for other statements and actions.
pub(super) fn lower_moved(catalog: &Catalog, node: &SyntaxNode) -> Option<Lowered> {
    let (word, named) = match node.kind() {
        SyntaxKind::ALTER_TABLE => (RelationWord::Table, SyntaxKind::TABLE_RELATION_NAME),
        SyntaxKind::ALTER_FOREIGN_TABLE => (RelationWord::ForeignTable, SyntaxKind::TABLE_RELATION_NAME),
        SyntaxKind::ALTER_VIEW => (RelationWord::View, SyntaxKind::VIEW_REF),
        SyntaxKind::ALTER_MATERIALIZED_VIEW => (RelationWord::MaterializedView, SyntaxKind::VIEW_REF),
        SyntaxKind::ALTER_SEQUENCE => (RelationWord::Sequence, SyntaxKind::SEQUENCE_REF),
        SyntaxKind::ALTER_INDEX => (RelationWord::Index, SyntaxKind::INDEX_REF),
        _ => return None,
    };
    let relation = child(node, named).and_then(|n| relation(catalog, &n))?;
    if word == RelationWord::MaterializedView
        && (has(node, SyntaxKind::DEPENDS_ON_EXTENSION) || has(node, SyntaxKind::NO_DEPENDS_ON_EXTENSION))
    {
        return Some(Lowered::one(Change::Relation(RelationChange::DependsOnExtension { relation })));
    }
    let action = node.children().find(|n| is_move(n.kind()))?;
    let if_exists = has(node, SyntaxKind::IF_EXISTS);
    Some(Lowered::one(Change::Relation(match child(&action, SyntaxKind::SCHEMA_REF) {
        Some(schema) => RelationChange::SetSchema { word, relation, schema: name_of(&schema), if_exists },
        None => RelationChange::Rename { word, relation, to: renamed(&action), if_exists },
    })))
}

fn is_move(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::TABLE_RENAME_TO
            | SyntaxKind::VIEW_RENAME_TO
            | SyntaxKind::SEQUENCE_RENAME_TO
            | SyntaxKind::INDEX_RENAME_TO
            | SyntaxKind::SET_SCHEMA
    )
}

pub(super) fn lower_alter_index(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let index = child(node, SyntaxKind::INDEX_REF).and_then(|n| relation(catalog, &n));
    let skip = [SyntaxKind::INDEX_REF, SyntaxKind::IF_EXISTS];
    let (Some(index), Some(action)) = (index, node.children().find(|n| !skip.contains(&n.kind()))) else {
        return Lowered::unknown("the index's name is not plain");
    };
    let action = match action.kind() {
        SyntaxKind::SET_TABLESPACE => {
            let to = child(&action, SyntaxKind::TABLESPACE_REF).map(|n| name_of(&n)).unwrap_or_default();
            IndexAction::Tablespace(to)
        }
        SyntaxKind::SET_OPTIONS | SyntaxKind::RESET_OPTIONS => {
            let names = action.descendants().filter(|n| n.kind() == SyntaxKind::ATTRIBUTE_NAME);
            IndexAction::Parameters(names.map(|n| text_of(&n).to_lowercase()).collect())
        }
        SyntaxKind::ALTER_SET_STATISTICS => IndexAction::Statistics,
        SyntaxKind::DEPENDS_ON_EXTENSION | SyntaxKind::NO_DEPENDS_ON_EXTENSION => {
            IndexAction::DependsOnExtension
        }
        SyntaxKind::OWNER_TO => IndexAction::Owner,
        kind => return Lowered::unknown(format!("ALTER INDEX … {} is not analysed", keyword(kind))),
    };
    let (if_exists, actions) = (has(node, SyntaxKind::IF_EXISTS), vec![action]);
    Lowered::one(Change::Relation(RelationChange::AlterIndex { index, if_exists, actions }))
}

/// `CREATE SCHEMA` with what it makes inside, whose bare names are those of the new schema.
pub(super) fn lower_create_schema(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let named = find(node, SyntaxKind::SCHEMA).or_else(|| find(node, SyntaxKind::ROLE));
    // Without a name it is called like its owner.
    let present = |n: String| match n.as_str() {
        "current_role" | "current_user" | "session_user" | "user" => catalog.server.user.clone(),
        _ => n,
    };
    let Some(name) = named.map(|n| present(name_of(&n))).filter(|n| !n.is_empty()) else {
        return Lowered::unknown("the schema's name is not plain");
    };
    let if_not_exists = has(node, SyntaxKind::IF_NOT_EXISTS);
    let make = Change::Relation(RelationChange::CreateSchema { name: name.clone(), if_not_exists });
    let mut elements: Vec<SyntaxNode> = node.children().filter(|n| is_statement(n.kind())).collect();
    // In the server's order, whatever theirs (server source, `transformCreateSchemaStmtElements`).
    elements.sort_by_key(|n| match n.kind() {
        SyntaxKind::CREATE_SEQUENCE => 0,
        SyntaxKind::CREATE_TABLE => 1,
        SyntaxKind::CREATE_VIEW => 2,
        SyntaxKind::CREATE_INDEX => 3,
        SyntaxKind::CREATE_TRIGGER => 4,
        SyntaxKind::GRANT => 6,
        _ => 5,
    });
    if elements.is_empty() {
        return Lowered::one(make);
    }
    let mut schema = catalog.clone();
    schema.server.search_path.insert(0, name);
    let mut lowered = Lowered::default();
    let mut changes = vec![make];
    let _ = changes.iter().try_for_each(|c| schema.apply(c));
    for element in elements {
        let inner = lower_statement(&schema, &element);
        lowered.not_analysed = lowered.not_analysed.or(inner.not_analysed);
        for change in inner.changes {
            // What cannot be made is said by the effect.
            let _ = schema.apply(&change);
            changes.push(change);
        }
    }
    lowered.changes = vec![Change::Together(changes)];
    lowered
}

fn is_statement(kind: SyntaxKind) -> bool {
    let name = format!("{kind:?}");
    name.starts_with("CREATE_") || kind == SyntaxKind::GRANT
}

pub(super) fn lower_alter_schema(node: &SyntaxNode) -> Lowered {
    let Some(from) = child(node, SyntaxKind::SCHEMA_REF).map(|n| name_of(&n)) else {
        return Lowered::unknown("the schema's name is not plain");
    };
    Lowered::one(match child(node, SyntaxKind::SCHEMA_RENAME_TO) {
        Some(to) => Change::Relation(RelationChange::RenameSchema { from, to: renamed(&to) }),
        None => Change::Object(ObjectChange::Elsewhere { what: "ALTER SCHEMA".to_owned(), alone: false }),
    })
}
