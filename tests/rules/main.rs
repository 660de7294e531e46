//! The examples on the rules' pages: judged offline, run on servers, and the pages themselves.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod allowed;
mod facts;
mod hazards;
mod offline;
mod pages;
mod servers;
mod suggestions;
