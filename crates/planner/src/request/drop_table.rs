//! Dropping a table, as in `drop the table sessions_old`.

use altimeter_catalog::{Change, DropTarget, RelationChange, RelationWord};

use super::matching::Clause;
use super::pattern::Slot;
use super::reader::{Found, Reader, incomplete};
use super::resolve::Names;
use super::trouble::Trouble;

/// Reads requests to drop a table.
pub(super) struct DropTable;

const CLAUSES: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "drop table <table> [table]",
            "drop <table> table",
            "get rid of table <table>",
            "get rid of <table> table",
            "table <table> should|must|shall|can be dropped|removed|deleted",
            "<table> table should|must|shall|can be dropped|removed|deleted",
        ],
    },
    Clause { required: false, patterns: &["{if_exists}"] },
    Clause { required: false, patterns: &["{cascade}"] },
];

impl Reader for DropTable {
    fn doing(&self) -> &'static str {
        "dropping a table"
    }

    fn clauses(&self) -> &'static [Clause] {
        CLAUSES
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let table = found.named_table()?.ok_or_else(|| incomplete("which table to drop"))?;
        Ok(Change::Relation(RelationChange::Drop {
            targets: vec![DropTarget::Relation { word: RelationWord::Table, name: table.name.clone() }],
            if_exists: found.has(Slot::IfExists),
            cascade: found.has(Slot::Cascade),
        }))
    }

    fn examine(&self, _names: Names<'_>, _change: &Change) -> Option<Result<(), Trouble>> {
        None
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::Relation(RelationChange::Drop { targets, if_exists, cascade }) = change else {
            return None;
        };
        let [DropTarget::Relation { word: RelationWord::Table, name }] = targets.as_slice() else {
            return None;
        };
        let exists = if *if_exists { " if it exists" } else { "" };
        let cascade = if *cascade { ", with what depends on it (CASCADE)" } else { "" };
        Some(format!("drop table {name}{exists}{cascade}"))
    }

    fn example(&self, table: &str, _column: &str) -> String {
        format!("drop the table {table}")
    }
}
