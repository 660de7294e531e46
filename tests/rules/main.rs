//! The examples on the rules' pages: judged offline, run on servers, and the pages themselves.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by a panic, and is told by the environment what to write or run"
)]

mod facts;
mod hazards;
mod offline;
mod pages;
mod servers;
mod suggestions;
