//! Numbers with a range and a basis.

use crate::term::{Factor, Term};

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
    /// The arithmetic, if it was asked for: the terms' likely values add up to this one's.
    pub terms: Vec<Term>,
}

impl Range {
    /// A range; the bounds are put in order if they are not.
    pub fn new(low: f64, likely: f64, high: f64, basis: &[&str]) -> Self {
        Self {
            low: low.min(likely),
            likely,
            high: high.max(likely),
            basis: basis.iter().map(|b| (*b).to_owned()).collect(),
            terms: Vec::new(),
        }
    }

    /// With its arithmetic: the product of those numbers, which is its likely value.
    #[must_use]
    pub(crate) fn being(mut self, what: &str, factors: &[(f64, &'static str)]) -> Self {
        let factors = factors.iter().map(|(value, of)| Factor { value: *value, of: (*of).into() });
        let (low, likely, high) = (self.low, self.likely, self.high);
        self.terms = vec![Term { what: what.to_owned(), factors: factors.collect(), low, likely, high }];
        self
    }

    /// Without its arithmetic: for sums of many, which nobody goes through line by line.
    #[must_use]
    pub fn bare(&self) -> Self {
        let Self { low, likely, high, .. } = *self;
        Self { low, likely, high, basis: self.basis.clone(), terms: Vec::new() }
    }

    /// The only term's product has one more number in it: the range has it already.
    #[must_use]
    pub(crate) fn multiplied(mut self, by: f64, of: &str) -> Self {
        let factor = || Factor { value: by, of: of.to_owned().into() };
        self.terms.iter_mut().for_each(|t| t.factors.push(factor()));
        self
    }

    /// With arithmetic, if it has none of its own: one number and where it is from.
    #[must_use]
    pub(crate) fn itemised(self) -> Self {
        if self.likely == 0.0 || !self.terms.is_empty() {
            return self;
        }
        let (low, likely, high) = (self.low, self.likely, self.high);
        let factors = vec![Factor { value: likely, of: self.basis.join(", ").into() }];
        Self { terms: vec![Term { what: "as a whole".to_owned(), factors, low, likely, high }], ..self }
    }

    /// The terms are about that: a table, an index.
    #[must_use]
    pub(crate) fn about(mut self, what: &dyn std::fmt::Display) -> Self {
        for term in &mut self.terms {
            term.what = format!("{what}: {}", term.what);
        }
        self
    }

    /// The terms with more about where their numbers come from.
    #[must_use]
    pub(crate) fn noting(mut self, note: &str) -> Self {
        for term in &mut self.terms {
            term.what = format!("{} ({note})", term.what);
        }
        self
    }

    /// With a high end no lower than that.
    #[must_use]
    pub(crate) fn raised_to(mut self, high: f64) -> Self {
        let raised = (high - self.high).max(0.0);
        self.high += raised;
        if let Some(term) = self.terms.first_mut() {
            term.high += raised;
        }
        self
    }

    /// At the most nothing: what shrinks, or stays.
    #[must_use]
    pub(crate) fn at_most_zero(mut self) -> Self {
        if self.likely > 0.0 {
            self.terms.clear();
        }
        Self { low: self.low.min(0.0), likely: self.likely.min(0.0), high: 0.0, ..self }
    }

    /// The term whose ends are farthest apart, of several.
    pub fn most_in_doubt(&self) -> Option<&Term> {
        self.terms.iter().max_by(|a, b| a.doubt().total_cmp(&b.doubt()))
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
            terms: Vec::new(),
        };
        sum.learn(&other.basis);
        if !(self.terms.is_empty() && other.terms.is_empty()) {
            sum.terms = self.clone().itemised().terms;
            sum.terms.append(&mut other.clone().itemised().terms);
        }
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
            terms: if self.likely >= other.likely { self.terms.clone() } else { other.terms.clone() },
        };
        larger.learn(&other.basis);
        larger
    }

    /// The range times a number that is known.
    #[must_use]
    pub fn times(&self, factor: f64) -> Range {
        self.times_of(factor, "")
    }

    /// The same, with what the number is.
    #[must_use]
    pub(crate) fn times_of(&self, factor: f64, of: &'static str) -> Range {
        self.stretched_by((factor, factor, factor), of)
    }

    /// The range with each of its three values times a factor of its own.
    #[must_use]
    pub fn stretched(&self, low: f64, likely: f64, high: f64) -> Range {
        self.stretched_by((low, likely, high), "")
    }

    /// The same, with what the factor is.
    #[must_use]
    pub(crate) fn stretched_by(&self, (low, likely, high): (f64, f64, f64), of: &'static str) -> Range {
        let mut stretched = self.clone();
        stretched.low *= low;
        stretched.likely *= likely;
        stretched.high *= high;
        stretched.terms.iter_mut().for_each(|t| t.multiply((low, likely, high), of));
        stretched
    }

    fn learn(&mut self, basis: &[String]) {
        for b in basis {
            if !self.basis.contains(b) {
                self.basis.push(b.clone());
            }
        }
    }
}

/// Disk that a statement takes in a tablespace which is not the database's own: a part of what it takes in all.
#[derive(Clone, Debug, PartialEq)]
pub struct Elsewhere {
    /// The tablespace.
    pub tablespace: String,
    /// Extra space at the worst moment, in bytes.
    pub peak_bytes: Range,
    /// Growth once the statement is done, in bytes.
    pub after_bytes: Range,
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
    /// Of both, what is in other tablespaces.
    pub elsewhere: Vec<Elsewhere>,
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
            elsewhere: Vec::new(),
            queries_queued: zero.clone(),
            replica_lag_ms: zero,
            unknowns: Vec::new(),
        }
    }

    /// All quantities, each with what it is.
    pub fn quantities(&self) -> [(&'static str, Option<&Range>); 10] {
        [
            ("duration_ms", self.duration_ms.as_ref()),
            ("blocked_ms", self.blocked_ms.as_ref()),
            ("read_bytes", self.read_bytes.as_ref()),
            ("write_bytes", self.write_bytes.as_ref()),
            ("wal_bytes", self.wal_bytes.as_ref()),
            ("temp_bytes", self.temp_bytes.as_ref()),
            ("disk_peak_bytes", self.disk_peak_bytes.as_ref()),
            ("disk_after_bytes", self.disk_after_bytes.as_ref()),
            ("queries_queued", self.queries_queued.as_ref()),
            ("replica_lag_ms", self.replica_lag_ms.as_ref()),
        ]
    }

    /// Drops the arithmetic, where nobody asked for it.
    pub fn forget_arithmetic(&mut self) {
        for quantity in [
            &mut self.duration_ms,
            &mut self.blocked_ms,
            &mut self.read_bytes,
            &mut self.write_bytes,
            &mut self.wal_bytes,
            &mut self.temp_bytes,
            &mut self.disk_peak_bytes,
            &mut self.disk_after_bytes,
            &mut self.queries_queued,
            &mut self.replica_lag_ms,
        ] {
            quantity.iter_mut().for_each(|q| q.terms = Vec::new());
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
