//! Migrations as people have them: of each tool, in every encoding, in repositories.

#![expect(clippy::unwrap_used, reason = "tests")]

mod files;
mod gathered;
mod tools;
