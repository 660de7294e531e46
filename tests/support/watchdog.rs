//! Stops what a test run started, also when the run is killed.
//!
//! A static has no destructor at the end of a process, and a killed process runs none at all. So each server
//! has a small shell beside it that reads from a pipe of which only we hold the other end: when the pipe closes,
//! however that came about, the shell stops the server and removes its directory.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::account;

/// The shell that waits for our end. Dropping it closes the pipe and waits until the server is gone.
#[derive(Debug)]
pub(crate) struct Watchdog {
    shell: Child,
}

impl Watchdog {
    /// Starts a shell, as the servers' account, that runs `stop` when this process ends, then removes
    /// `directories`. `start` runs first, in the same shell, so that `stop` can use `$!` of it as `$started`.
    pub(crate) fn start(start: &str, stop: &str, directories: &[&Path]) -> Result<Watchdog> {
        let mut command = account::command("sh");
        // Signals of the terminal are for us; the shell acts when the pipe closes.
        let script = format!("trap '' INT TERM HUP; {start} started=$!; read -r _; {stop}; rm -rf \"$@\"");
        command.arg("-c").arg(script).arg("altimeter-watchdog").args(directories);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let shell = command.spawn().context("the shell beside a server cannot be started")?;
        Ok(Watchdog { shell })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // The directory is only removed if this succeeds; a shell that is gone already is no reason to fail.
        let _ = self.shell.wait();
    }
}

/// Lets everybody read `path`.
pub(crate) fn readable_by_all(path: &Path) -> Result<()> {
    let mut command = Command::new("chmod");
    crate::run::run(command.args(["-R", "a+rX"]).arg(path)).map(|_| ())
}

/// Sets the permission bits of one file.
pub(crate) fn set_mode(path: &Path, mode: u32) -> Result<()> {
    std::fs::set_permissions(path, Permissions::from_mode(mode))
        .with_context(|| format!("the permissions of {} cannot be set", path.display()))
}
