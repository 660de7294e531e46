//! Heavy statements that ran before, from `pg_stat_statements`: their texts are read for what they did, and not kept.

use altimeter_catalog::{Catalog, InspectError, PastWork};

use super::answers::Answers;
use crate::heavy::heavy_work;
use crate::queries;

/// What ran, the most expensive first; what cannot be laid at the door of one table that is there is left out.
pub(super) fn history(answers: &Answers, catalog: &Catalog) -> Result<Vec<PastWork>, InspectError> {
    let mut history: Vec<PastWork> = Vec::new();
    for row in answers.of(&queries::STATEMENTS_WORK) {
        let Some((kind, table, index)) =
            row.get::<Option<&str>>("statement")?.and_then(|t| heavy_work(catalog, t))
        else {
            continue;
        };
        let work = PastWork {
            kind,
            table,
            index,
            calls: row.size("calls")?.unwrap_or(0),
            total_ms: row.get::<Option<f64>>("total_ms")?.unwrap_or(0.0),
            rows: row.size("rows")?.unwrap_or(0),
            blocks: row.size("blocks")?,
            recorded: false,
            wal_bytes: row.size("wal_bytes")?,
        };
        let same = |p: &&mut PastWork| (p.kind, &p.table, &p.index) == (work.kind, &work.table, &work.index);
        match history.iter_mut().find(same) {
            Some(known) => add(known, &work),
            None => history.push(work),
        }
    }
    Ok(history)
}

/// The same by another role, or in other words.
fn add(known: &mut PastWork, work: &PastWork) {
    known.calls += work.calls;
    known.total_ms += work.total_ms;
    known.rows += work.rows;
    known.blocks = known.blocks.zip(work.blocks).map(|(a, b)| a + b);
    known.wal_bytes = known.wal_bytes.zip(work.wal_bytes).map(|(a, b)| a + b);
}
