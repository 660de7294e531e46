//! Rebuilding an index, or all of a table, as in `rebuild the index users_email_idx`.

use altimeter_catalog::{Change, Maintenance, ReindexTarget};

use super::matching::Clause;
use super::pattern::Slot;
use super::reader::{Found, Reader, existing_table, incomplete};
use super::resolve::Names;
use super::trouble::Trouble;

/// Reads requests to rebuild an index.
pub(super) struct RebuildIndex;

const CLAUSES: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "rebuild|rebuilding|reindex|recreate|repair [{concurrently}] index [{concurrently}] <index>",
            "rebuild|rebuilding|reindex|recreate|repair <index> [index]",
            "rebuild|rebuilding|reindex|recreate|repair [all|every] index on {table}",
            "rebuild|rebuilding|reindex|repair table <table>",
        ],
    },
    Clause { required: false, patterns: &["on {table}"] },
    Clause { required: false, patterns: &["{concurrently}"] },
];

impl Reader for RebuildIndex {
    fn doing(&self) -> &'static str {
        "rebuilding an index"
    }

    fn clauses(&self) -> &'static [Clause] {
        CLAUSES
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let target = match (found.parts(Slot::Index), found.named_table()?) {
            (Some(parts), _) => {
                let (table, index) = found.names.index(&parts, found.schema().as_ref())?;
                ReindexTarget::Index(table.name.sibling(&index.definition.name))
            }
            (None, Some(table)) => ReindexTarget::Table(table.name.clone()),
            (None, None) => return Err(incomplete("which index to rebuild")),
        };
        Ok(Change::Maintain(Maintenance::Reindex { target, concurrently: found.has(Slot::Concurrently) }))
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::Maintain(Maintenance::Reindex { target, .. }) = change else { return None };
        match target {
            ReindexTarget::Index(index) => Some(match names.catalog.index(index) {
                Some(_) => Ok(()),
                None => Err(names.no_index(&index.name, Some(&index.schema))),
            }),
            ReindexTarget::Table(table) => match names.catalog.table(table) {
                Some(_) => Some(Ok(())),
                None => Some(existing_table(names, table).map(|_| ())),
            },
            ReindexTarget::Schema(_) | ReindexTarget::Database { .. } => None,
        }
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::Maintain(Maintenance::Reindex { target, concurrently }) = change else { return None };
        let concurrently = if *concurrently { " concurrently" } else { "" };
        match target {
            ReindexTarget::Index(index) => Some(format!("rebuild index {index}{concurrently}")),
            ReindexTarget::Table(table) => Some(format!("rebuild all indexes of {table}{concurrently}")),
            ReindexTarget::Schema(_) | ReindexTarget::Database { .. } => None,
        }
    }

    fn example(&self, table: &str, _column: &str) -> String {
        format!("rebuild index its_name, or: rebuild all indexes of {table}")
    }
}
