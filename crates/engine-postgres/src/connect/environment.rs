//! What the process was given, handed in by the command line: this crate reads no environment itself.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// The process environment as the connection sees it. Its `Debug` shows names only: values may be passwords.
#[derive(Clone, Default)]
pub struct Environment {
    /// Environment variables, of which `DATABASE_URL` and `PG*` are read.
    pub variables: BTreeMap<String, String>,
    /// The home directory, for `.pgpass`, `.pg_service.conf` and `.postgresql/`.
    pub home: Option<PathBuf>,
    /// The user to connect as if none is given; none to ask the operating system who runs the process.
    pub user: Option<String>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("variables", &self.variables.keys().collect::<Vec<_>>())
            .field("home", &self.home)
            .field("user", &self.user)
            .finish()
    }
}
