//! Actions about a table as a whole.

use altimeter_catalog::{Catalog, Name, TableAction};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::super::{keyword, relation};
use crate::parse::{child, identifier, name_of, path, text_of, tokens};

pub(super) fn lower(catalog: &Catalog, node: &SyntaxNode) -> Result<TableAction, String> {
    let named = |kind| child(node, kind).map(|n| name_of(&n)).unwrap_or_default();
    let parent = || child(node, SyntaxKind::TABLE_NAME_REF).and_then(|n| relation(catalog, &n));
    Ok(match node.kind() {
        SyntaxKind::ALTER_CONSTRAINT => alter_constraint(node)?,
        SyntaxKind::ENABLE_TRIGGER => set_trigger(node, "origin"),
        SyntaxKind::DISABLE_TRIGGER => set_trigger(node, "disabled"),
        SyntaxKind::ENABLE_REPLICA_TRIGGER => set_trigger(node, "replica"),
        SyntaxKind::ENABLE_ALWAYS_TRIGGER => set_trigger(node, "always"),
        SyntaxKind::ENABLE_RULE
        | SyntaxKind::DISABLE_RULE
        | SyntaxKind::ENABLE_REPLICA_RULE
        | SyntaxKind::ENABLE_ALWAYS_RULE => TableAction::SetRule { name: named(SyntaxKind::RULE_REF) },
        SyntaxKind::ENABLE_RLS => TableAction::RowSecurity { enabled: Some(true), forced: None },
        SyntaxKind::DISABLE_RLS => TableAction::RowSecurity { enabled: Some(false), forced: None },
        SyntaxKind::FORCE_RLS => TableAction::RowSecurity { enabled: None, forced: Some(true) },
        SyntaxKind::NO_FORCE_RLS => TableAction::RowSecurity { enabled: None, forced: Some(false) },
        SyntaxKind::CLUSTER_ON => {
            TableAction::ClusterOn(child(node, SyntaxKind::INDEX_REF).map(|n| last(&n)).unwrap_or_default())
        }
        SyntaxKind::SET_WITHOUT_CLUSTER => TableAction::WithoutCluster,
        SyntaxKind::SET_WITHOUT_OIDS => TableAction::WithoutOids,
        SyntaxKind::SET_ACCESS_METHOD => {
            TableAction::AccessMethod(child(node, SyntaxKind::ACCESS_METHOD_REF).map(|n| name_of(&n)))
        }
        SyntaxKind::SET_TABLESPACE => TableAction::Tablespace(named(SyntaxKind::TABLESPACE_REF)),
        SyntaxKind::SET_LOGGED => TableAction::Logged(true),
        SyntaxKind::SET_UNLOGGED => TableAction::Logged(false),
        SyntaxKind::SET_OPTIONS | SyntaxKind::RESET_OPTIONS => TableAction::Parameters(parameters(node)),
        SyntaxKind::INHERIT_TABLE => TableAction::Inherit(parent().ok_or("the parent is missing")?),
        SyntaxKind::NO_INHERIT_TABLE => TableAction::NoInherit(parent().ok_or("the parent is missing")?),
        SyntaxKind::OF_TYPE => TableAction::OfType(of_type(catalog, node)?),
        SyntaxKind::NOT_OF => TableAction::NotOf,
        SyntaxKind::OWNER_TO => TableAction::Owner(role(catalog, node)),
        SyntaxKind::REPLICA_IDENTITY => TableAction::ReplicaIdentity(replica_identity(node)?),
        SyntaxKind::ALTER_OPTION_LIST => TableAction::ForeignOptions,
        kind => return Err(format!("ALTER TABLE … {} is not analysed yet", keyword(kind))),
    })
}

fn last(node: &SyntaxNode) -> String {
    path(node).pop().unwrap_or_default()
}

fn alter_constraint(node: &SyntaxNode) -> Result<TableAction, String> {
    let name =
        child(node, SyntaxKind::CONSTRAINT_NAME_REF).map(|n| last(&n)).ok_or("the constraint is missing")?;
    let (mut deferrable, mut deferred, mut enforced, mut inherit) = (None, None, None, None);
    for option in node.children().filter(|n| n.kind() != SyntaxKind::CONSTRAINT_NAME_REF) {
        match option.kind() {
            SyntaxKind::DEFERRABLE_CONSTRAINT_OPTION => deferrable = Some(true),
            SyntaxKind::NOT_DEFERRABLE_CONSTRAINT_OPTION => {
                (deferrable, deferred) = (Some(false), Some(false));
            }
            SyntaxKind::INITIALLY_DEFERRED_CONSTRAINT_OPTION => {
                (deferrable, deferred) = (Some(true), Some(true));
            }
            SyntaxKind::INITIALLY_IMMEDIATE_CONSTRAINT_OPTION => deferred = Some(false),
            SyntaxKind::ENFORCED => enforced = Some(true),
            SyntaxKind::NOT_ENFORCED => enforced = Some(false),
            SyntaxKind::INHERIT => inherit = Some(true),
            SyntaxKind::NO_INHERIT => inherit = Some(false),
            kind => return Err(format!("ALTER CONSTRAINT … {} is not analysed yet", keyword(kind))),
        }
    }
    Ok(TableAction::AlterConstraint { name, deferrable, deferred, enforced, inherit })
}

fn set_trigger(node: &SyntaxNode, enabled: &str) -> TableAction {
    let name = child(node, SyntaxKind::TRIGGER_REF).map(|n| name_of(&n));
    TableAction::SetTrigger { name, enabled: enabled.to_owned() }
}

/// Parameters with their values; those of the TOAST table have `toast.` before their name.
fn parameters(node: &SyntaxNode) -> Vec<(String, Option<String>)> {
    let options = node.descendants().filter(|n| n.kind() == SyntaxKind::ATTRIBUTE_OPTION);
    let reset = node.kind() == SyntaxKind::RESET_OPTIONS;
    options
        .map(|option| {
            let part = |kind| child(&option, kind).map(|n| identifier(&text_of(&n)));
            let name = part(SyntaxKind::ATTRIBUTE_NAME).unwrap_or_default();
            let name = match part(SyntaxKind::ATTRIBUTE_NAMESPACE) {
                Some(space) => format!("{space}.{name}"),
                None => name,
            };
            let value = child(&option, SyntaxKind::ATTRIBUTE_VALUE).map(|v| text_of(&v));
            (name, if reset { None } else { Some(value.unwrap_or_else(|| "true".to_owned())) })
        })
        .collect()
}

fn of_type(catalog: &Catalog, node: &SyntaxNode) -> Result<Name, String> {
    let named = node.children().next().ok_or("the type is missing")?;
    super::super::qualified(catalog, path(&named)).ok_or_else(|| "the type is missing".to_owned())
}

/// The new owner; `CURRENT_USER` and its like are the role the catalog was read with.
fn role(catalog: &Catalog, node: &SyntaxNode) -> String {
    match child(node, SyntaxKind::ROLE_REF).and_then(|n| child(&n, SyntaxKind::ROLE_NAME_REF)) {
        Some(name) => name_of(&name),
        None => catalog.server.user.clone(),
    }
}

fn replica_identity(node: &SyntaxNode) -> Result<String, String> {
    if let Some(index) = child(node, SyntaxKind::USING_INDEX_NAME) {
        let name = child(&index, SyntaxKind::INDEX_REF).map(|n| last(&n)).ok_or("the index is missing")?;
        return Ok(format!("using index {name}"));
    }
    let word = tokens(node).last().map(|t| t.text().to_ascii_lowercase());
    word.ok_or_else(|| "what identifies a row is missing".to_owned())
}
