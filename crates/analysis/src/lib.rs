//! Judgement: what a statement's effect costs here, what is risky about it, and how risky.
//!
//! `cost` turns effects and statistics into ranges with a basis, `rules` turns effects and ranges into findings;
//! `rules` may use `cost`, never the other way round. Pure functions of the catalog.

mod assume;
mod capacity;
pub mod cost;
mod judge;
pub mod limits;
pub mod preflight;
mod range;
pub mod review;
mod rule;
pub mod rules;
mod safe;
pub mod suppression;
mod term;

pub use capacity::Capacity;
pub use judge::{Judged, Situation, judge};
pub use range::{Elsewhere, Estimate, Range};
pub use rule::{Case, CaseKind, Finding, Page, Placed, ReviewContext, Rule, RuleContext, Severity};
pub use term::{Factor, Term};
