//! A schema as text, to compare what a plan left with what was there, or with what it should have made.
//!
//! The dump is our own query, because it has to be the same on every version; `pg_dump` is asked as well where
//! there is one that knows the server's version.

use std::process::Command;

use anyhow::Result;

use crate::database::Database;
use crate::session::Session;
use crate::{binaries, run};

/// The schema of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    lines: Vec<String>,
    /// What `pg_dump --schema-only` prints, where there is one for the version.
    pg_dump: Option<String>,
}

impl Dump {
    /// Reads the schema of `database`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(database: &Database) -> Result<Dump> {
        let session = Session::connect(&database.url)?;
        session.script("SET search_path = pg_catalog")?;
        let rows = session.rows(include_str!("dump.sql"), &[])?;
        let lines = rows.iter().map(|row| Ok(row.try_get(0)?)).collect::<Result<_>>()?;
        let pg_dump =
            if database.major() <= binaries::SYSTEM_MAJOR { Some(pg_dump(database)?) } else { None };
        Ok(Dump { lines, pg_dump })
    }

    /// What stands in one of the two only, one line for each fact; empty when they are equal, also in the order
    /// of columns.
    #[must_use]
    pub fn differences(&self, wanted: &Dump) -> Vec<String> {
        let mut found = self.differences_in_any_order(wanted);
        if found.is_empty() && self.lines != wanted.lines {
            found.push("the columns are in another order".into());
        }
        if found.is_empty() && self.pg_dump != wanted.pg_dump {
            found.push("pg_dump prints something else".into());
            found.extend(only_in(&self.pg_dump_lines(), &wanted.pg_dump_lines(), "+"));
            found.extend(only_in(&wanted.pg_dump_lines(), &self.pg_dump_lines(), "-"));
        }
        found
    }

    /// The same without regard to the order of columns, which `ADD COLUMN` cannot choose. `+` is there and
    /// should not be, `-` is missing.
    #[must_use]
    pub fn differences_in_any_order(&self, wanted: &Dump) -> Vec<String> {
        let mut found = only_in(&self.lines, &wanted.lines, "+");
        found.extend(only_in(&wanted.lines, &self.lines, "-"));
        found
    }

    fn pg_dump_lines(&self) -> Vec<String> {
        self.pg_dump.iter().flat_map(|text| text.lines()).map(str::to_owned).collect()
    }
}

fn only_in(these: &[String], those: &[String], mark: &str) -> Vec<String> {
    let mut rest = those.to_vec();
    let mut found = Vec::new();
    for line in these {
        match rest.iter().position(|other| other == line) {
            Some(place) => {
                rest.swap_remove(place);
            }
            None => found.push(format!("{mark} {line}")),
        }
    }
    found
}

/// What `pg_dump --schema-only` prints of a database whose version it knows.
///
/// # Errors
/// When there is no `pg_dump`, or it fails.
pub fn pg_dump(database: &Database) -> Result<String> {
    let program = binaries::client_program("pg_dump")?;
    let text = run::run(Command::new(program).args(["--schema-only", "--no-password"]).arg(&database.url))?;
    // Each run of the newer ones writes a random key around its output.
    Ok(text.lines().filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict")).fold(
        String::new(),
        |mut kept, line| {
            kept.push_str(line);
            kept.push('\n');
            kept
        },
    ))
}
