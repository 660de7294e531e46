//! How long the server's reads and writes took, where it keeps the time.

use altimeter_catalog::{InspectError, Timed, Timings};

use super::answers::{Answers, Cells};
use crate::queries::{self, Query};

/// The queries for a server of that version.
pub(super) fn queries(major: u32) -> Vec<Query> {
    let mut asked = vec![queries::IO];
    if major >= 16 {
        asked.push(queries::IO_16);
    }
    match major {
        ..14 => {}
        14..18 => asked.push(queries::IO_WAL_14),
        18.. => asked.push(queries::IO_WAL_18),
    }
    asked
}

/// What the server has kept; nothing of what it did not time.
pub(super) fn timings(answers: &Answers) -> Result<Timings, InspectError> {
    let mut timings = Timings::default();
    if let Some(row) = answers.of(&queries::IO).next() {
        timings.reads = timed(&row, "read_bytes", "read_ms")?;
    }
    if let Some(row) = answers.of(&queries::IO_16).next() {
        timings.bulk_reads = timed(&row, "read_bytes", "read_ms")?;
    }
    for query in [queries::IO_WAL_14, queries::IO_WAL_18] {
        if let Some(row) = answers.of(&query).next() {
            timings.log_writes = timed(&row, "wal_bytes", "write_ms")?;
            timings.log_flushes = timed(&row, "wal_bytes", "sync_ms")?;
        }
    }
    Ok(timings)
}

/// None of what took no time: nothing of it was timed.
fn timed(row: &Cells<'_>, bytes: &str, ms: &str) -> Result<Option<Timed>, InspectError> {
    let (bytes, ms) = (row.size(bytes)?, row.get::<Option<f64>>(ms)?);
    Ok(bytes.zip(ms).map(|(bytes, ms)| Timed { bytes, ms }).filter(|t| t.ms > 0.0 && t.bytes > 0))
}
