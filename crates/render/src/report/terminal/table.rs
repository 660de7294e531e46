//! One table of a database in full: columns, indexes, constraints, triggers.

use altimeter_catalog::{Catalog, Identity, Index, Table};

use crate::amount;
use crate::page::{OVERVIEW, Page, Style};
use crate::summary::{database, names};
use crate::table::{self, Column};

/// Columns, indexes, constraints, triggers and what depends on the table.
pub(super) fn write(page: &mut Page, catalog: &Catalog, table: &Table) {
    page.title(&table.name.to_string(), (Style::Plain, ""));
    for facts in database::table(catalog, table).iter().skip(1) {
        page.facts(OVERVIEW, &facts.label, &facts.pieces, "   ");
    }
    if let Some(key) = &table.partition_key {
        page.says(OVERVIEW, "partitioned", key);
    }
    write_columns(page, table);
    write_indexes(page, table);
    let constraints: Vec<String> = table
        .constraints
        .iter()
        .map(|c| format!("{}: {}{}", c.name, c.definition, if c.validated { "" } else { " (not validated)" }))
        .collect();
    page.list(OVERVIEW, "constraints", &constraints);
    let referenced: Vec<String> = catalog
        .referencing(&table.name)
        .into_iter()
        .map(|(t, c)| format!("{} by {}", c.name, names::short(catalog, &t.name)))
        .collect();
    page.list(OVERVIEW, "referenced", &referenced);
    let triggers: Vec<String> = table
        .triggers
        .iter()
        .map(|t| {
            let when = if t.before { "before" } else { "after" };
            let each = if t.per_row { "each row" } else { "each statement" };
            let events = t.events.join(" or ");
            let state = if t.enabled == "origin" { String::new() } else { format!(" ({})", t.enabled) };
            format!("{} {when} {events}, {each}: {}{state}", t.name, names::short(catalog, &t.function))
        })
        .collect();
    page.list(OVERVIEW, "triggers", &triggers);
    let views: Vec<String> = catalog
        .views
        .iter()
        .filter(|v| v.needs.iter().any(|d| d.on == table.name))
        .map(|v| names::short(catalog, &v.name))
        .collect();
    if !views.is_empty() {
        page.says(OVERVIEW, "views", &views.join(", "));
    }
}

fn write_columns(page: &mut Page, table: &Table) {
    let columns = [
        Column::new("column").wraps_to(14),
        Column::new("type").wraps_to(14),
        Column::new("null"),
        Column::new("default").wraps_to(12),
        Column::new("width").figures().dropped(1),
        Column::new("NULLs").figures().dropped(2),
    ];
    let rows: Vec<Vec<String>> = table
        .columns
        .iter()
        .map(|c| {
            let default = match (&c.generated, c.identity) {
                (Some(g), _) => format!("generated: {}", g.expression),
                (None, Some(Identity::Always)) => "identity, always".to_owned(),
                (None, Some(Identity::ByDefault)) => "identity".to_owned(),
                (None, None) => c.default.clone().unwrap_or_default(),
            };
            let statistics = c.statistics.as_ref();
            vec![
                c.name.clone(),
                c.type_name.clone(),
                if c.not_null { "no" } else { "yes" }.to_owned(),
                default,
                statistics.map_or("?".to_owned(), |s| format!("{} B", amount::count(s.average_width))),
                statistics.map_or("?".to_owned(), |s| amount::percent(s.null_fraction)),
            ]
        })
        .collect();
    let drawn = table::draw(&columns, &rows, page.width() - 1);
    page.drawn(&drawn);
}

fn write_indexes(page: &mut Page, table: &Table) {
    if table.indexes.is_empty() {
        return;
    }
    let columns = [
        Column::new("index").wraps_to(16),
        Column::new("on").wraps_to(16),
        Column::new("size").figures(),
        Column::new("scans").figures().dropped(1),
        Column::new("state").wraps_to(8),
    ];
    let rows: Vec<Vec<String>> = table
        .indexes
        .iter()
        .map(|i| {
            vec![
                i.definition.name.clone(),
                keys(i),
                i.bytes.map_or("?".to_owned(), amount::bytes),
                i.scans.map_or("?".to_owned(), |s| amount::count(s as f64)),
                state(i),
            ]
        })
        .collect();
    let drawn = table::draw(&columns, &rows, page.width() - 1);
    page.drawn(&drawn);
}

/// What is indexed, as SQL has it after the method: `btree (a, b) WHERE c`.
fn keys(index: &Index) -> String {
    if let Some((_, using)) = index.printed.as_ref().and_then(|p| p.split_once(" USING ")) {
        return using.to_owned();
    }
    let columns = index.definition.columns().map_or("expressions".to_owned(), |c| c.join(", "));
    format!("{} ({columns})", index.definition.method)
}

fn state(index: &Index) -> String {
    let mut state = Vec::new();
    if index.primary {
        state.push("primary key");
    } else if index.definition.unique {
        state.push("unique");
    }
    if !index.valid {
        state.push("INVALID");
    }
    if index.scans == Some(0) && !index.primary && !index.definition.unique {
        state.push("never read");
    }
    state.join(", ")
}
