//! Two schemas without what changes by itself.

use crate::{Catalog, Sequence, Table};

impl Catalog {
    /// The two schemas where they may differ: statistics, sizes, activity and everything else that changes by itself
    /// is taken out, and so are tables that both share. Equal results mean schemas no migration has changed.
    pub fn schema_difference(&self, other: &Catalog) -> (Catalog, Catalog) {
        let (own, others) = self.tables.differing(&other.tables);
        (self.schema_only(own), other.schema_only(others))
    }

    fn schema_only(&self, tables: Vec<&Table>) -> Catalog {
        let mut schema = Catalog {
            schemas: self.schemas.clone(),
            tables: tables.into_iter().map(table_only).collect(),
            views: self.views.clone(),
            sequences: self.sequences.clone(),
            functions: self.functions.clone(),
            types: self.types.clone(),
            publications: self.publications.clone(),
            extensions: self.extensions.clone(),
            ..Catalog::default()
        };
        schema.views.change(|v| v.bytes.is_some(), |v| v.bytes = None);
        // How a sequence counts is not simulated.
        let known = |s: &Sequence| s.used.is_some() || s.options.is_some();
        schema.sequences.change(known, |s| (s.used, s.options) = (None, None));
        schema.functions.change(|f| !f.mentions.is_empty(), |f| f.mentions.clear());
        schema
    }
}

fn table_only(table: &Table) -> Table {
    let mut table = table.clone();
    table.size = Default::default();
    table.activity = None;
    table.rates = None;
    for column in &mut table.columns {
        column.statistics = None;
        // Not simulated.
        (column.comment, column.statistics_target) = (None, None);
        column.options.clear();
    }
    for index in &mut table.indexes {
        index.bytes = None;
        index.scans = None;
        index.printed = None;
    }
    table.indexes.sort_by(|a, b| a.definition.name.cmp(&b.definition.name));
    table.constraints.sort_by(|a, b| a.name.cmp(&b.name));
    table.triggers.iter_mut().for_each(|t| t.definition = None);
    table.triggers.sort_by(|a, b| a.name.cmp(&b.name));
    table
}
