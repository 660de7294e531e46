//! Counters of tables, and rates from two samples of them.

use std::collections::HashMap;

use altimeter_catalog::{InspectError, TableActivity, TableRates};

use super::answers::Answers;
use super::drafts::Drafts;
use crate::queries;

/// One moment's counters.
pub(super) struct Sample {
    /// When, in seconds by the server's clock.
    pub(super) taken_s: f64,
    /// Position of the write-ahead log; none if the server would not say.
    pub(super) wal_bytes: Option<u64>,
    tables: HashMap<i64, Counted>,
}

struct Counted {
    taken_s: f64,
    activity: TableActivity,
}

/// The sample in an answer.
pub(super) fn sample(answers: &Answers) -> Result<Sample, InspectError> {
    let mut tables = HashMap::new();
    for row in answers.of(&queries::TABLE_COUNTERS) {
        let count = |column| Ok::<u64, InspectError>(row.size(column)?.unwrap_or(0));
        let activity = TableActivity {
            seq_scans: count("seq_scans")?,
            index_scans: count("index_scans")?,
            inserted: count("inserted")?,
            updated: count("updated")?,
            hot_updated: count("hot_updated")?,
            deleted: count("deleted")?,
            live_rows: count("live_rows")?,
            dead_rows: count("dead_rows")?,
            vacuumed_hours_ago: row.get("vacuumed_hours_ago")?,
            analyzed_hours_ago: row.get("analyzed_hours_ago")?,
        };
        tables.insert(row.get("id")?, Counted { taken_s: row.get("taken_s")?, activity });
    }
    let moment = answers.one(&queries::SAMPLE)?;
    Ok(Sample { taken_s: moment.get("taken_s")?, wal_bytes: moment.size("wal_bytes")?, tables })
}

/// Adds the counters of the last sample, and rates if there is an earlier one.
pub(super) fn add_counters(drafts: &mut Drafts, first: Option<&Sample>, last: &Sample) {
    for (id, counted) in &last.tables {
        let Some(draft) = drafts.get_mut(*id) else { continue };
        draft.table.activity = Some(counted.activity.clone());
        draft.table.rates = first.and_then(|first| table_rates(first.tables.get(id)?, counted));
    }
}

fn table_rates(before: &Counted, after: &Counted) -> Option<TableRates> {
    let seconds = after.taken_s - before.taken_s;
    let rate = |of: fn(&TableActivity) -> u64| per_second(of(&before.activity), of(&after.activity), seconds);
    Some(TableRates {
        scans: rate(|a| a.seq_scans + a.index_scans)?,
        rows_written: rate(|a| a.inserted + a.updated + a.deleted)?,
    })
}

/// How fast a counter rose; none if no time passed or it was reset in between.
pub(super) fn per_second(before: u64, after: u64, seconds: f64) -> Option<f64> {
    (seconds > 0.0 && after >= before).then(|| (after - before) as f64 / seconds)
}

#[cfg(test)]
mod tests {
    use super::per_second;

    #[test]
    fn a_rate_needs_time_and_a_counter_that_was_not_reset() {
        assert_eq!(per_second(10, 30, 2.0), Some(10.0));
        assert_eq!(per_second(10, 10, 2.0), Some(0.0));
        assert_eq!(per_second(10, 30, 0.0), None);
        assert_eq!(per_second(30, 10, 2.0), None);
    }
}
