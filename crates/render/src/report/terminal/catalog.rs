//! A database on a terminal: what a DBA looks at before a change.

use altimeter_catalog::{Catalog, Name, Table};

use super::table::write as write_table;
use crate::layout::Layout;
use crate::page::{OVERVIEW, Page};
use crate::summary::tables::{self, TableRow};
use crate::summary::{activity, database, health};
use crate::table::{self, Column};

/// The whole report.
pub(super) fn render(catalog: &Catalog, named: &[Name], layout: Layout) -> String {
    let mut page = Page::new(layout);
    let mut server = database::server(catalog, layout).into_iter();
    page.heading(&server.next().unwrap_or_default(), &server.collect::<Vec<_>>());
    page.blank();
    for facts in health::facts(catalog) {
        page.facts(OVERVIEW, &facts.label, &facts.pieces, "   ");
    }
    page.list(OVERVIEW, "open", &health::transactions(catalog));
    page.list(OVERVIEW, "unknown", &health::unknowns(catalog));
    let (chosen, left_out) = tables::chosen(catalog, named);
    if chosen.is_empty() {
        page.blank();
        page.says(2, "", "No table to show.");
        return page.finish();
    }
    page.blank();
    write_tables(&mut page, catalog, &chosen);
    if left_out > 0 {
        page.says(2, "", &format!("… and {left_out} more; name tables to see them"));
    }
    if !named.is_empty() {
        for table in chosen {
            page.blank();
            write_table(&mut page, catalog, table);
            let way = activity::in_the_way(catalog, std::slice::from_ref(&table.name), false);
            page.list(OVERVIEW, activity::label(layout), &way);
        }
    }
    page.finish()
}

fn write_tables(page: &mut Page, catalog: &Catalog, chosen: &[&Table]) {
    let columns = [
        Column::new("table").wraps_to(14),
        Column::new("rows").figures(),
        Column::new("heap").figures(),
        Column::new("TOAST").figures().dropped(4),
        Column::new("indexes").figures().dropped(1),
        Column::new("dead").figures().dropped(2),
        Column::new("writes/s").figures().dropped(3),
        Column::new("analysed").figures().dropped(5),
        Column::new("notes").wraps_to(12),
    ];
    let rows: Vec<Vec<String>> = chosen
        .iter()
        .map(|t| {
            let r = TableRow::new(catalog, t);
            vec![r.name, r.rows, r.heap, r.toast, r.indexes, r.dead, r.writes, r.analyzed, r.notes]
        })
        .collect();
    let drawn = table::draw(&columns, &rows, page.width() - 1);
    page.drawn(&drawn);
}
