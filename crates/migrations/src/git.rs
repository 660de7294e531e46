//! Which files are new or changed since a revision, as the program `git` tells.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It was not there.
    Added,
    /// It read otherwise.
    Modified,
    /// It is gone.
    Deleted,
}

/// Files that differ between the working tree and the point where the branch left the revision.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    files: HashMap<PathBuf, Change>,
}

impl Changes {
    /// Asks git, in the folder of a path. Files that are not committed, and those git does not know yet, count.
    pub(crate) fn since(revision: &str, path: &Path) -> Result<Self, Error> {
        let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let git = Git { revision, folder };
        let top = git.told("rev-parse", &["--show-toplevel"]).map_err(|error| match error {
            Error::Git { said, .. } if said.contains("not a git repository") => {
                Error::NoRepository { revision: revision.to_owned(), folder: folder.to_owned() }
            }
            other => other,
        })?;
        let top = PathBuf::from(top.trim_end_matches(['\n', '\r']));
        let commit = format!("{revision}^{{commit}}");
        let commit = git
            .ask("rev-parse", &["--verify", "--quiet", "--end-of-options", &commit])?
            .ok_or_else(|| Error::UnknownRevision { revision: revision.to_owned() })?;
        let commit = commit.trim();
        // Histories without a common commit are compared as they are.
        let base = git.ask("merge-base", &[commit, "HEAD"])?.unwrap_or_else(|| commit.to_owned());
        let mut changes = Self::default();
        let differing = git.told("diff", &["--name-status", "--no-renames", "-z", base.trim(), "--"])?;
        let mut fields = differing.split('\0');
        while let (Some(status), Some(name)) = (fields.next(), fields.next()) {
            let change = match status {
                "A" => Change::Added,
                "D" => Change::Deleted,
                _ => Change::Modified,
            };
            changes.files.insert(real(&top.join(name)), change);
        }
        let new = git.told("ls-files", &["--others", "--exclude-standard", "--full-name", "-z", ":/"])?;
        for name in new.split('\0').filter(|n| !n.is_empty()) {
            changes.files.insert(real(&top.join(name)), Change::Added);
        }
        Ok(changes)
    }

    /// What became of a file; none if it is as it was.
    pub(crate) fn of(&self, path: &Path) -> Option<Change> {
        self.files.get(&real(path)).copied()
    }

    /// SQL files below a path that are gone.
    pub(crate) fn gone(&self, below: &Path) -> Vec<PathBuf> {
        let below = real(below);
        let sql = |path: &Path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("sql"));
        let gone =
            self.files.iter().filter(|(p, c)| **c == Change::Deleted && p.starts_with(&below) && sql(p));
        let mut gone: Vec<PathBuf> = gone.map(|(p, _)| p.clone()).collect();
        gone.sort();
        gone
    }
}

/// A path without symbolic links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if parent != Path::new("") => real(parent).join(name),
        _ => path.to_owned(),
    }
}

struct Git<'a> {
    revision: &'a str,
    folder: &'a Path,
}

impl Git<'_> {
    /// What git answers; none if it says no.
    fn ask(&self, command: &'static str, arguments: &[&str]) -> Result<Option<String>, Error> {
        let output = self.run(command, arguments)?;
        let answer = output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned());
        Ok(answer.filter(|a| !a.trim().is_empty()))
    }

    /// What git answers to a question it cannot say no to.
    fn told(&self, command: &'static str, arguments: &[&str]) -> Result<String, Error> {
        let output = self.run(command, arguments)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(Error::Git { revision: self.revision.to_owned(), command, said })
    }

    fn run(&self, command: &str, arguments: &[&str]) -> Result<std::process::Output, Error> {
        let mut git = Command::new(OsStr::new("git"));
        git.arg("-C").arg(self.folder).args(["-c", "core.quotePath=false", command]).args(arguments);
        // A lock that git takes only to save time is nothing a check should wait for.
        git.env("GIT_OPTIONAL_LOCKS", "0");
        // Its words are looked at.
        git.env("LC_ALL", "C");
        git.output().map_err(|source| Error::NoGit { revision: self.revision.to_owned(), source })
    }
}
