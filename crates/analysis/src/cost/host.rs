//! The server a statement is costed on: its catalog, how fast it is, and whether the arithmetic is kept.

use std::ops::Deref;

use altimeter_catalog::{Catalog, Name, Pace, PastKind};

use super::history::family;
use crate::Range;

/// What the probes took on the machine that the times a row are from: nanoseconds a row counted, and a row sorted.
const REFERENCE_COUNT_NS: f64 = 45.0;
const REFERENCE_SORT_NS: f64 = 225.0;

/// How much longer or shorter something takes than by the times a row: hosts differ, and so do rows.
#[derive(Clone, Copy)]
struct Spread {
    shorter: f64,
    longer: f64,
}

/// Where the host was measured.
const MEASURED: Spread = Spread { shorter: 1.7, longer: 1.9 };
/// Where it was not: a laptop, a small cloud instance, a large server.
const NOT_MEASURED: Spread = Spread { shorter: 2.5, longer: 4.5 };

/// Standard deviations on either side of the middle that nine in ten outcomes are in.
const NINE_IN_TEN: f64 = 1.645;

/// Microseconds in milliseconds.
pub(super) const US_IN_MS: (f64, &str) = (0.001, "ms in a µs");

/// A server's catalog with what costs need beside it.
#[derive(Clone, Copy)]
pub(crate) struct Host<'a> {
    catalog: &'a Catalog,
    explain: bool,
    /// How the kind of work at hand went before.
    before: Option<&'a Pace>,
}

impl Deref for Host<'_> {
    type Target = Catalog;

    fn deref(&self) -> &Catalog {
        self.catalog
    }
}

impl<'a> Host<'a> {
    /// The server a catalog was read from. `explain`: the arithmetic is kept.
    pub(crate) fn new(catalog: &'a Catalog, explain: bool) -> Self {
        Self { catalog, explain, before: None }
    }

    /// The catalog itself.
    pub(super) fn catalog(self) -> &'a Catalog {
        self.catalog
    }

    /// The same host at that kind of work on that table: as it went here before, if any did.
    pub(crate) fn at(self, kind: PastKind, table: &Name) -> Self {
        let of_kind = || self.catalog.server.paces.iter().filter(|p| p.kind == family(kind));
        let own = of_kind().find(|p| p.table.as_ref() == Some(table));
        Self { before: own.or_else(|| of_kind().find(|p| p.table.is_none())), ..self }
    }

    /// How much longer this host takes than the one the times are from, how sure that is, and where it is from.
    fn pace(self) -> (f64, Spread, &'static str) {
        match &self.server.speed {
            Some(speed) => {
                let by_counting = speed.count_row_ns / REFERENCE_COUNT_NS;
                let by_sorting = speed.sort_row_ns / REFERENCE_SORT_NS;
                ((by_counting * by_sorting).sqrt(), MEASURED, "probes of this server's speed")
            }
            None => (1.0, NOT_MEASURED, "published: time a row"),
        }
    }

    /// A time that is that product on the machine the times are from, on this host.
    pub(super) fn time(self, what: &str, factors: &[(f64, &'static str)], basis: &str) -> Range {
        let (pace, spread, source) = self.pace();
        let likely = product(factors) * pace;
        let Some(before) = self.before else {
            let range = Range::new(likely / spread.shorter, likely, likely * spread.longer, &[basis, source]);
            return self.kept(range, what, || [factors, &[(pace, source)]].concat());
        };
        let likely = likely * before.factor;
        let spread = (before.deviation * NINE_IN_TEN).exp();
        let range = Range::new(likely / spread, likely, likely * spread, &[basis, source, &before.basis]);
        let range = self.kept(range, what, || [factors, &[(pace, source)]].concat());
        if self.explain { range.multiplied(before.factor, &before.basis) } else { range }
    }

    /// A quantity that is that product, between two ends.
    pub(super) fn amount(
        self,
        what: &str,
        factors: &[(f64, &'static str)],
        (low, high): (f64, f64),
        basis: &[&str],
    ) -> Range {
        self.kept(Range::new(low, product(factors), high, basis), what, || factors.to_vec())
    }

    /// The same, with both ends as shares of it.
    pub(super) fn share(
        self,
        what: &str,
        factors: &[(f64, &'static str)],
        (low, high): (f64, f64),
        basis: &[&str],
    ) -> Range {
        let likely = product(factors);
        self.amount(what, factors, (likely * low, likely * high), basis)
    }

    fn kept(self, range: Range, what: &str, factors: impl FnOnce() -> Vec<(f64, &'static str)>) -> Range {
        if self.explain { range.being(what, &factors()) } else { range }
    }

    /// What is said of the arithmetic, worked out only where it is kept.
    pub(super) fn detail(self, range: Range, detail: impl FnOnce() -> String) -> Range {
        if self.explain { range.noting(&detail()) } else { range }
    }

    /// Every quantity with arithmetic of some kind: what no model explains is one number and its basis.
    pub(super) fn complete(self, quantity: &mut Option<Range>) {
        if self.explain {
            *quantity = quantity.take().map(Range::itemised);
        }
    }
}

fn product(factors: &[(f64, &'static str)]) -> f64 {
    factors.iter().map(|(value, _)| value).product()
}
