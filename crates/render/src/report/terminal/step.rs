//! One step of a plan in full.

use altimeter_analysis::Severity;
use altimeter_catalog::Catalog;
use altimeter_planner::{Plan, PlannedCheck, PlannedStatement, Step, StepKind};

use crate::page::{Page, STEP, Style};
use crate::summary::{arithmetic, rollback, statement, steps};
use crate::wrap;

/// A way back of more statements than this is told in titles first.
const SHORT: usize = 2;
/// A step that may run longer than this is worth being stopped: a minute, in ms.
const LONG_MS: f64 = 60_000.0;

/// Title, why, checks, statements, the way back, when to stop.
pub(super) fn write(page: &mut Page, plan: &Plan, catalog: &Catalog, step: &Step) {
    let no_return = if step.lost_on_return.is_some() { "no way back without loss" } else { "" };
    page.title(&format!("{} · {}", step.id, step.title), (Style::Risk(Severity::High), no_return));
    page.says(STEP, "why", &step.why);
    if let Some(change) = &step.app_change {
        page.says(STEP, "deploy", change);
    }
    write_checks(page, "before", &step.before);
    write_statements(page, catalog, "up", &step.up);
    if let Some(progress) = &step.progress {
        page.statement("progress", &statement::runnable(progress), &[]);
    }
    write_checks(page, "after", &step.after);
    if step.down.is_empty() {
        page.says(STEP, "down", way_back(step.kind));
    } else {
        write_titles(page, &step.down);
        write_statements(page, catalog, "down", &step.down);
    }
    if let Some(lost) = &step.lost_on_return {
        page.prose(STEP, "lost", (Style::Risk(Severity::High), ""), lost);
    }
    if is_long(step) {
        let stop: Vec<String> = plan.rollback.triggers.iter().map(rollback::condition).collect();
        if !stop.is_empty() {
            page.facts(STEP, "stop if", &stop, " · ");
        }
    }
}

fn way_back(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Deploy => "deploy the version before",
        StepKind::Wait | StepKind::Sql | StepKind::Backfill => "nothing to undo",
    }
}

fn is_long(step: &Step) -> bool {
    let runs = steps::duration(step.up.iter().map(|s| &s.judged));
    step.kind == StepKind::Backfill || runs.is_some_and(|r| r.high >= LONG_MS)
}

fn write_checks(page: &mut Page, label: &str, checks: &[PlannedCheck]) {
    let says: Vec<String> = checks.iter().map(|c| c.says.clone()).collect();
    page.list(STEP, label, &says);
}

/// The statements of a long way back, a line each, before their full text.
fn write_titles(page: &mut Page, down: &[PlannedStatement]) {
    if down.len() <= SHORT {
        return;
    }
    let room = page.width() - STEP;
    let titles: Vec<String> = down
        .iter()
        .enumerate()
        .map(|(i, s)| wrap::shortened(&format!("{}. {}", i + 1, s.judged.statement.sql), room))
        .collect();
    page.list(STEP, "down", &titles);
}

fn write_statements(page: &mut Page, catalog: &Catalog, label: &str, statements: &[PlannedStatement]) {
    for (i, planned) in statements.iter().enumerate() {
        let label = match statements.len() {
            1 => label.to_owned(),
            n => format!("{label} {}/{n}", i + 1),
        };
        page.statement(
            &label,
            &statement::runnable(&planned.judged.statement.sql),
            &statement::pieces(catalog, planned),
        );
        page.arithmetic(STEP, &arithmetic::sums(&planned.judged));
        for finding in planned.judged.findings.iter().filter(|f| f.severity > Severity::Low) {
            let instead = if finding.instead.is_empty() {
                String::new()
            } else {
                format!(". Instead: {}", finding.instead)
            };
            let strong = format!("{}:", finding.severity);
            page.prose(
                STEP,
                "",
                (Style::Risk(finding.severity), &strong),
                &format!("{}{instead}", finding.message),
            );
        }
    }
}
