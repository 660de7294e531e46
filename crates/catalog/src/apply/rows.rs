//! Rows that came and went: a table that was empty is not any more, and one that lost all its rows is full of dead ones.

use crate::{ApplyError, Catalog, Name, RowsChange, Size, WriteCommand};

/// Bytes of the server's pages unless it was built otherwise.
const PAGE: u64 = 8192;

impl Catalog {
    pub(super) fn apply_rows(&mut self, change: &RowsChange) -> Result<(), ApplyError> {
        if change.planned_only {
            return Ok(());
        }
        for write in change.writes.iter().filter(|w| w.command == WriteCommand::Insert) {
            let holders: Vec<Name> = match self.partitions_of(&write.target.name).as_slice() {
                [] => vec![write.target.name.clone()],
                partitions => partitions.iter().map(|t| t.name.clone()).collect(),
            };
            let rows = write.rows.filter(|_| holders.len() == 1);
            for holder in holders.iter().chain(std::iter::once(&write.target.name)) {
                if let Some(table) = self.table_mut(holder) {
                    more_rows(&mut table.size, rows);
                }
            }
        }
        for write in change.writes.iter().filter(|w| w.command == WriteCommand::Delete) {
            let all = write.read.and_then(|n| change.reads.get(n));
            let table = all.filter(|m| m.conditions.is_empty() && m.led_by.is_empty());
            if let Some(table) = table.and_then(|m| self.table_mut(&m.relation.name)) {
                let rows = table.size.rows.unwrap_or_default();
                table.activity.iter_mut().for_each(|a| a.dead_rows = a.dead_rows.saturating_add(rows as u64));
            }
        }
        Ok(())
    }
}

/// What is known of a table grows by what is known of the rows; a table known to be empty is unknown after others.
fn more_rows(size: &mut Size, rows: Option<u64>) {
    let was_empty = size.heap_bytes == Some(0);
    match rows {
        Some(0) => {}
        Some(rows) => {
            size.rows = size.rows.map(|known| known + rows as f64);
            if was_empty {
                size.pages = Some(1.0);
                size.heap_bytes = Some(PAGE);
            }
        }
        None if was_empty => *size = Size { summed_partitions: size.summed_partitions, ..Size::default() },
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_table_is_not_empty_afterwards() {
        let empty = Size { rows: Some(0.0), heap_bytes: Some(0), ..Size::default() };
        let mut size = empty.clone();
        more_rows(&mut size, Some(3));
        assert_eq!((size.rows, size.heap_bytes), (Some(3.0), Some(PAGE)));
        let mut size = empty;
        more_rows(&mut size, None);
        assert_eq!((size.rows, size.heap_bytes), (None, None));
        let mut large = Size { rows: Some(5.0), heap_bytes: Some(PAGE), ..Size::default() };
        more_rows(&mut large, None);
        assert_eq!((large.rows, large.heap_bytes), (Some(5.0), Some(PAGE)));
    }
}
