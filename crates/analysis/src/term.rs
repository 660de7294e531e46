//! The arithmetic of an estimate: kept beside the range it gave where somebody asked for it.

use std::borrow::Cow;

/// One number of a product, and what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// The number.
    pub value: f64,
    /// What it counts or measures, with its source: `rows (reltuples)`.
    pub of: Cow<'static, str>,
}

/// One summand of an estimate: a product of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// What it stands for: `reading the heap`.
    pub what: String,
    /// Their product is the likely value.
    pub factors: Vec<Factor>,
    /// One outcome in twenty is below.
    pub low: f64,
    /// What the factors give.
    pub likely: f64,
    /// One outcome in twenty is above.
    pub high: f64,
}

impl Term {
    /// Multiplied by a number of which it is said what it is; one changes nothing and is not told.
    pub(crate) fn multiply(&mut self, (low, likely, high): (f64, f64, f64), of: &'static str) {
        self.low *= low;
        self.likely *= likely;
        self.high *= high;
        if likely != 1.0 {
            self.factors.push(Factor { value: likely, of: of.into() });
        }
    }

    /// What the factors give.
    pub fn product(&self) -> f64 {
        self.factors.iter().map(|f| f.value).product()
    }

    /// How far the ends are apart: the more, the more of the doubt is this term's.
    pub fn doubt(&self) -> f64 {
        self.high - self.low
    }
}
