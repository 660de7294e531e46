//! End-to-end tests on real servers: one module for each command or layer.

mod bad_input;
mod built;
mod claims;
mod connect;
mod constraints;
mod corpus;
mod dumps;
mod formats;
mod fuzz;
mod harness;
mod inspect;
mod odd_constraints;
mod odd_tables;
mod odd_types;
mod oracle;
mod partition;
mod places;
mod plans;
mod plans_types;
mod preflight;
mod readme;
mod servers;
mod uses;
mod verify;
