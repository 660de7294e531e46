//! Tables the file itself made: they are empty, and nobody uses them yet.

use altimeter_catalog::{Catalog, Name, Size};

use crate::Judged;

/// The tables the present file made.
#[derive(Default)]
pub(super) struct Fresh(Vec<Name>);

impl Fresh {
    /// Gives new tables their size: nothing.
    pub(super) fn follow(&mut self, catalog: &mut Catalog, judged: &Judged) {
        for created in judged.effect.creates.iter().filter(|c| c.index.is_none()) {
            let table = catalog.table_mut(&created.object).filter(|t| t.size == Size::default());
            if let Some(table) = table {
                table.size = Size {
                    rows: Some(0.0),
                    pages: Some(0.0),
                    heap_bytes: Some(0),
                    toast_bytes: Some(0),
                    index_bytes: Some(0),
                    ..Size::default()
                };
                self.0.push(created.object.clone());
            }
        }
    }

    /// When files are a history of their own (no database to run them on), the next file was written when the tables
    /// had rows, nobody knows how many.
    pub(super) fn end_file(&mut self, catalog: &mut Catalog, complete: bool) {
        for name in self.0.drain(..).filter(|_| !complete) {
            if let Some(table) = catalog.table_mut(&name) {
                table.size = Size::default();
            }
        }
    }
}
