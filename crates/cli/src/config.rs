//! `altimeter.toml` in the working directory.

mod rules;

use std::path::PathBuf;

use serde::Deserialize;

use crate::failure::Failure;
use crate::shared::{Color, SEVERITIES, Shared, format_names};
use crate::source;

/// The configuration file. Keys are the options' names, with `_` for `-`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) db: Option<String>,
    pub(crate) snapshot: Option<PathBuf>,
    pub(crate) format: Option<String>,
    pub(crate) fail_on: Option<String>,
    pub(crate) sample: Option<f64>,
    pub(crate) probe: Option<bool>,
    pub(crate) color: Option<Color>,
    pub(crate) quiet: Option<bool>,
    /// What becomes of findings, rule by rule.
    #[serde(default)]
    rules: rules::RulesConfig,
}

impl Config {
    /// Fills in what was not said on the command line; the environment comes in between, where it is read.
    pub(crate) fn fill(&self, mut shared: Shared) -> Result<Shared, Failure> {
        // A source on the command line or in the environment beats both of the file's.
        if shared.db.is_none() && shared.snapshot.is_none() && !source::environment_names_a_database() {
            shared.db = self.db.clone();
            shared.snapshot = self.snapshot.clone();
        }
        shared.usual_format = self.format.clone();
        shared.fail_on = self.fail_on.clone();
        shared.sample = shared.sample.or(self.sample);
        shared.probe = shared.probe.or(self.probe);
        shared.color = shared.color.or(self.color);
        shared.quiet |= self.quiet.unwrap_or(false);
        shared.policy = self.rules.policy().map_err(|e| Failure::usage(format!("{FILE}: {e}"), ""))?;
        let sample = shared.sample.unwrap_or(0.0);
        if !(0.0..=60.0).contains(&sample) {
            return Err(Failure::usage(format!("--sample {sample} is not between 0 and 60 seconds"), ""));
        }
        Ok(shared)
    }
}

const FILE: &str = "altimeter.toml";

/// Reads the file; without one everything is left open.
pub(crate) fn read() -> Result<Config, Failure> {
    let text = match std::fs::read_to_string(FILE) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Config::default()),
        Err(error) => return Err(Failure::usage(format!("{FILE} cannot be read: {error}"), "")),
    };
    let config: Config = toml::from_str(&text).map_err(|error| {
        Failure::usage(
            format!("{FILE}: {}", error.message()),
            "its keys are the options' names, with _ for -: db, snapshot, format, fail_on, sample, probe, color, quiet, rules",
        )
    })?;
    let formats: Vec<&str> = format_names().collect();
    is_one_of("format", config.format.as_deref(), &formats)?;
    is_one_of("fail_on", config.fail_on.as_deref(), &SEVERITIES)?;
    Ok(config)
}

fn is_one_of(key: &str, value: Option<&str>, known: &[&str]) -> Result<(), Failure> {
    match value {
        Some(other) if !known.contains(&other) => Err(Failure::usage(
            format!("{FILE}: {key} = \"{other}\""),
            format!("it is one of {}", known.join(", ")),
        )),
        _ => Ok(()),
    }
}
