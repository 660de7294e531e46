//! References to tables and columns in an application's source: SQL in strings, migrations, and models of the common
//! ORMs. Sources are parsed, comments are no references, and each reference says how sure it is. No database, no engine:
//! what a piece of SQL uses is for the caller to say.

mod language;
mod naming;
mod prisma;
mod sql;
mod visit;
mod walk;

use std::path::{Path, PathBuf};

/// A column, or a table with all of its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The table's name, without its schema.
    pub table: String,
    /// The column's; none for the table itself.
    pub column: Option<String>,
}

/// A place that means it, or may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The file, from the folder searched.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// The line's text without the blanks around it.
    pub excerpt: String,
    /// How sure it is.
    pub certainty: Certainty,
    /// What told: `SQL`, `Django model`, `migration or query`.
    pub by: String,
}

/// How sure it is that a place means the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// The table and the column are named together.
    Exact,
    /// The column's name where something stands for its table.
    Model,
    /// The word alone.
    Word,
}

/// What was found, and what was not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// References by file and line.
    pub references: Vec<Reference>,
    /// Files that were looked at.
    pub files: usize,
    /// Files of a known language that could not be read, with the reason.
    pub unread: Vec<String>,
}

/// Why nothing could be searched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such folder.
    #[error("{} is not a folder", .0.display())]
    NotAFolder(PathBuf),
}

/// Says what SQL uses: none if it does not use what is wanted.
pub type Resolve<'a> = dyn Fn(&str, &Wanted) -> Option<Certainty> + 'a;

/// Searches a folder for references, leaving out what its ignore files (`.gitignore`) leave out.
///
/// # Errors
/// It is no folder.
pub fn search(folder: &Path, wanted: &[Wanted], resolve: &Resolve<'_>) -> Result<Found, Error> {
    if !folder.is_dir() {
        return Err(Error::NotAFolder(folder.to_owned()));
    }
    let mut found = Found::default();
    for file in walk::files(folder) {
        let name = file.strip_prefix(folder).unwrap_or(&file).to_owned();
        match walk::read(&file) {
            Ok(Some(text)) => {
                found.files += 1;
                found.references.extend(visit::file(&name, &text, wanted, resolve));
            }
            Ok(None) => {}
            Err(why) => found.unread.push(format!("{}: {why}", name.display())),
        }
    }
    found.references.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    Ok(found)
}

/// Searches one text as the file of that name would be.
pub fn search_text(name: &Path, text: &str, wanted: &[Wanted], resolve: &Resolve<'_>) -> Vec<Reference> {
    visit::file(name, text, wanted, resolve)
}
