//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Config;
use crate::failure::Failure;

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
Exit codes: 0 done · 2 usage or configuration, or a snapshot that cannot be read · 3 the database could not be \
reached or read · 5 no plan can be made for this request";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// A zero-downtime, reversible plan for a change
    Plan(crate::command::plan::PlanArguments),
    /// Sizes, rows, indexes, activity and health of a database, or of some of its tables
    Inspect(crate::command::inspect::InspectArguments),
    /// Everything the other commands need, as one file without values or credentials
    Snapshot(crate::command::snapshot::SnapshotArguments),
}

/// Options of every command.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Shared {
    /// The database: a URL or `key=value` string; also from DATABASE_URL, the PG* variables or a service
    #[arg(long, value_name = "URL", global = true, conflicts_with = "snapshot")]
    pub(crate) db: Option<String>,
    /// A snapshot instead of a database
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) snapshot: Option<PathBuf>,
    /// How to show it [default: text]
    #[arg(long, global = true, value_parser = ["text", "json", "markdown"])]
    pub(crate) format: Option<String>,
    /// Whose rules hold [default: from the URL or the snapshot]
    #[arg(long, global = true, value_parser = ["postgresql"])]
    pub(crate) engine: Option<String>,
    /// Seconds between two samples of the activity counters, from which rates come; 0 for none [default: 2]
    #[arg(long, value_name = "SECONDS", global = true)]
    pub(crate) sample: Option<f64>,
    /// When to use colour [default: auto]
    #[arg(long, global = true)]
    pub(crate) color: Option<Color>,
    /// No progress and no notes on standard error
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Shared {
    /// What was not said is taken from the configuration file; the environment comes in between, where it is read.
    pub(crate) fn filled_from(mut self, config: &Config) -> Result<Self, Failure> {
        // A source on the command line or in the environment beats both of the file's.
        if self.db.is_none() && self.snapshot.is_none() && !crate::source::environment_names_a_database() {
            self.db = config.db.clone();
            self.snapshot = config.snapshot.clone();
        }
        self.format = self.format.or_else(|| config.format.clone());
        self.sample = self.sample.or(config.sample);
        self.color = self.color.or(config.color);
        self.quiet |= config.quiet.unwrap_or(false);
        let sample = self.sample.unwrap_or(0.0);
        if !(0.0..=60.0).contains(&sample) {
            return Err(Failure::usage(format!("--sample {sample} is not between 0 and 60 seconds"), ""));
        }
        Ok(self)
    }
}
