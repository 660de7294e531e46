//! `ATTACH PARTITION` and `DETACH PARTITION`, of tables and indexes.

use altimeter_catalog::{Catalog, Change, DetachMode, PartitionChange};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{Lowered, qualified, relation};
use crate::parse::{child, has, path};

/// Whether an `ALTER TABLE` or `ALTER INDEX` attaches or detaches.
pub(super) fn is(node: &SyntaxNode) -> bool {
    use SyntaxKind::{ATTACH_INDEX_PARTITION, ATTACH_PARTITION, DETACH_PARTITION};
    let kinds = [ATTACH_INDEX_PARTITION, ATTACH_PARTITION, DETACH_PARTITION];
    matches!(node.kind(), SyntaxKind::ALTER_TABLE | SyntaxKind::ALTER_INDEX)
        && kinds.iter().any(|kind| has(node, *kind))
}

/// Lowers such a statement.
pub(super) fn lower(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    match read(catalog, node) {
        Some(change) => Lowered::one(Change::Partition(change)),
        None => Lowered::unknown("the partition or its bound cannot be read"),
    }
}

fn read(catalog: &Catalog, node: &SyntaxNode) -> Option<PartitionChange> {
    let named = |n: &SyntaxNode, kind| child(n, kind).and_then(|n| relation(catalog, &n));
    let index = |n: &SyntaxNode| child(n, SyntaxKind::INDEX_REF).and_then(|n| qualified(catalog, path(&n)));
    Some(if let Some(action) = child(node, SyntaxKind::ATTACH_PARTITION) {
        let bound = action.children().find(|n| n.kind() != SyntaxKind::TABLE_NAME_REF)?;
        PartitionChange::Attach {
            parent: named(node, SyntaxKind::TABLE_RELATION_NAME)?,
            child: named(&action, SyntaxKind::TABLE_NAME_REF)?,
            bound: super::create_table::partition::bound_text(&bound),
        }
    } else if let Some(action) = child(node, SyntaxKind::DETACH_PARTITION) {
        PartitionChange::Detach {
            parent: named(node, SyntaxKind::TABLE_RELATION_NAME)?,
            child: named(&action, SyntaxKind::TABLE_NAME_REF)?,
            mode: match () {
                () if has(&action, SyntaxKind::DETACH_CONCURRENTLY) => DetachMode::Concurrently,
                () if has(&action, SyntaxKind::DETACH_FINALIZE) => DetachMode::Finalize,
                () => DetachMode::Plain,
            },
        }
    } else {
        let action = child(node, SyntaxKind::ATTACH_INDEX_PARTITION)?;
        PartitionChange::AttachIndex { parent: index(node)?, child: index(&action)? }
    })
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::Name;

    use super::*;
    use crate::parse::Parsed;

    #[test]
    fn attaching_and_detaching() {
        let name = |n: &str| Name::new("public", n);
        let attach = |bound: &str| PartitionChange::Attach {
            parent: name("pt"),
            child: Name::new("s", "p"),
            bound: bound.to_owned(),
        };
        let detach = |mode| PartitionChange::Detach { parent: name("pt"), child: name("p"), mode };
        for (sql, expected) in [
            ("ALTER TABLE pt ATTACH PARTITION s.p DEFAULT", attach("DEFAULT")),
            (
                "ALTER TABLE ONLY pt ATTACH PARTITION s.p FOR VALUES  FROM (1, MINVALUE) TO ('x', 2)",
                attach("FOR VALUES FROM (1, MINVALUE) TO ('x', 2)"),
            ),
            ("ALTER TABLE pt DETACH PARTITION p", detach(DetachMode::Plain)),
            ("ALTER TABLE pt DETACH PARTITION p CONCURRENTLY", detach(DetachMode::Concurrently)),
            ("ALTER TABLE pt DETACH PARTITION p FINALIZE", detach(DetachMode::Finalize)),
            (
                "ALTER INDEX a ATTACH PARTITION b",
                PartitionChange::AttachIndex { parent: name("a"), child: name("b") },
            ),
        ] {
            let lowered = lower(&Catalog::default(), &Parsed::new(sql).node().unwrap());
            assert_eq!(lowered.changes, [Change::Partition(expected)], "{sql}");
        }
        let other = Parsed::new("ALTER TABLE pt ADD COLUMN x int").node().unwrap();
        assert!(!is(&other));
    }
}
