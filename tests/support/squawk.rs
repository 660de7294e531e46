//! `squawk`, a linter of migrations, to measure beside: the PyPI package carries its binary.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{cache, run};

/// The release that is measured.
pub const VERSION: &str = "2.70.0";

/// The program, fetched once into the cache.
///
/// # Errors
/// When it cannot be fetched.
pub fn obtain() -> Result<PathBuf> {
    let place = cache::root()?.join(format!("squawk-{VERSION}"));
    let program = place.join("bin/squawk");
    cache::locked("squawk", || {
        if program.exists() {
            return Ok(());
        }
        let mut pip = Command::new("pip");
        pip.args(["install", "--quiet", "--no-deps", &format!("squawk-cli=={VERSION}"), "--target"])
            .arg(&place);
        run::run(&mut pip).context("squawk cannot be fetched with pip")?;
        Ok(())
    })?;
    Ok(program)
}
