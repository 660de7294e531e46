//! A fingerprint of the schema a plan was made for.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::{Catalog, Name, Table};

impl Catalog {
    /// The two schemas where they may differ: statistics, sizes, activity and everything else that changes by itself
    /// is taken out, and so are tables that both share. Equal results mean schemas no migration has changed.
    pub fn schema_difference(&self, other: &Catalog) -> (Catalog, Catalog) {
        let same_list = self.tables.len() == other.tables.len();
        let changed: Vec<bool> =
            self.tables.iter().zip(&other.tables).map(|(a, b)| !same_list || !Arc::ptr_eq(a, b)).collect();
        (self.schema_only(&changed), other.schema_only(&changed))
    }

    fn schema_only(&self, changed: &[bool]) -> Catalog {
        // Beyond the shorter list there is nothing to pair with.
        let differs = |n: usize| changed.get(n).copied().unwrap_or(true);
        let tables = self.tables.iter().enumerate().filter(|(n, _)| differs(*n));
        let mut schema = Catalog {
            schemas: self.schemas.clone(),
            tables: tables.map(|(_, t)| Arc::new(table_only(t))).collect(),
            views: self.views.clone(),
            sequences: self.sequences.clone(),
            functions: self.functions.clone(),
            types: self.types.clone(),
            publications: self.publications.clone(),
            extensions: self.extensions.clone(),
            ..Catalog::default()
        };
        schema.views.iter_mut().for_each(|v| v.bytes = None);
        // How a sequence counts is not simulated.
        schema.sequences.iter_mut().for_each(|s| (s.used, s.options) = (None, None));
        schema.functions.iter_mut().for_each(|f| f.mentions.clear());
        schema
    }

    /// 16 hexadecimal digits over the schema of the tables named and of what references them.
    pub fn fingerprint(&self, tables: &[&Name]) -> String {
        let touched: Vec<Table> = self
            .tables
            .iter()
            .filter(|t| {
                tables.contains(&&t.name)
                    || t.constraints
                        .iter()
                        .any(|c| c.foreign.as_ref().is_some_and(|f| tables.contains(&&f.table)))
            })
            .map(|t| table_only(t))
            .collect();
        let bytes = serde_json::to_vec(&touched).unwrap_or_default();
        Sha256::digest(&bytes).iter().take(8).map(|b| format!("{b:02x}")).collect()
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
