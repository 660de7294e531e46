//! How bad it is that others wait: the one place that decides it.

use altimeter_catalog::{Catalog, LockMode, Name};

use super::{RuleContext, Severity, words};
use crate::{Range, cost};

/// Others wait for a table while a statement works.
pub(crate) struct Wait {
    /// How bad that is.
    pub(crate) severity: Severity,
    /// `under SHARE: nobody writes public.orders for 3 s to 12 s, some 900 statements queue up`.
    pub(crate) says: String,
}

/// How bad it is when others wait that long; none for a wait nobody notices.
///
/// `held`: how long, none if that is not known. `per_second`: statements that would have to wait, where that was
/// measured. `connections`: how many can wait at all before nobody gets in any more.
pub(crate) fn severity_of_wait(
    held: Option<&Range>,
    per_second: Option<f64>,
    connections: f64,
) -> Option<Severity> {
    let Some(held) = held else { return Some(Severity::Medium) };
    let by_time = match held.likely {
        ms if ms < 200.0 => None,
        ms if ms < 2_000.0 => Some(Severity::Medium),
        ms if ms < 10_000.0 => Some(Severity::High),
        _ => Some(Severity::Critical),
    };
    match per_second.map(|rate| rate * held.likely / 1_000.0) {
        Some(queued) if queued >= connections => Some(by_time.map_or(Severity::High, Severity::raised)),
        // So far nobody used it often enough to notice.
        Some(queued) if queued < 1.0 => by_time.map(Severity::lowered),
        _ => by_time,
    }
}

/// Statements a second that a lock of that mode is likely to stop; none if that is not known.
pub(crate) fn stopped_per_second(catalog: &Catalog, table: &Name, mode: LockMode) -> Option<f64> {
    cost::stopped_per_second(catalog, table, mode).map(|range| range.likely)
}

/// Sessions the server lets in.
fn connections(catalog: &Catalog) -> f64 {
    catalog.server.setting_number("max_connections").filter(|n| *n > 0.0).unwrap_or(100.0)
}

impl RuleContext<'_> {
    /// What it means for others that these relations stay locked while the statement works; none if the statement
    /// stops nobody on them, or nobody would notice. `named` is the relation the statement speaks of.
    pub(crate) fn wait<'n>(
        &self,
        named: &Name,
        relations: impl IntoIterator<Item = &'n Name>,
    ) -> Option<Wait> {
        let locked = relations.into_iter().filter_map(|name| Some((name, self.effect.lock_on(name)?)));
        self.wait_under(named, &locked.collect::<Vec<_>>())
    }

    /// The same for locks that are held, whoever took them.
    pub(crate) fn wait_under(&self, named: &Name, locked: &[(&Name, LockMode)]) -> Option<Wait> {
        let stops = |mode: LockMode| mode.blocks_writes() || mode.blocks_reads();
        let locked = locked.iter().filter(|(name, mode)| stops(*mode) && self.concerns(name));
        let locked: Vec<&(&Name, LockMode)> = locked.collect();
        let mode = locked.iter().map(|(_, mode)| *mode).max()?;
        let rates = locked.iter().filter_map(|(name, mode)| stopped_per_second(self.catalog, name, *mode));
        let rate = rates.max_by(f64::total_cmp);
        let held = self.estimate.duration_ms.as_ref();
        let severity = severity_of_wait(held, rate, connections(self.catalog))?;
        let what = if mode.blocks_reads() { "reads or writes" } else { "writes" };
        let whom = match locked.as_slice() {
            [(one, _)] => one.to_string(),
            many => {
                let others = many.iter().filter(|(name, _)| *name != named).count();
                format!("{named} and {others} more")
            }
        };
        let how_long = match held {
            Some(held) => format!("for {}", words::time_range(held)),
            None => "meanwhile (its size is unknown, so for how long is too)".to_owned(),
        };
        let queue = match (rate, held) {
            (Some(rate), Some(held)) if rate * held.likely >= 1_000.0 => {
                format!(", some {} statements queue up", words::count(rate * held.likely / 1_000.0))
            }
            _ => String::new(),
        };
        let says = format!("under {mode}: nobody {what} {whom} {how_long}{queue}");
        Some(Wait { severity, says })
    }

    /// How bad a lock is that is held for an instant: it still waits behind every open transaction, and all others
    /// wait behind it, until `lock_timeout` strikes. None where nobody would notice.
    pub(crate) fn instant(&self, name: &Name) -> Option<Severity> {
        if !self.concerns(name) || self.is_busy(name) == Some(false) {
            return None;
        }
        Some(if self.lock_timeout_ms.is_some() { Severity::Low } else { Severity::Medium })
    }

    /// Whether the relation is used, or too big to be unused; none if that is not known.
    pub(crate) fn is_busy(&self, name: &Name) -> Option<bool> {
        let table = self.catalog.table(name)?;
        let rate = stopped_per_second(self.catalog, name, LockMode::AccessExclusive);
        match (rate, table.size.rows) {
            (Some(rate), _) if rate >= 1.0 => Some(true),
            (_, Some(rows)) => Some(rows > 10_000.0),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ms: f64, per_second: Option<f64>) -> Option<Severity> {
        severity_of_wait(Some(&Range::around(ms, 2.0, &[])), per_second, 100.0)
    }

    #[test]
    fn time_decides_and_traffic_moves_it() {
        assert_eq!(of(50.0, None), None);
        assert_eq!(of(50.0, Some(5_000.0)), Some(Severity::High));
        assert_eq!(of(5_000.0, None), Some(Severity::High));
        assert_eq!(of(5_000.0, Some(0.01)), Some(Severity::Medium));
        assert_eq!(of(5_000.0, Some(500.0)), Some(Severity::Critical));
        assert_eq!(severity_of_wait(None, None, 100.0), Some(Severity::Medium));
    }
}
