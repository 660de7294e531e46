//! A folder of a test's own, with the files it wants, in which the tool can be run as in somebody's project.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::server::unique;
use crate::tool::{Output, altimeter_bin};

/// The folder; gone with this value.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A folder with these files: path in it, and text.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn with(files: &[(&str, &str)]) -> Result<Folder> {
        let folder = Folder(std::env::temp_dir().join(unique("altimeter_folder")));
        std::fs::create_dir_all(&folder.0)?;
        for (path, text) in files {
            let path = folder.0.join(path);
            path.parent().map(std::fs::create_dir_all).transpose()?;
            std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        Ok(folder)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Runs the tool in it, with an empty environment.
    ///
    /// # Errors
    /// When it does not build or cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Result<Output> {
        let began = Instant::now();
        let made =
            Command::new(altimeter_bin()?).args(arguments).current_dir(&self.0).env_clear().output()?;
        Ok(Output {
            code: made.status.code(),
            stdout: String::from_utf8_lossy(&made.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&made.stderr).into_owned(),
            took: began.elapsed(),
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
