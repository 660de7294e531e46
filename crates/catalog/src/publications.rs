//! What publications of logical replication cover.

use crate::{Catalog, Name, Persistence, Publication, PublishedTable, Table, TableKind};

impl Publication {
    /// The table as it names it.
    pub fn named(&self, table: &Name) -> Option<&PublishedTable> {
        self.tables.iter().find(|t| &t.on == table)
    }

    /// Whether it covers a table without naming it: with all, or with those of its schema.
    pub fn implies(&self, table: &Name) -> bool {
        self.all_tables || self.schemas.contains(&table.schema)
    }
}

impl Catalog {
    /// The publications that send changes of a table: they name it, its schema or all tables, or a table it is a
    /// partition of. Only permanent tables with rows of their own are published (manual, `CREATE PUBLICATION`).
    pub fn publications_of(&self, table: &Name) -> Vec<&Publication> {
        self.publications.iter().filter(|p| self.covers(p, table)).collect()
    }

    /// Whether a publication sends changes of a table.
    pub fn covers(&self, publication: &Publication, table: &Name) -> bool {
        let Some(table) = self.table(table).filter(|t| is_publishable(t)) else { return false };
        self.with_those_above(table)
            .any(|t| publication.named(&t.name).is_some() || publication.implies(&t.name))
    }

    /// The tables whose changes a publication sends, partitions and what they are of.
    pub fn published_by<'a>(&'a self, publication: &'a Publication) -> impl Iterator<Item = &'a Table> {
        self.tables.iter().filter(|t| self.covers(publication, &t.name))
    }

    /// The table that subscribers know the rows of a table by: itself, or the topmost one above it that is published.
    pub fn sent_as<'a>(&'a self, publication: &Publication, table: &'a Table) -> &'a Table {
        if !publication.via_root {
            return table;
        }
        let covered = |t: &&Table| publication.named(&t.name).is_some() || publication.implies(&t.name);
        self.with_those_above(table).filter(covered).last().unwrap_or(table)
    }

    /// A table, the one it is a partition of, and so on.
    fn with_those_above<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a Table> {
        std::iter::successors(Some(table), |t| t.partition_of.as_ref().and_then(|p| self.table(p)))
    }
}

/// Whether a publication may send changes of a table.
pub(crate) fn is_publishable(table: &Table) -> bool {
    matches!(table.kind, TableKind::Table | TableKind::PartitionedTable)
        && table.persistence == Persistence::Permanent
}
