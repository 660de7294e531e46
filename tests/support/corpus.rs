//! SQL of other people, to try the tool on: PostgreSQL's own regression tests, as released
//! (`docs/decisions/0009-corpus-of-the-server.md`).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{cache, run};

const RELEASE: &str = "postgresql-18.6";

/// One file of SQL.
#[derive(Debug, Clone)]
pub struct SqlFile {
    /// Its name, without folder and ending.
    pub name: String,
    /// Its text. What is not UTF-8 in it is replaced.
    pub text: String,
}

/// The file that makes what the other files of the regression tests work on.
pub const SETUP: &str = "test_setup";

/// All files, sorted by name.
///
/// # Errors
/// When the archive under `fixtures/regress` cannot be unpacked.
pub fn regression_tests() -> Result<Vec<SqlFile>> {
    let unpacked = unpacked()?;
    let mut files = Vec::new();
    for folder in ["regress", "plpgsql"] {
        for entry in std::fs::read_dir(unpacked.join(folder))? {
            files.push(read(&entry?.path())?);
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn read(path: &Path) -> Result<SqlFile> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let text = String::from_utf8_lossy(&std::fs::read(path)?).into_owned();
    Ok(SqlFile { name, text })
}

fn unpacked() -> Result<PathBuf> {
    let place = cache::root()?.join("corpus");
    let archive = cache::workspace().join(format!("fixtures/regress/{RELEASE}.tar.gz"));
    cache::locked("corpus", || {
        if place.join(RELEASE).join("COPYRIGHT").exists() {
            return Ok(());
        }
        std::fs::create_dir_all(&place)?;
        let mut tar = Command::new("tar");
        run::run(tar.arg("--no-same-owner").arg("-xzf").arg(&archive).arg("-C").arg(&place))
            .with_context(|| format!("{} cannot be unpacked", archive.display()))?;
        Ok(())
    })?;
    Ok(place.join(RELEASE))
}
