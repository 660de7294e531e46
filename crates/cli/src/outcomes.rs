//! Outcomes of plans: recorded beside the plan's file, and read for the next estimates.

use std::path::{Path, PathBuf};

use altimeter_catalog::{Catalog, PastWork};
use altimeter_render::format::{OutcomesJson, PlanJson, QuantityJson, read_outcomes};

use crate::failure::Failure;
use crate::shared::Shared;
use crate::{engines, output, source};

/// What a plan's file ends with, and what the outcomes beside it end with.
const ENDING: &str = "outcomes.json";

/// Writes what the plan's statements took beside its file, and says it.
pub(crate) fn record(
    shared: &Shared,
    file: &Path,
    plan: &PlanJson,
    catalog: &Catalog,
) -> Result<(), Failure> {
    let engine = engines::engine(catalog.server.engine)?;
    let Some(history) = &catalog.activity.history else {
        let why = catalog.unknowns.iter().find(|u| u.what.starts_with("statements"));
        return Err(Failure::usage(
            "--record: the server does not tell what ran on it",
            why.map_or(String::new(), |u| format!("{}: {}", u.why, u.remedy)),
        ));
    };
    let took = |sql: &str| {
        let (kind, table, index) = engine.heavy_work(catalog, sql)?;
        let same = |p: &&PastWork| (p.kind, &p.table, &p.index) == (kind, &table, &index);
        Some(history.iter().find(same).cloned())
    };
    let outcomes = OutcomesJson::new(plan, catalog, took);
    let beside = file.with_extension(ENDING);
    std::fs::write(&beside, outcomes.to_text())
        .map_err(|e| Failure::usage(format!("{} cannot be written: {e}", beside.display()), ""))?;
    for outcome in &outcomes.statements {
        let sql: String = outcome.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let predicted = outcome.duration_ms.as_ref().map_or("unknown".to_owned(), in_ms);
        let took = match &outcome.took {
            Some(p) => format!("took {:.0} ms", p.total_ms / p.calls.max(1) as f64),
            None => "not found in pg_stat_statements".to_owned(),
        };
        output::note(shared, &format!("{}: {sql}: predicted {predicted}, {took}", outcome.step));
    }
    let known = outcomes.statements.iter().filter(|s| s.took.is_some()).count();
    let of = outcomes.statements.len();
    output::note(
        shared,
        &format!(
            "recorded {known} of {of} heavy statements in {}; plan and check use them with --outcomes",
            beside.display()
        ),
    );
    Ok(())
}

fn in_ms(quantity: &QuantityJson) -> String {
    format!("{:.0} to {:.0} ms", quantity.low, quantity.high)
}

/// Adds recorded outcomes to what ran here, from files and from all such files of folders. Of another database they
/// tell nothing; what the server still knows itself is not told twice.
pub(crate) fn learn(shared: &Shared, catalog: &mut Catalog) -> Result<(), Failure> {
    for path in &shared.outcomes {
        for file in files(path)? {
            let shown = file.display();
            let outcomes = read_outcomes(&source::text(&file)?).map_err(|e| {
                Failure::usage(format!("{shown}: {e}"), "write them with: altimeter verify --record")
            })?;
            if outcomes.engine != catalog.server.engine || outcomes.database != catalog.server.database {
                let of = &outcomes.database;
                output::note(shared, &format!("{shown}: passed over, it is about another database: {of}"));
                continue;
            }
            let history = catalog.activity.history.get_or_insert_default();
            for took in outcomes.statements.into_iter().filter_map(|s| s.took) {
                let known = history
                    .iter()
                    .any(|p| (p.kind, &p.table, &p.index) == (took.kind, &took.table, &took.index));
                if !known {
                    history.push(PastWork { recorded: true, ..took });
                }
            }
        }
    }
    Ok(())
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable =
        |e: std::io::Error| Failure::usage(format!("{} cannot be read: {e}", path.display()), "");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.to_string_lossy().ends_with(ENDING) {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
