//! Files below a folder.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::natural;

/// Finds the SQL files below a folder, in natural order. Hidden folders and other projects' code are left out;
/// symbolic links are followed, but no folder is entered twice.
pub(crate) fn sql_files(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut walk = Walk::default();
    walk.folder(root)?;
    if walk.files.is_empty() {
        return Err(walk.nothing_in(root));
    }
    let named = |path: PathBuf| (path.to_string_lossy().replace('\\', "/"), path);
    let mut files: Vec<(String, PathBuf)> = walk.files.into_iter().map(named).collect();
    files.sort_by(|(a, _), (b, _)| natural::compare(a, b));
    Ok(files.into_iter().map(|(_, path)| path).collect())
}

#[derive(Default)]
struct Walk {
    files: Vec<PathBuf>,
    entered: HashSet<PathBuf>,
    /// How many files of each other extension there are.
    others: BTreeMap<String, usize>,
}

impl Walk {
    fn folder(&mut self, folder: &Path) -> Result<(), Error> {
        let unreadable = |source| Error::Unreadable { path: folder.to_owned(), source };
        if !self.entered.insert(folder.canonicalize().map_err(unreadable)?) {
            return Ok(());
        }
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with('.') || name == "node_modules" {
                continue;
            }
            if path.is_dir() {
                self.folder(&path)?;
            } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("sql")) {
                self.files.push(path);
            } else if let Some(extension) = path.extension() {
                *self.others.entry(extension.to_string_lossy().to_ascii_lowercase()).or_default() += 1;
            }
        }
        Ok(())
    }

    /// What is there instead of SQL, and how to make SQL of it.
    fn nothing_in(&self, root: &Path) -> Error {
        let most = self.others.iter().max_by_key(|(_, count)| **count).map(|(e, _)| e.as_str());
        let found = match most {
            Some(extension) => format!("; found files that end in .{extension}"),
            None => "; found nothing".to_owned(),
        };
        let next = match most.unwrap_or_default() {
            "py" => {
                "have the SQL printed: alembic upgrade --sql BASE:head | altimeter check -, or python manage.py \
                 sqlmigrate APP NAME | altimeter check -"
            }
            "rb" => {
                "have the SQL printed, or keep db/structure.sql (config.active_record.schema_format = :sql)"
            }
            "js" | "ts" | "mjs" | "cjs" => "have the tool print the SQL it would run, and give that",
            "xml" | "yaml" | "yml" | "json" => {
                "have the SQL printed: liquibase update-sql | altimeter check -"
            }
            _ => "give the folder that holds the migrations, or the files themselves",
        };
        Error::NoSql { path: root.to_owned(), found, next: next.to_owned() }
    }
}
