//! Tables the file itself made: they are empty, and nobody uses them yet.

use altimeter_catalog::{Catalog, Name, Size};

use crate::Judged;

/// The tables the present file made.
#[derive(Default)]
pub(super) struct Fresh(Vec<Name>);

impl Fresh {
    /// Remembers new tables.
    pub(super) fn follow(&mut self, catalog: &Catalog, judged: &Judged) {
        let created = judged.effect.creates.iter().filter(|c| c.index.is_none()).map(|c| &c.object);
        self.0.extend(created.filter(|name| catalog.table(name).is_some()).cloned());
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
