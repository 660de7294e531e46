//! Where fetched servers and their data directories are kept between runs, and the lock that lets several runs
//! share the place.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};

use crate::{account, watchdog};

/// The workspace this package was built from.
#[must_use]
pub fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The directory of fetched servers: `ALTIMETER_SERVERS`, or `.servers` in the workspace, or, where the
/// account of the servers cannot enter the workspace (a clone in root's home), one in the temporary directory.
///
/// # Errors
/// When the directory cannot be made.
pub fn root() -> Result<PathBuf> {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    if let Some(root) = ROOT.get() {
        return Ok(root.clone());
    }
    let chosen = choose()?;
    Ok(ROOT.get_or_init(|| chosen).clone())
}

fn choose() -> Result<PathBuf> {
    if let Some(wanted) = std::env::var_os("ALTIMETER_SERVERS") {
        return make(&std::path::absolute(PathBuf::from(wanted))?);
    }
    let near = workspace();
    if account::can_enter(&near) {
        return make(&near.join(".servers"));
    }
    make(&std::env::temp_dir().join("altimeter-servers"))
}

fn make(directory: &Path) -> Result<PathBuf> {
    fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    Ok(directory.to_path_buf())
}

/// Runs `job` while holding the lock `name`, which other processes that use the same directory wait for.
///
/// # Errors
/// When the lock file cannot be made, or what `job` returns.
pub fn locked<T>(name: &str, job: impl FnOnce() -> Result<T>) -> Result<T> {
    let path = root()?.join(format!("{name}.lock"));
    let file = File::create(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    file.lock().with_context(|| format!("{} cannot be locked", path.display()))?;
    job()
}

/// A fresh directory for one running server, owned by the servers' account. Whoever asks removes it.
///
/// # Errors
/// When it cannot be made.
pub fn run_directory(purpose: &str) -> Result<PathBuf> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let place = make(&root()?.join("run"))?;
    // The servers' account removes its own directories at the end, and nobody else's.
    watchdog::set_mode(&place, 0o1777)?;
    let directory = place.join(format!("{purpose}-{}-{number}", std::process::id()));
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    make(&directory)?;
    account::hand_over(&directory)?;
    Ok(directory)
}
