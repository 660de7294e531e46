//! `altimeter.toml` in the working directory.

use std::path::PathBuf;

use serde::Deserialize;

use crate::arguments::Color;
use crate::failure::Failure;

/// The configuration file. Keys are the options' names, with `_` for `-`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) db: Option<String>,
    pub(crate) snapshot: Option<PathBuf>,
    pub(crate) format: Option<String>,
    pub(crate) sample: Option<f64>,
    pub(crate) color: Option<Color>,
    pub(crate) quiet: Option<bool>,
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
            "its keys are the options' names, with _ for -: db, snapshot, format, sample, color, quiet",
        )
    })?;
    match config.format.as_deref() {
        None | Some("text" | "json" | "markdown") => Ok(config),
        Some(other) => {
            Err(Failure::usage(format!("{FILE}: format = \"{other}\""), "it is text, json or markdown"))
        }
    }
}
