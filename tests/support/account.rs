//! As whom servers run: PostgreSQL refuses to run as root, so that root hands its servers to an ordinary account.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::Result;

use crate::run;

/// The account servers run as: `None` when we are an ordinary user and servers run as ourselves.
#[must_use]
pub fn server_account() -> Option<&'static str> {
    static ACCOUNT: OnceLock<Option<&'static str>> = OnceLock::new();
    *ACCOUNT.get_or_init(|| {
        if !is_root() {
            return None;
        }
        let has_postgres = run::run(Command::new("id").args(["-u", "postgres"])).is_ok();
        Some(if has_postgres { "postgres" } else { "nobody" })
    })
}

/// Whether this process runs as root.
#[must_use]
pub fn is_root() -> bool {
    run::run(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// A command that will run `program` as the account of the servers.
#[must_use]
pub fn command(program: impl AsRef<Path>) -> Command {
    let program = program.as_ref();
    let mut command = match server_account() {
        None => Command::new(program),
        Some(account) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", account, "--regid", &primary_group(account), "--clear-groups", "--"]);
            command.arg(program);
            command
        }
    };
    // A server must not take its settings from the shell the tests were started in.
    for variable in
        ["PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGSERVICE", "PGPASSFILE", "PGOPTIONS"]
    {
        command.env_remove(variable);
    }
    command.env("LC_ALL", "C").env("HOME", std::env::temp_dir()).current_dir("/");
    command
}

/// Makes `path` and all below it the property of the servers' account.
///
/// # Errors
/// When `chown` fails.
pub fn hand_over(path: &Path) -> Result<()> {
    if let Some(account) = server_account() {
        run::run(
            Command::new("chown").arg("-R").arg(format!("{account}:{}", primary_group(account))).arg(path),
        )?;
    }
    Ok(())
}

/// Whether the servers' account can enter `directory` and read it.
#[must_use]
pub fn can_enter(directory: &Path) -> bool {
    run::run(command("ls").arg(directory)).is_ok()
}

fn primary_group(account: &str) -> String {
    run::run(Command::new("id").args(["-gn", account]))
        .map_or_else(|_| "nogroup".into(), |name| name.trim().into())
}
