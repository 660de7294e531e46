//! Bytes and rows.

use std::collections::HashMap;

use altimeter_catalog::{InspectError, Name, Persistence, TableKind, View};

use super::answers::Answers;
use super::drafts::{Draft, Drafts};
use crate::queries;

/// What decides how sizes are read.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The server is a standby.
    pub(super) standby: bool,
    /// Bytes of a page.
    pub(super) block: f64,
}

/// Adds bytes and rows to tables and bytes to materialized views. Returns the tables whose bytes are those of their
/// last vacuum or analyze, because somebody has them locked.
pub(super) fn add_sizes(
    drafts: &mut Drafts,
    views: &mut HashMap<i64, View>,
    answers: &Answers,
    place: Place,
) -> Result<Vec<Name>, InspectError> {
    let mut locked = Vec::new();
    for row in answers.of(&queries::SIZES) {
        let id: i64 = row.get("id")?;
        let main = row.size("main_bytes")?;
        let heap = main.zip(row.size("map_bytes")?).map(|(a, b)| a + b).or(paged(row.size("paged_bytes")?));
        let toast = row.size("toast_bytes")?.or(paged(row.size("toast_paged_bytes")?));
        if let Some(view) = views.get_mut(&id) {
            view.bytes = heap.zip(toast).map(|(a, b)| a + b);
        }
        let Some(draft) = drafts.get_mut(id) else { continue };
        if row.get("locked")? {
            locked.push(draft.table.name.clone());
        }
        if is_elsewhere(draft, place) {
            continue;
        }
        let pages = draft.table.size.pages.unwrap_or(0.0);
        draft.table.size.heap_bytes = heap;
        draft.table.size.toast_bytes = toast;
        draft.table.size.index_bytes = Some(0);
        draft.table.size.rows = rows(draft.tuples, pages, main, place.block);
    }
    add_index_sizes(drafts, views, answers, place)?;
    Ok(locked)
}

/// Estimates from the last vacuum or analyze, for a server that would not let any size be read.
pub(super) fn add_paged_sizes(drafts: &mut Drafts, place: Place) {
    for draft in drafts.iter_mut().filter(|d| d.table.kind.has_heap()) {
        let pages = draft.table.size.pages.unwrap_or(0.0);
        draft.table.size.heap_bytes = paged(Some((pages * place.block) as u64));
        draft.table.size.rows = rows(draft.tuples, pages, None, place.block);
    }
}

/// Rows of foreign tables, as far as somebody has analysed them.
pub(super) fn add_foreign_rows(drafts: &mut Drafts) {
    for draft in drafts.iter_mut().filter(|d| d.table.kind == TableKind::ForeignTable) {
        draft.table.size.rows = (draft.tuples > 0.0).then_some(draft.tuples);
    }
}

fn add_index_sizes(
    drafts: &mut Drafts,
    views: &mut HashMap<i64, View>,
    answers: &Answers,
    place: Place,
) -> Result<(), InspectError> {
    let mut by_table: HashMap<i64, HashMap<&str, (Option<u64>, u64)>> = HashMap::new();
    for row in answers.of(&queries::INDEX_SIZES).filter(|r| !r.get("partitioned").unwrap_or(true)) {
        let bytes = row.size("bytes")?.or(paged(row.size("paged_bytes")?));
        let scans = row.size("scans")?.unwrap_or(0);
        by_table.entry(row.get("table_id")?).or_default().insert(row.get("name")?, (bytes, scans));
    }
    for (table, indexes) in by_table {
        let sum = indexes.values().map(|(bytes, _)| *bytes).sum::<Option<u64>>();
        if let Some(view) = views.get_mut(&table) {
            view.bytes = view.bytes.zip(sum).map(|(a, b)| a + b);
        }
        let Some(draft) = drafts.get_mut(table) else { continue };
        if is_elsewhere(draft, place) {
            continue;
        }
        draft.table.size.index_bytes = sum;
        for index in &mut draft.table.indexes {
            if let Some((bytes, scans)) = indexes.get(index.definition.name.as_str()) {
                index.bytes = *bytes;
                index.scans = (!place.standby).then_some(*scans);
            }
        }
    }
    Ok(())
}

/// An unlogged table's pages are on the primary only (manual, CREATE TABLE, UNLOGGED).
fn is_elsewhere(draft: &Draft, place: Place) -> bool {
    place.standby && draft.table.persistence == Persistence::Unlogged
}

/// Zero pages in the catalog may mean "never looked", so it is no size.
fn paged(bytes: Option<u64>) -> Option<u64> {
    bytes.filter(|b| *b > 0)
}

/// Rows as the planner estimates them: the density when last looked at, times the pages there are now (server
/// source, `table_block_relation_estimate_size`). An empty file has no rows. Never looked at is -1 since version 14
/// and 0 rows on 0 pages before; where the file has grown from nothing, nothing is known.
pub(super) fn rows(tuples: f64, pages: f64, main_bytes: Option<u64>, block: f64) -> Option<f64> {
    match main_bytes {
        Some(0) => Some(0.0),
        _ if tuples < 0.0 || pages <= 0.0 => None,
        Some(bytes) => Some((tuples / pages * (bytes as f64 / block)).round()),
        None => Some(tuples),
    }
}

#[cfg(test)]
mod tests {
    use super::rows;

    const BLOCK: f64 = 8192.0;

    #[test]
    fn rows_grow_with_the_file() {
        assert_eq!(rows(1000.0, 10.0, Some(10 * 8192), BLOCK), Some(1000.0));
        assert_eq!(rows(1000.0, 10.0, Some(25 * 8192), BLOCK), Some(2500.0));
    }

    #[test]
    fn never_analysed_is_unknown_and_empty_is_empty() {
        assert_eq!(rows(-1.0, 0.0, Some(8192), BLOCK), None);
        assert_eq!(rows(0.0, 0.0, Some(8192), BLOCK), None);
        assert_eq!(rows(-1.0, 0.0, Some(0), BLOCK), Some(0.0));
        assert_eq!(rows(0.0, 0.0, Some(0), BLOCK), Some(0.0));
        assert_eq!(rows(1000.0, 10.0, Some(0), BLOCK), Some(0.0));
        assert_eq!(rows(0.0, 5.0, Some(5 * 8192), BLOCK), Some(0.0));
    }

    #[test]
    fn a_locked_table_keeps_what_was_last_seen() {
        assert_eq!(rows(1000.0, 10.0, None, BLOCK), Some(1000.0));
        assert_eq!(rows(-1.0, 0.0, None, BLOCK), None);
    }
}
