//! Functions and triggers.

use altimeter_catalog::{Catalog, Change, FunctionBody, FunctionDefinition, TriggerDefinition};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{Lowered, qualified, relation};
use crate::parse::{child, find, has, name_of, path, text_of};

pub(super) fn lower_create_function(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let Some(name) = child(node, SyntaxKind::FUNCTION_NAME).and_then(|n| qualified(catalog, path(&n))) else {
        return Lowered::unknown("the function's name is not plain");
    };
    if find(node, SyntaxKind::PARAM).is_some() {
        return Lowered::unknown("a function with arguments is not analysed yet");
    }
    let body = find(node, SyntaxKind::AS_DEFINITION).map(|n| n.text().to_string()).unwrap_or_default();
    Lowered::one(Change::CreateFunction(FunctionDefinition {
        name,
        body: FunctionBody::Opaque(body),
        or_replace: has(node, SyntaxKind::OR_REPLACE),
    }))
}

pub(super) fn lower_drop_function(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let signatures: Vec<SyntaxNode> =
        node.descendants().filter(|n| n.kind() == SyntaxKind::FUNCTION_SIG).collect();
    if has(node, SyntaxKind::CASCADE) || find(node, SyntaxKind::PARAM).is_some() {
        return Lowered::unknown("DROP FUNCTION with arguments or CASCADE is not analysed yet");
    }
    let changes = signatures.iter().filter_map(|s| {
        let name = qualified(catalog, path(&child(s, SyntaxKind::FUNCTION_NAME_REF)?))?;
        Some(Change::DropFunction { name, if_exists: has(node, SyntaxKind::IF_EXISTS) })
    });
    Lowered { changes: changes.collect(), ..Lowered::default() }
}

pub(super) fn lower_create_trigger(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let parts = (
        child(node, SyntaxKind::TRIGGER).map(|n| name_of(&n)),
        child(node, SyntaxKind::ON_RELATION).and_then(|n| relation(catalog, &n)),
        child(node, SyntaxKind::CALL_EXPR)
            .and_then(|n| n.first_child())
            .and_then(|n| qualified(catalog, path(&n))),
    );
    let (Some(name), Some(table), Some(function)) = parts else {
        return Lowered::unknown("the trigger's names are not plain");
    };
    let events = node.descendants().filter_map(|n| match n.kind() {
        SyntaxKind::TRIGGER_EVENT_INSERT => Some("INSERT"),
        SyntaxKind::TRIGGER_EVENT_UPDATE => Some("UPDATE"),
        SyntaxKind::TRIGGER_EVENT_DELETE => Some("DELETE"),
        SyntaxKind::TRIGGER_EVENT_TRUNCATE => Some("TRUNCATE"),
        _ => None,
    });
    Lowered::one(Change::CreateTrigger(TriggerDefinition {
        name,
        table,
        function,
        before: has(node, SyntaxKind::TIMING_BEFORE),
        per_row: has(node, SyntaxKind::FOR_EACH_ROW),
        events: events.map(str::to_owned).collect(),
    }))
}

pub(super) fn lower_drop_trigger(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let name = child(node, SyntaxKind::TRIGGER_REF).map(|n| name_of(&n));
    let table = child(node, SyntaxKind::ON_RELATION).and_then(|n| relation(catalog, &n));
    match (name, table) {
        (Some(name), Some(table)) => {
            Lowered::one(Change::DropTrigger { table, name, if_exists: has(node, SyntaxKind::IF_EXISTS) })
        }
        _ => Lowered::unknown(format!("`{}` is not plain", text_of(node))),
    }
}
