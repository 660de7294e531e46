//! Statements that make, change and drop objects, `ALTER TABLE` left out: which file reads which.

use altimeter_catalog::Catalog;
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{
    Lowered, create_table, drop, elsewhere, index, object, partition, relation, routine, sequence, trigger,
    user_type, view,
};
use crate::parse::has;

/// Lowers such a statement; none for any other.
pub(super) fn lower(catalog: &Catalog, node: &SyntaxNode) -> Option<Lowered> {
    Some(match node.kind() {
        SyntaxKind::CREATE_TABLE | SyntaxKind::CREATE_FOREIGN_TABLE => create_table::lower(catalog, node),
        SyntaxKind::CREATE_TABLE_AS | SyntaxKind::SELECT_INTO => create_table::lower_as(catalog, node),
        SyntaxKind::CREATE_VIEW | SyntaxKind::CREATE_MATERIALIZED_VIEW => view::lower_create(catalog, node),
        SyntaxKind::CREATE_INDEX => index::lower_create(catalog, node),
        SyntaxKind::CREATE_SEQUENCE => sequence::lower_create(catalog, node),
        SyntaxKind::CREATE_TYPE => user_type::lower_create(catalog, node),
        SyntaxKind::CREATE_DOMAIN => user_type::lower_create_domain(catalog, node),
        SyntaxKind::CREATE_SCHEMA => relation::lower_create_schema(catalog, node),
        SyntaxKind::CREATE_FUNCTION | SyntaxKind::CREATE_PROCEDURE => routine::lower_create(catalog, node),
        SyntaxKind::CREATE_TRIGGER => trigger::lower_create(catalog, node),
        SyntaxKind::CREATE_RULE => trigger::lower_create_rule(catalog, node),
        SyntaxKind::CREATE_POLICY => object::lower_create_policy(catalog, node),
        SyntaxKind::CREATE_STATISTICS => object::lower_create_statistics(catalog, node),
        SyntaxKind::CREATE_PUBLICATION => object::lower_create_publication(catalog, node),
        SyntaxKind::CREATE_EXTENSION => object::lower_create_extension(catalog, node),
        SyntaxKind::CREATE_CAST => object::lower_create_cast(catalog, node),
        SyntaxKind::CREATE_EVENT_TRIGGER
        | SyntaxKind::ALTER_EVENT_TRIGGER
        | SyntaxKind::DROP_EVENT_TRIGGER => object::lower_event_trigger(node),
        SyntaxKind::DROP_TRIGGER => trigger::lower_drop(catalog, node),
        SyntaxKind::COMMENT_ON | SyntaxKind::SECURITY_LABEL => object::lower_comment(catalog, node),
        SyntaxKind::GRANT | SyntaxKind::REVOKE => object::lower_grant(catalog, node),
        kind if format!("{kind:?}").starts_with("ALTER_") => return lower_alter(catalog, node),
        _ => return drop::lower(catalog, node).or_else(|| elsewhere::lower(node)),
    })
}

fn lower_alter(catalog: &Catalog, node: &SyntaxNode) -> Option<Lowered> {
    if let Some(lowered) = relation::lower_moved(catalog, node) {
        return Some(lowered);
    }
    Some(match node.kind() {
        SyntaxKind::ALTER_SEQUENCE => sequence::lower_alter(catalog, node),
        // Partitions and tablespaces have their own files.
        SyntaxKind::ALTER_INDEX if partition::is(node) || has(node, SyntaxKind::ALL_IN_TABLESPACE) => {
            return None;
        }
        SyntaxKind::ALTER_INDEX => relation::lower_alter_index(catalog, node),
        SyntaxKind::ALTER_TYPE | SyntaxKind::ALTER_DOMAIN => user_type::lower_alter(catalog, node),
        SyntaxKind::ALTER_SCHEMA => relation::lower_alter_schema(node),
        SyntaxKind::ALTER_FUNCTION | SyntaxKind::ALTER_PROCEDURE | SyntaxKind::ALTER_ROUTINE => {
            routine::lower_alter(catalog, node)
        }
        SyntaxKind::ALTER_TRIGGER => trigger::lower_alter(catalog, node),
        SyntaxKind::ALTER_RULE => trigger::lower_alter_rule(catalog, node),
        SyntaxKind::ALTER_POLICY => object::lower_alter_policy(catalog, node),
        SyntaxKind::ALTER_STATISTICS => object::lower_alter_statistics(catalog, node),
        SyntaxKind::ALTER_PUBLICATION => object::lower_alter_publication(catalog, node),
        SyntaxKind::ALTER_TABLE
        | SyntaxKind::ALTER_FOREIGN_TABLE
        | SyntaxKind::ALTER_VIEW
        | SyntaxKind::ALTER_MATERIALIZED_VIEW => return None,
        _ => return elsewhere::lower(node),
    })
}
