//! A plan on a terminal: verdict, database, steps in a table, what it takes, each step in full, the way back.

use altimeter_catalog::Catalog;
use altimeter_planner::Plan;

use super::step;
use crate::layout::Layout;
use crate::page::{OVERVIEW, Page, Style};
use crate::summary::steps::{self, StepRow};
use crate::summary::{
    activity, capacity, coexistence, database, limits, preflight, rollback, statement, uses, verdict,
};
use crate::table::{self, Column};
use crate::wrap;

/// The whole report.
pub(super) fn render(plan: &Plan, catalog: &Catalog, layout: Layout) -> String {
    let mut page = Page::new(layout);
    page.heading(&plan.request, &database::server(catalog, layout));
    page.blank();
    write_verdict(&mut page, plan, catalog);
    page.blank();
    write_database(&mut page, plan, catalog, layout);
    page.blank();
    if plan.steps().next().is_some() {
        write_steps(&mut page, plan, catalog);
        page.blank();
    }
    write_uses(&mut page, plan);
    write_price(&mut page, plan);
    for step in plan.steps() {
        page.blank();
        step::write(&mut page, plan, catalog, step);
    }
    page.blank();
    write_rollback(&mut page, plan);
    page.blank();
    write_next(&mut page);
    page.finish()
}

fn write_verdict(page: &mut Page, plan: &Plan, catalog: &Catalog) {
    let planned = verdict::planned(plan);
    page.prose(11, "VERDICT", (Style::Risk(planned.risk), &planned.headline), &planned.rest);
    if let Some(direct) = verdict::direct(plan, catalog) {
        page.prose(11, "", (Style::Risk(direct.risk), &direct.headline), &direct.rest);
    }
    if plan.made_by != "rules" {
        page.says(11, "", &format!("Made by {}.", plan.made_by));
    }
}

fn write_database(page: &mut Page, plan: &Plan, catalog: &Catalog, layout: Layout) {
    for table in plan.tables.iter().filter_map(|n| catalog.table(n)) {
        for facts in database::table(catalog, table) {
            page.facts(OVERVIEW, &facts.label, &facts.pieces, "   ");
        }
    }
    let waits_for_all = plan.steps().flat_map(|s| &s.up).any(|s| s.judged.effect.waits_for_transactions);
    page.list(OVERVIEW, activity::label(layout), &activity::in_the_way(catalog, &plan.tables, waits_for_all));
    page.list(OVERVIEW, "unknown", &plan.unknowns);
}

fn write_steps(page: &mut Page, plan: &Plan, catalog: &Catalog) {
    let columns = [
        Column::new("step"),
        Column::new("what").wraps_to(16),
        Column::new(steps::lock_title(plan, catalog)).wraps_to(12),
        Column::new("others wait").figures(),
        Column::new("runs for").figures().dropped(1),
        Column::new("undo").dropped(2),
    ];
    let rows: Vec<Vec<String>> = plan
        .steps()
        .map(|s| {
            let row = StepRow::new(plan, catalog, s);
            vec![row.id, row.title, row.lock, row.wait, row.runs, row.undo.to_owned()]
        })
        .collect();
    let drawn = table::draw(&columns, &rows, page.width() - 1);
    page.drawn(&drawn);
}

/// Who still uses what the plan takes away.
fn write_uses(page: &mut Page, plan: &Plan) {
    let Some(found) = &plan.uses else { return };
    page.says(OVERVIEW, "uses of", &uses::about(found));
    page.list(OVERVIEW, "statements", &uses::statements(found));
    page.list(OVERVIEW, "objects", &uses::objects(found));
    page.list(OVERVIEW, "source", &uses::application(found));
    page.list(OVERVIEW, "unknown", &found.unknowns);
    page.blank();
}

/// Capacity, doubt, cautions, other roads.
fn write_price(page: &mut Page, plan: &Plan) {
    page.facts(OVERVIEW, "capacity", &capacity::pieces(&plan.capacity), "   ");
    if let Some(doubt) = capacity::doubt(plan) {
        page.says(OVERVIEW, "doubt", &doubt);
    }
    page.list(OVERVIEW, "limits", &limits::lines(&plan.limits));
    if let Some(line) = plan.coexistence.as_ref().and_then(coexistence::line) {
        page.says(OVERVIEW, "old and new", &line);
    }
    page.list(OVERVIEW, "in the way", &preflight::lines(&plan.preflight));
    page.list(OVERVIEW, "caution", &plan.cautions);
    page.list(OVERVIEW, "other roads", &rollback::other_roads(plan));
    let room = page.width() - OVERVIEW;
    let direct: Vec<String> =
        plan.direct.iter().map(|j| wrap::shortened(&statement::runnable(&j.statement.sql), room)).collect();
    page.list(OVERVIEW, "directly", &direct);
}

fn write_rollback(page: &mut Page, plan: &Plan) {
    page.title("Going back", (Style::Plain, ""));
    let when: Vec<String> = plan.rollback.triggers.iter().map(rollback::condition).collect();
    page.list(OVERVIEW, "when", &when);
    page.says(OVERVIEW, "how", &rollback::procedure(plan));
    page.list(OVERVIEW, "lost", &rollback::lost(plan));
}

fn write_next(page: &mut Page) {
    page.says(OVERVIEW, "save", "add --format json > plan.json");
    page.says(OVERVIEW, "queries", "--format markdown shows the query of every check");
}
