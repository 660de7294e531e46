//! Triggers and rules.

use altimeter_catalog::{Catalog, Change, Name, ObjectChange, Rule, TriggerDefinition};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names::routine;
use super::{Lowered, relation};
use crate::body;
use crate::parse::{child, find, has, name_of, path};

pub(super) fn lower_create(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let parts = (
        child(node, SyntaxKind::TRIGGER).map(|n| name_of(&n)),
        child(node, SyntaxKind::ON_RELATION).and_then(|n| relation(catalog, &n)),
        child(node, SyntaxKind::CALL_EXPR)
            .and_then(|n| n.first_child())
            .and_then(|n| routine(catalog, path(&n), Some(""))),
    );
    let (Some(name), Some(table), Some(function)) = parts else {
        return Lowered::unknown("the trigger's names are not plain");
    };
    let events = child(node, SyntaxKind::TRIGGER_EVENT_LIST);
    let events = events.iter().flat_map(|n| n.children()).filter_map(|n| match n.kind() {
        SyntaxKind::TRIGGER_EVENT_INSERT => Some("INSERT"),
        SyntaxKind::TRIGGER_EVENT_UPDATE => Some("UPDATE"),
        SyntaxKind::TRIGGER_EVENT_DELETE => Some("DELETE"),
        SyntaxKind::TRIGGER_EVENT_TRUNCATE => Some("TRUNCATE"),
        _ => None,
    });
    Lowered::one(Change::CreateTrigger(TriggerDefinition {
        name,
        function,
        before: has(node, SyntaxKind::TIMING_BEFORE),
        per_row: has(node, SyntaxKind::FOR_EACH_ROW),
        events: events.map(str::to_owned).collect(),
        columns: columns(node),
        from: child(node, SyntaxKind::FROM_TABLE).and_then(|n| relation(catalog, &n)),
        or_replace: has(node, SyntaxKind::OR_REPLACE),
        table,
    }))
}

/// Columns after `UPDATE OF`, and those of `OLD` and `NEW` in the condition.
fn columns(node: &SyntaxNode) -> Vec<String> {
    let named = find(node, SyntaxKind::TRIGGER_EVENT_LIST);
    let named =
        named.iter().flat_map(|n| n.descendants().filter(|d| d.kind() == SyntaxKind::COLUMN_NAME_REF));
    let condition = child(node, SyntaxKind::WHEN_CONDITION);
    let fields =
        condition.iter().flat_map(|n| n.descendants().filter(|d| d.kind() == SyntaxKind::FIELD_EXPR));
    let fields = fields.filter_map(|f| f.children().nth(1)).filter(|n| n.kind() == SyntaxKind::NAME_REF);
    let mut found: Vec<String> = named.chain(fields).map(|n| name_of(&n)).collect();
    found.sort();
    found.dedup();
    found
}

pub(super) fn lower_alter(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let from = child(node, SyntaxKind::TRIGGER_REF).map(|n| name_of(&n));
    let table = child(node, SyntaxKind::ON_RELATION).and_then(|n| relation(catalog, &n));
    let (Some(from), Some(table)) = (from, table) else {
        return Lowered::unknown("the trigger's names are not plain");
    };
    let change = match child(node, SyntaxKind::TRIGGER_RENAME_TO) {
        Some(to) => ObjectChange::RenameTrigger { table, from, to: renamed(&to) },
        None => ObjectChange::TriggerDepends { table },
    };
    Lowered::one(Change::Object(change))
}

/// The name after `RENAME TO`.
pub(super) fn renamed(clause: &SyntaxNode) -> String {
    clause.children().last().and_then(|n| path(&n).pop()).unwrap_or_default()
}

pub(super) fn lower_drop(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let name = child(node, SyntaxKind::TRIGGER_REF).map(|n| name_of(&n));
    let table = child(node, SyntaxKind::ON_RELATION).and_then(|n| relation(catalog, &n));
    match (name, table) {
        // Nothing depends on a trigger: CASCADE changes nothing.
        (Some(name), Some(table)) => {
            Lowered::one(Change::DropTrigger { table, name, if_exists: has(node, SyntaxKind::IF_EXISTS) })
        }
        _ => Lowered::unknown("the trigger's names are not plain"),
    }
}

pub(super) fn lower_create_rule(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let on = child(node, SyntaxKind::RULE_ON);
    let relation = on.as_ref().and_then(|n| relation(catalog, &child(n, SyntaxKind::RELATION_NAME_REF)?));
    let (Some(name), Some(relation)) = (child(node, SyntaxKind::RULE), relation) else {
        return Lowered::unknown("the rule's names are not plain");
    };
    let event = on.as_ref().and_then(|n| child(n, SyntaxKind::RULE_EVENT));
    let event = event.map(|n| crate::parse::text_of(&n).to_uppercase()).unwrap_or_default();
    if event == "SELECT" {
        return Lowered::unknown("a rule on SELECT makes a view of a table: not analysed");
    }
    let used = body::read_nodes(&body::rule_parts(node));
    let exists = |n: &Name| *n != relation && catalog.has_relation(n);
    let rule = Rule {
        name: name_of(&name),
        event,
        instead: child(node, SyntaxKind::RULE_DO).is_some_and(|n| has(&n, SyntaxKind::INSTEAD_KW)),
        statements: body::statements(&used, &catalog.server.search_path, &exists),
        columns: columns_of_row(node),
        definition: None,
    };
    let or_replace = has(node, SyntaxKind::OR_REPLACE);
    Lowered::one(Change::Object(ObjectChange::CreateRule { relation, rule, or_replace }))
}

/// Columns of its own relation that a rule names: those of `NEW` and `OLD`.
fn columns_of_row(node: &SyntaxNode) -> Vec<String> {
    let fields = node.descendants().filter(|n| n.kind() == SyntaxKind::FIELD_EXPR).map(|n| path(&n));
    let mut columns: Vec<String> = fields
        .filter_map(|parts| match parts.as_slice() {
            [row, column] if row == "new" || row == "old" => Some(column.clone()),
            _ => None,
        })
        .collect();
    columns.sort();
    columns.dedup();
    columns
}

pub(super) fn lower_alter_rule(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let from = child(node, SyntaxKind::RULE_REF).map(|n| name_of(&n));
    let relation = child(node, SyntaxKind::ON_RELATION).and_then(|n| relation(catalog, &n));
    let to = child(node, SyntaxKind::RULE_RENAME_TO).map(|n| renamed(&n));
    match (from, relation, to) {
        (Some(from), Some(relation), Some(to)) => {
            Lowered::one(Change::Object(ObjectChange::RenameRule { relation, from, to }))
        }
        _ => Lowered::unknown("the rule's names are not plain"),
    }
}
