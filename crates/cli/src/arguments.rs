//! What can be said on the command line.

use clap::{Parser, Subcommand};

use crate::shared::Shared;

/// EXPLAIN for schema changes: what a change will do to this database, and a way to do it that can be undone.
///
/// Reads a live database, or a snapshot of one, without ever being able to write to it.
#[derive(Debug, Parser)]
#[command(name = "altimeter", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done · 1 findings at or above --fail-on, or a check that does not hold · 2 usage or configuration, or a snapshot that cannot be read · 3 the database could not be \
reached or read · 5 no plan can be made for this request";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// A zero-downtime, reversible plan for a change
    Plan(crate::command::plan::PlanArguments),
    /// What each statement of existing migrations will do to a database
    Check(crate::command::check::CheckArguments),
    /// Sizes, rows, indexes, activity and health of a database, or of some of its tables
    Inspect(crate::command::inspect::InspectArguments),
    /// Everything the other commands need, as one file without values or credentials
    Snapshot(crate::command::snapshot::SnapshotArguments),
    /// Whether the checks of a saved plan hold, read-only, and where in the plan a database stands
    Verify(crate::command::verify::VerifyArguments),
    /// The rules, or one of them with its reasons, the safe way and examples
    Rules(crate::command::rules::RulesArguments),
}
