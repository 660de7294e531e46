//! Partition keys and bounds, and what a partition gets of its parent: indexes, row triggers.

use altimeter_catalog::{ConstraintKind, TableKind};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{Draft, inherit, text_of_child};
use crate::lower::column;
use crate::parse::{child, name_of, text_of};
use crate::quoting::quote;

/// `PARTITION BY`: the key as the server prints it, and the columns it names.
pub(super) fn key(draft: &mut Draft, clause: &SyntaxNode) {
    let strategy = text_of_child(clause, SyntaxKind::PARTITION_STRATEGY).unwrap_or_default().to_uppercase();
    let items = child(clause, SyntaxKind::PARTITION_ITEM_LIST);
    let mut printed = Vec::new();
    let mut columns: Vec<String> = Vec::new();
    for item in items.iter().flat_map(SyntaxNode::children) {
        let (text, named) = key_item(&item);
        printed.push(text);
        columns.extend(named);
    }
    columns.sort();
    columns.dedup();
    draft.table.partition_key = Some(format!("{strategy} ({})", printed.join(", ")));
    draft.table.partition_columns = columns;
}

fn key_item(item: &SyntaxNode) -> (String, Vec<String>) {
    let Some(mut expression) = item.first_child() else { return (String::new(), Vec::new()) };
    let mut behind = String::new();
    if expression.kind() == SyntaxKind::COLLATE {
        behind = column::collation(&expression).map(|c| format!(" COLLATE {c}")).unwrap_or_default();
        expression = expression.first_child().unwrap_or(expression);
    }
    if let Some(class) = text_of_child(item, SyntaxKind::OP_CLASS_REF) {
        behind.push_str(&format!(" {class}"));
    }
    if expression.kind() == SyntaxKind::NAME_REF {
        let name = name_of(&expression);
        return (format!("{}{behind}", quote(&name)), vec![name]);
    }
    let text = text_of(&expression);
    (format!("{text}{behind}"), crate::expression::columns_of(&text))
}

/// A partition's bound as SQL; `DEFAULT` for the default one.
pub(super) fn bound(node: &SyntaxNode) -> Option<String> {
    let bound = node.children().find(|n| {
        matches!(
            n.kind(),
            SyntaxKind::PARTITION_DEFAULT
                | SyntaxKind::PARTITION_FOR_VALUES_FROM
                | SyntaxKind::PARTITION_FOR_VALUES_IN
                | SyntaxKind::PARTITION_FOR_VALUES_WITH
        )
    })?;
    Some(bound_text(&bound))
}

/// A bound as the server prints it, as far as that can be told: the values are as written.
pub(in crate::lower) fn bound_text(bound: &SyntaxNode) -> String {
    let list = |n: &SyntaxNode| {
        let values = n.children().map(|v| match text_of(&v) {
            word if v.kind() == SyntaxKind::NAME_REF || word.eq_ignore_ascii_case("null") => {
                word.to_uppercase()
            }
            value => value,
        });
        values.collect::<Vec<_>>().join(", ")
    };
    let part = |kind| child(bound, kind).map(|n| list(&n)).unwrap_or_default();
    match bound.kind() {
        SyntaxKind::PARTITION_FOR_VALUES_FROM => {
            let (from, to) = (part(SyntaxKind::PARTITION_FROM_VALUES), part(SyntaxKind::PARTITION_TO_VALUES));
            format!("FOR VALUES FROM ({from}) TO ({to})")
        }
        SyntaxKind::PARTITION_FOR_VALUES_IN => format!("FOR VALUES IN ({})", list(bound)),
        SyntaxKind::PARTITION_FOR_VALUES_WITH => {
            let parts = bound.children().map(|n| text_of(&n).to_lowercase());
            format!("FOR VALUES WITH ({})", parts.collect::<Vec<_>>().join(", "))
        }
        SyntaxKind::PARTITION_DEFAULT => "DEFAULT".to_owned(),
        _ => text_of(bound),
    }
}

/// What a partition has of its parent's indexes and row triggers. A foreign table has no indexes.
pub(super) fn parts(draft: &mut Draft) {
    let Some(of) = draft.table.partition_of.clone() else { return };
    let Some(parent) = inherit::above(draft).into_iter().find(|t| t.name == of) else { return };
    let indexed = draft.table.kind != TableKind::ForeignTable;
    for index in parent.indexes.iter().filter(|_| indexed) {
        let constraint = parent
            .constraints
            .iter()
            .find(|c| Some(&c.name) == index.constraint.as_ref() && c.kind != ConstraintKind::ForeignKey);
        draft.copy_index(index, constraint, Some(index.definition.name.clone()));
    }
    draft.table.triggers = parent.triggers.iter().filter(|t| t.per_row).cloned().collect();
}
