//! Markdown for a pull request: verdict, a table of steps, each step folded, capacity, the way back, unknowns.

mod step;

use altimeter_catalog::{Catalog, Name};
use altimeter_planner::Plan;

use crate::amount::{self, Quantity};
use crate::escape;
use crate::markup::{bullets, fact, heading, paragraph, table};
use crate::summary::steps::{self, StepRow};
use crate::summary::tables::{self, TableRow};
use crate::summary::{
    Facts, activity, coexistence, database, health, limits, preflight, rollback, statement, uses, verdict,
};
use crate::{Layout, Report};

/// Markdown.
pub(super) struct Markdown;

impl Report for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn render_plan(&self, plan: &Plan, catalog: &Catalog, layout: Layout) -> String {
        let mut out = String::new();
        heading(&mut out, 2, &plan.request);
        paragraph(&mut out, &database::server(catalog, layout).join(" · "));
        write_verdict(&mut out, plan, catalog);
        write_database(&mut out, plan, catalog, layout);
        write_steps(&mut out, plan, catalog);
        for step in plan.steps() {
            step::write(&mut out, catalog, step);
        }
        write_uses(&mut out, plan);
        write_capacity(&mut out, plan);
        let together: Vec<String> = plan.coexistence.iter().filter_map(coexistence::line).collect();
        bullets(&mut out, "Old and new code", &together);
        bullets(&mut out, "In the way now", &preflight::lines(&plan.preflight));
        bullets(&mut out, "Cautions", &plan.cautions);
        bullets(&mut out, "Other roads", &rollback::other_roads(plan));
        write_rollback(&mut out, plan);
        bullets(&mut out, "Unknown", &plan.unknowns);
        out
    }

    fn render_catalog(&self, catalog: &Catalog, named: &[Name], layout: Layout) -> String {
        let mut out = String::new();
        let mut server = database::server(catalog, layout).into_iter();
        heading(&mut out, 2, &server.next().unwrap_or_default());
        paragraph(&mut out, &server.collect::<Vec<_>>().join(" · "));
        for facts in health::facts(catalog) {
            fact(&mut out, &facts);
        }
        bullets(&mut out, "Open transactions", &health::transactions(catalog));
        write_tables(&mut out, catalog, named);
        bullets(&mut out, "Unknown", &health::unknowns(catalog));
        out
    }
}

fn write_verdict(out: &mut String, plan: &Plan, catalog: &Catalog) {
    let verdicts = std::iter::once(verdict::planned(plan)).chain(verdict::direct(plan, catalog));
    for verdict in verdicts {
        let headline = escape::markdown(&verdict.headline);
        out.push_str(&format!("**{headline}** {}\n\n", escape::markdown(&verdict.rest)));
    }
    let direct: Vec<String> = plan.direct.iter().map(|j| statement::runnable(&j.statement.sql)).collect();
    if !direct.is_empty() {
        out.push_str(&escape::fenced("sql", &direct.join("\n")));
        out.push('\n');
    }
}

fn write_database(out: &mut String, plan: &Plan, catalog: &Catalog, layout: Layout) {
    for table in plan.tables.iter().filter_map(|n| catalog.table(n)) {
        for facts in database::table(catalog, table) {
            fact(out, &facts);
        }
    }
    let waits_for_all = plan.steps().flat_map(|s| &s.up).any(|s| s.judged.effect.waits_for_transactions);
    for line in activity::in_the_way(catalog, &plan.tables, waits_for_all) {
        fact(out, &Facts::new(activity::label(layout), vec![line]));
    }
}

fn write_steps(out: &mut String, plan: &Plan, catalog: &Catalog) {
    out.push('\n');
    heading(out, 3, "Steps");
    let lock = steps::lock_title(plan, catalog);
    let rows: Vec<Vec<String>> = plan
        .steps()
        .map(|s| {
            let row = StepRow::new(plan, catalog, s);
            vec![row.id, row.title, row.lock, row.wait, row.runs, row.undo.to_owned()]
        })
        .collect();
    table(out, &["step", "what", &lock, "others wait", "runs for", "undo"], &[3, 4], &rows);
    out.push('\n');
}

fn write_uses(out: &mut String, plan: &Plan) {
    let Some(found) = &plan.uses else { return };
    heading(out, 3, "Who still uses it");
    paragraph(out, &uses::about(found));
    bullets(out, "Statements", &uses::statements(found));
    bullets(out, "Objects", &uses::objects(found));
    bullets(out, "Source", &uses::application(found));
    bullets(out, "Not looked at", &found.unknowns);
}

fn write_capacity(out: &mut String, plan: &Plan) {
    heading(out, 3, "Capacity");
    let capacity = &plan.capacity;
    let rows: Vec<Vec<String>> = [
        ("extra disk at the peak", Quantity::Bytes, &capacity.disk_peak_bytes),
        ("WAL", Quantity::Bytes, &capacity.wal_bytes),
        ("run time", Quantity::Time, &capacity.total_duration_ms),
        ("replica lag at most", Quantity::Time, &capacity.replica_lag_ms),
    ]
    .into_iter()
    .map(|(what, quantity, range)| {
        let value = |of: fn(&altimeter_analysis::Range) -> f64| {
            range.as_ref().map_or("?".to_owned(), |r| amount::estimated(quantity, of(r)))
        };
        let basis = range.as_ref().map(|r| r.basis.join(", ")).unwrap_or_default();
        vec![what.to_owned(), value(|r| r.low), value(|r| r.likely), value(|r| r.high), basis]
    })
    .collect();
    table(out, &["", "low", "likely", "high", "from"], &[1, 2, 3], &rows);
    bullets(out, "Limits", &limits::lines(&plan.limits));
}

fn write_rollback(out: &mut String, plan: &Plan) {
    out.push('\n');
    heading(out, 3, "Going back");
    for trigger in &plan.rollback.triggers {
        out.push_str(&format!("- when {}\n", escape::markdown(&rollback::condition(trigger))));
    }
    out.push_str(&format!("- how: {}\n", escape::markdown(&rollback::procedure(plan))));
    for lost in rollback::lost(plan) {
        out.push_str(&format!("- lost {}\n", escape::markdown(&lost)));
    }
}

fn write_tables(out: &mut String, catalog: &Catalog, named: &[Name]) {
    let (chosen, left_out) = tables::chosen(catalog, named);
    out.push('\n');
    heading(out, 3, "Tables");
    let rows: Vec<Vec<String>> = chosen
        .iter()
        .map(|t| {
            let r = TableRow::new(catalog, t);
            vec![r.name, r.rows, r.heap, r.toast, r.indexes, r.dead, r.writes, r.analyzed, r.notes]
        })
        .collect();
    let titles = ["table", "rows", "heap", "TOAST", "indexes", "dead", "writes/s", "analysed", "notes"];
    table(out, &titles, &[1, 2, 3, 4, 5, 6, 7], &rows);
    if left_out > 0 {
        out.push_str(&format!("\n… and {left_out} more\n"));
    }
}
