//! Why migrations could not be gathered.

use std::path::PathBuf;

/// What happened and why. What to do next is [`Error::next`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing at the path.
    #[error("{} does not exist", .path.display())]
    Missing {
        /// As given.
        path: PathBuf,
    },
    /// The system does not let us read it.
    #[error("{} cannot be read", .path.display())]
    Unreadable {
        /// As given or found.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A folder with nothing to check in it.
    #[error("{} holds no SQL: looked for files that end in .sql, in it and below{}", .path.display(), .found)]
    NoSql {
        /// As given.
        path: PathBuf,
        /// What is there instead, in words to follow the sentence.
        found: String,
        /// What to do with what is there.
        next: String,
    },
    /// A file in some other encoding than UTF-8.
    #[error(
        "{path} is not UTF-8: byte {byte:#04x} at offset {offset} (line {line}) is no part of a character"
    )]
    Encoding {
        /// As shown.
        path: String,
        /// The first byte that is wrong.
        byte: u8,
        /// Where, in bytes from 0.
        offset: usize,
        /// The line, from 1.
        line: usize,
    },
    /// Not a text at all.
    #[error("{path} is not a text: {what}")]
    NotText {
        /// As shown.
        path: String,
        /// What it looks like.
        what: &'static str,
        /// How to make a text of it.
        next: &'static str,
    },
    /// A tool was named, and none of the files is one of its.
    #[error("{} holds no migration of {tool}: looked for {looked_for}", .path.display())]
    NoneOfTool {
        /// As given.
        path: PathBuf,
        /// The tool named.
        tool: crate::Tool,
        /// How that tool's files are named or marked.
        looked_for: &'static str,
    },
    /// There is no `git` to ask.
    #[error("changes since {revision} cannot be told: the program git cannot be run")]
    NoGit {
        /// As given.
        revision: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The files are not under version control.
    #[error("changes since {revision} cannot be told: {} is not in a git repository", .folder.display())]
    NoRepository {
        /// As given.
        revision: String,
        /// The folder asked about.
        folder: PathBuf,
    },
    /// Git does not know the revision.
    #[error("git knows no revision {revision} here")]
    UnknownRevision {
        /// As given.
        revision: String,
    },
    /// Git failed in some other way.
    #[error("changes since {revision} cannot be told: git {command}: {said}")]
    Git {
        /// As given.
        revision: String,
        /// What it was asked.
        command: &'static str,
        /// Its own words.
        said: String,
    },
}

impl Error {
    /// What to do next.
    pub fn next(&self) -> String {
        match self {
            Error::Missing { .. } => "check the path; - reads standard input".to_owned(),
            Error::Unreadable { .. } => "check its permissions".to_owned(),
            Error::NoSql { next, .. } => next.clone(),
            Error::Encoding { path, .. } => format!(
                "convert it, from Latin-1 for example: iconv -f LATIN1 -t UTF-8 {path}; PostgreSQL reads such a file \
                 only where client_encoding says so"
            ),
            Error::NotText { next, .. } => (*next).to_owned(),
            Error::NoneOfTool { .. } => "name another tool, or none to have it recognised".to_owned(),
            Error::NoGit { .. } => "install git, or leave --since out to check all".to_owned(),
            Error::NoRepository { .. } => "leave --since out to check all".to_owned(),
            Error::UnknownRevision { .. } => {
                "check its spelling; a shallow clone (as CI makes them) has to fetch it first: git fetch --unshallow"
                    .to_owned()
            }
            Error::Git { .. } => "run the same git command by hand, or leave --since out to check all".to_owned(),
        }
    }
}
