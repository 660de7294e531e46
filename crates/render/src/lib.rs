//! What people and scripts see: reports of a plan and of a catalog, and the JSON they script against.
//!
//! `summary` says things once, in words without markup; `report` shows them, one file a format; `format` holds the
//! serialised shapes and their schemas. Nothing here prints or reads the environment: reports are strings.

mod amount;
mod escape;
pub mod format;
mod layout;
mod markup;
mod page;
pub mod report;
pub mod review;
pub mod rules;
mod summary;
mod table;
pub mod verification;
mod wrap;

#[cfg(test)]
mod expected;
#[cfg(test)]
mod fixture;

pub use layout::Layout;
pub use report::Report;
pub use review::ReviewReport;
pub use rules::RulesReport;
pub use verification::VerificationReport;
