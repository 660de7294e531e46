//! Plans made offline. Every plan proves itself while it is made: the target is reached and each step's way back leads
//! home.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod arithmetic;
mod common;
mod constraints;
mod dependants;
mod move_columns;
mod partition;
mod plans;
mod reshape;
mod throttle;
mod types;
