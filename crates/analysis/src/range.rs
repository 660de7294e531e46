//! Numbers with a range and a basis.

/// A quantity that is not known exactly: `low` to `high` is meant to hold nine of ten real outcomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// One outcome in twenty is below.
    pub low: f64,
    /// The middle one.
    pub likely: f64,
    /// One outcome in twenty is above.
    pub high: f64,
    /// Where the number comes from: names of statistics, `published throughput`, …
    pub basis: Vec<String>,
}

impl Range {
    /// A range; the bounds are put in order if they are not.
    pub fn new(low: f64, likely: f64, high: f64, basis: &[&str]) -> Self {
        Self {
            low: low.min(likely),
            likely,
            high: high.max(likely),
            basis: basis.iter().map(|b| (*b).to_owned()).collect(),
        }
    }

    /// Exactly nothing.
    pub fn zero() -> Self {
        Self::new(0.0, 0.0, 0.0, &[])
    }

    /// A likely value, `spread` times less at the low end and more at the high end.
    pub fn around(likely: f64, spread: f64, basis: &[&str]) -> Self {
        Self::new(likely / spread, likely, likely * spread, basis)
    }

    /// Both one after the other. The bounds are added: outcomes of one host go up and down together.
    #[must_use]
    pub fn plus(&self, other: &Range) -> Range {
        let mut sum = Range {
            low: self.low + other.low,
            likely: self.likely + other.likely,
            high: self.high + other.high,
            basis: self.basis.clone(),
        };
        sum.learn(&other.basis);
        sum
    }

    /// Both at the same place: the larger of the two.
    #[must_use]
    pub fn or_more(&self, other: &Range) -> Range {
        let mut larger = Range {
            low: self.low.max(other.low),
            likely: self.likely.max(other.likely),
            high: self.high.max(other.high),
            basis: self.basis.clone(),
        };
        larger.learn(&other.basis);
        larger
    }

    /// The range times a number that is known.
    #[must_use]
    pub fn times(&self, factor: f64) -> Range {
        Range {
            low: self.low * factor,
            likely: self.likely * factor,
            high: self.high * factor,
            basis: self.basis.clone(),
        }
    }

    /// The range with each of its three values times a factor of its own.
    #[must_use]
    pub fn stretched(&self, low: f64, likely: f64, high: f64) -> Range {
        Range {
            low: self.low * low,
            likely: self.likely * likely,
            high: self.high * high,
            basis: self.basis.clone(),
        }
    }

    fn learn(&mut self, basis: &[String]) {
        for b in basis {
            if !self.basis.contains(b) {
                self.basis.push(b.clone());
            }
        }
    }
}

/// What one statement costs. A quantity whose inputs are unknown is none, and `unknowns` says which input.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The statement's own run time once it has its locks, in ms.
    pub duration_ms: Option<Range>,
    /// How long others who need the table can be kept waiting, in ms.
    pub blocked_ms: Option<Range>,
    /// Bytes read.
    pub read_bytes: Option<Range>,
    /// Bytes written to tables, indexes and temporary files.
    pub write_bytes: Option<Range>,
    /// Bytes of write-ahead log.
    pub wal_bytes: Option<Range>,
    /// Bytes of temporary files.
    pub temp_bytes: Option<Range>,
    /// Extra space at the worst moment.
    pub disk_peak_bytes: Option<Range>,
    /// Growth once the statement is done.
    pub disk_after_bytes: Option<Range>,
    /// Statements that pile up while the lock is waited for and held.
    pub queries_queued: Option<Range>,
    /// How far a standby falls behind, in ms.
    pub replica_lag_ms: Option<Range>,
    /// What was not known, in words a DBA understands.
    pub unknowns: Vec<String>,
}

impl Estimate {
    /// Nothing at all: for what costs nothing, and to add others to.
    pub fn nothing() -> Self {
        let zero = Some(Range::zero());
        Self {
            duration_ms: zero.clone(),
            blocked_ms: zero.clone(),
            read_bytes: zero.clone(),
            write_bytes: zero.clone(),
            wal_bytes: zero.clone(),
            temp_bytes: zero.clone(),
            disk_peak_bytes: zero.clone(),
            disk_after_bytes: zero.clone(),
            queries_queued: zero.clone(),
            replica_lag_ms: zero,
            unknowns: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_stay_in_order_and_bases_are_named_once() {
        let a = Range::around(10.0, 2.0, &["relpages"]);
        assert_eq!((a.low, a.high), (5.0, 20.0));
        let b = a.plus(&Range::new(3.0, 1.0, 0.0, &["relpages", "pg_stats"]));
        assert_eq!((b.low, b.likely, b.high), (6.0, 11.0, 21.0));
        assert_eq!(b.basis, ["relpages", "pg_stats"]);
    }
}
