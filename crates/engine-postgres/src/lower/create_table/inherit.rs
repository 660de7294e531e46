//! What a table gets from the tables above it: columns, CHECKs and NOT NULLs.

use altimeter_catalog::{Column, Constraint, ConstraintKind, Name, Table};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{Draft, partition};
use crate::lower::relation;
use crate::parse::child;

/// Reads `INHERITS` and `PARTITION OF`, and takes the columns of the parents.
pub(super) fn parents(draft: &mut Draft, node: &SyntaxNode) {
    if let Some(inherits) = child(node, SyntaxKind::INHERITS) {
        let named = inherits.children().filter(|n| n.kind() == SyntaxKind::TABLE_NAME_REF);
        draft.table.inherits = named.filter_map(|n| relation(&draft.schema, &n)).collect();
    }
    if let Some(of) = child(node, SyntaxKind::PARTITION_OF) {
        draft.table.partition_of = relation(&draft.schema, &of);
        draft.table.partition_bound = partition::bound(node);
    }
    for parent in above(draft) {
        for column in &parent.columns {
            take_column(draft, &parent, column);
        }
    }
}

fn names_above(table: &Table) -> impl Iterator<Item = &Name> {
    table.partition_of.iter().chain(&table.inherits)
}

/// The tables above, as the schema has them.
pub(super) fn above(draft: &Draft) -> Vec<Table> {
    names_above(&draft.table).filter_map(|n| draft.schema.table(n)).cloned().collect()
}

/// Columns of several parents with one name are one column.
fn take_column(draft: &mut Draft, parent: &Table, column: &Column) {
    // Partitions have the identity of their parent since version 17; heirs have not.
    let partition = draft.table.partition_of.is_some();
    let identity = column.identity.filter(|_| partition && draft.schema.server.major() >= 17);
    match draft.table.column_mut(&column.name) {
        Some(known) => {
            known.not_null |= column.not_null;
            if known.type_name != column.type_name {
                let why = format!("column {} has another type in {}", column.name, parent.name);
                draft.refused.get_or_insert(why);
            }
        }
        None => draft.table.columns.push(Column {
            identity,
            inherited: true,
            grants: Vec::new(),
            statistics: None,
            ..column.clone()
        }),
    }
}

/// CHECKs and, where they have names, NOT NULLs; foreign keys come to partitions with the rest of their parts.
pub(super) fn constraints(draft: &mut Draft) {
    let named = draft.schema.server.names_not_null();
    for parent in above(draft) {
        let passed = parent.constraints.iter().filter(|c| {
            !c.no_inherit
                && match c.kind {
                    ConstraintKind::Check => true,
                    ConstraintKind::NotNull => named,
                    ConstraintKind::ForeignKey => draft.table.partition_of.is_some(),
                    _ => false,
                }
        });
        let passed: Vec<Constraint> = passed.cloned().collect();
        for constraint in passed {
            let there = draft.table.constraints.iter().any(|c| match c.kind {
                ConstraintKind::NotNull => c.kind == constraint.kind && c.columns == constraint.columns,
                _ => c.name == constraint.name,
            });
            if !there {
                draft.table.constraints.push(Constraint { inherited: true, ..constraint });
            }
        }
    }
}
