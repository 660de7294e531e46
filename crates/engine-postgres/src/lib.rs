//! All that is true only of PostgreSQL, versions 13 to 18.
//!
//! The pure side: `parse` (text to syntax), `lower` (syntax to changes), `locks` (the lock table), `effects`
//! (changes to effects), `dialect` (changes to text), `types` and `expression`. The live side, with the feature
//! `live`: `connect` and `inspect`, the only places that know the driver, `oracle` (the server's own parser) and
//! `verify` (a plan's checks).

mod again;
mod beside;
mod body;
mod bound;
#[cfg(feature = "live")]
mod connect;
mod dialect;
mod effects;
mod engine;
mod expression;
mod foreign;
mod heavy;
mod implication;
#[cfg(feature = "live")]
mod inspect;
mod locks;
mod lower;
mod narrowing;
mod newer;
#[cfg(feature = "live")]
mod oracle;
mod parse;
mod partitions;
#[cfg(feature = "live")]
mod queries;
mod quoting;
mod rows_statement;
mod split;
mod stand_in;
mod text;
mod types;
mod undo;
mod uses;
#[cfg(feature = "live")]
mod verify;

#[cfg(feature = "live")]
pub use connect::{Batch, Connection, Environment, Limits, Target};
pub use engine::PostgresEngine;
#[cfg(feature = "live")]
pub use inspect::PostgresInspector;
#[cfg(feature = "live")]
pub use oracle::PostgresOracle;
#[cfg(feature = "live")]
pub use queries::{ALL as QUERIES, Query};
#[cfg(feature = "live")]
pub use verify::PostgresVerifier;
