//! Batches small and slow enough for what people say the server can take.

use altimeter_analysis::cost;
use altimeter_analysis::limits::Budget;
use altimeter_catalog::{Catalog, Change, Name};

use crate::draft::Draft;

/// Of what standbys may fall behind, what one batch may take: the rest is for what others write.
const SHARE_OF_A_BATCH: f64 = 0.5;

/// Fewer rows make a batch of little but its commit.
const FEWEST_ROWS: u32 = 100;

/// Makes the batches of a draft fit the budget, where there is one: no batch takes standbys longer to replay than they
/// may fall behind, and pauses keep the log from coming faster than it is taken. The high end of what a row writes
/// counts, so that nine of ten tables stay below.
pub(crate) fn fit(catalog: &Catalog, draft: &mut Draft, budget: &Budget) {
    let slowest_replay = budget.lag_ms.map(|_| cost::throughput::slowest_replay());
    let rates = [budget.log_per_second, slowest_replay];
    let Some(bytes_per_ms) = rates.into_iter().flatten().reduce(f64::min).map(|rate| rate / 1_000.0) else {
        return;
    };
    let most_bytes =
        slowest_replay.zip(budget.lag_ms).map(|(rate, ms)| rate * ms / 1_000.0 * SHARE_OF_A_BATCH);
    let fit = |table: &Name, batch_rows: &mut u32, pause_ms: &mut u32| {
        let Some(table) = catalog.table(table) else { return };
        let Some(row_bytes) = cost::row_update_log(catalog, table).map(|log| log.high) else { return };
        if let Some(most) = most_bytes {
            *batch_rows = (*batch_rows).min((most / row_bytes) as u32).max(FEWEST_ROWS);
        }
        let rows = f64::from(*batch_rows);
        let works_ms = rows * cost::typical_row_update_us(table) / 1_000.0;
        let pause = rows * row_bytes / bytes_per_ms - works_ms;
        // Whole tenths of a second read better.
        *pause_ms = (*pause_ms).max(((pause / 100.0).ceil() * 100.0) as u32);
    };
    for step in &mut draft.steps {
        for change in step.up.iter_mut().chain(&mut step.down).chain(&mut step.progress) {
            in_batches(change, &fit);
        }
    }
}

/// Rows a batch and the pause after each, of every change that is made in batches.
fn in_batches(change: &mut Change, fit: &impl Fn(&Name, &mut u32, &mut u32)) {
    match change {
        Change::Backfill(it) => fit(&it.table, &mut it.batch_rows, &mut it.pause_ms),
        Change::CopyRows(it) => fit(&it.from, &mut it.batch_rows, &mut it.pause_ms),
        Change::Sweep(it) => fit(&it.table, &mut it.batch_rows, &mut it.pause_ms),
        Change::Together(changes) | Change::Written { changes, .. } => {
            changes.iter_mut().for_each(|change| in_batches(change, fit));
        }
        _ => {}
    }
}
