//! Rows that a statement writes in one transaction.

use altimeter_catalog::{Name, WriteCommand};

use super::{RuleContext, Severity, severity_of_wait, words};

/// Rows of one table that a statement writes in one transaction.
pub(crate) struct RowWork<'a> {
    /// The table.
    pub(crate) table: &'a Name,
    /// How many, as far as known.
    pub(crate) rows: Option<f64>,
    /// How bad that is.
    pub(crate) severity: Severity,
    /// `for 3 s to 12 s`.
    pub(crate) how_long: String,
}

impl RuleContext<'_> {
    /// Rows that the statement writes in one transaction and that somebody may wait for.
    pub(crate) fn row_work(&self, command: WriteCommand) -> impl Iterator<Item = RowWork<'_>> {
        let in_one_go =
            self.effect.updates.iter().filter(move |u| u.batch_rows.is_none() && u.command == command);
        in_one_go.filter(|u| self.concerns(&u.object)).filter_map(|update| {
            let duration = self.estimate.duration_ms.as_ref();
            // Only who writes the same rows waits, so the table's traffic says little.
            let severity = severity_of_wait(duration, None, f64::INFINITY)?;
            let rows = update.rows.or_else(|| self.catalog.table(&update.object)?.size.rows);
            let how_long = match duration {
                Some(duration) => format!("for {}", words::time_range(duration)),
                None => "until then (how many there are is unknown)".to_owned(),
            };
            Some(RowWork { table: &update.object, rows, severity, how_long })
        })
    }
}
