//! What the end-to-end tests and the task binary stand on: real servers of every supported version, a busy shop
//! to plan changes for, and the harness that proves a plan by running it.
#![expect(
    clippy::disallowed_methods,
    reason = "test tooling reads the environment and is an ordinary client"
)]

pub mod account;
pub mod binaries;
pub mod cache;
pub mod corpus;
pub mod database;
pub mod dump;
pub mod folder;
pub mod measure;
pub mod page;
pub mod pooler;
pub mod proof;
pub mod run;
pub mod server;
pub mod session;
pub mod shop;
pub mod squawk;
pub mod standby;
pub mod tls;
pub mod tool;
mod watchdog;
pub mod workload;

/// What whoever runs the tests asked for by an environment variable; none if it is not set or empty.
#[must_use]
pub fn choice(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}
