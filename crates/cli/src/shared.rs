//! Options of every command.

use std::path::PathBuf;

use altimeter_analysis::suppression::Policy;
use altimeter_render::review;
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

/// Options of every command.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Shared {
    /// The database: a URL or `key=value` string; also from DATABASE_URL, the PG* variables or a service
    #[arg(long, value_name = "URL", global = true, conflicts_with = "snapshot")]
    pub(crate) db: Option<String>,
    /// A snapshot instead of a database
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) snapshot: Option<PathBuf>,
    /// How to show it; sarif, github and gitlab are for check [default: text]
    #[arg(long, global = true, value_parser = PossibleValuesParser::new(format_names()))]
    pub(crate) format: Option<String>,
    /// The configuration's format, which may be meant for another command
    #[arg(skip)]
    pub(crate) usual_format: Option<String>,
    /// Whose rules hold [default: from the URL or the snapshot]
    #[arg(long, global = true, value_parser = ["postgresql"])]
    pub(crate) engine: Option<String>,
    /// The server's major version, for work with no database [default: the newest known]
    #[arg(long, value_name = "VERSION", global = true, value_parser = clap::value_parser!(u32).range(13..=18))]
    pub(crate) server_version: Option<u32>,
    /// Seconds between two samples of the activity counters, from which rates come; 0 for none
    /// [default: 2, for check 0]
    #[arg(long, value_name = "SECONDS", global = true)]
    pub(crate) sample: Option<f64>,
    /// Whether a query of some 25 ms that reads no table measures how fast the server is [default: true]
    #[arg(long, value_name = "BOOL", global = true)]
    pub(crate) probe: Option<bool>,
    /// Outcomes recorded by `verify --record`, or folders of them: estimates learn from them
    #[arg(long, value_name = "PATH", global = true)]
    pub(crate) outcomes: Vec<PathBuf>,
    /// When to use colour [default: auto]
    #[arg(long, global = true)]
    pub(crate) color: Option<Color>,
    /// No progress and no notes on standard error
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// What becomes of findings, rule by rule: from the configuration
    #[arg(skip)]
    pub(crate) policy: Policy,
    /// The configuration's least severity that makes the exit code 1
    #[arg(skip)]
    pub(crate) fail_on: Option<String>,
}

/// Every format that any command knows.
pub(crate) fn format_names() -> impl Iterator<Item = &'static str> {
    review::ALL.iter().map(|r| r.name())
}

/// The severities, mildest first.
pub(crate) const SEVERITIES: [&str; 4] = ["low", "medium", "high", "critical"];

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
