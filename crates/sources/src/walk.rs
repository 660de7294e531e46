//! Which files are looked at.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::language;

/// Longer files were written by programs.
const LONGEST: u64 = 1 << 20;

/// The files of known languages, in order.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    // A folder that is no repository keeps its ignore files all the same. Links are not followed: they may lead out.
    let mut walk = WalkBuilder::new(folder);
    walk.require_git(false).follow_links(false).sort_by_file_path(Path::cmp);
    let entries = walk.build().filter_map(Result::ok);
    let files = entries.filter(|e| e.file_type().is_some_and(|t| t.is_file())).map(|e| e.into_path());
    files.filter(|f| language::is_known(f)).collect()
}

/// A file's text; none if it is too long to be anybody's work or no text.
pub(crate) fn read(file: &Path) -> std::io::Result<Option<String>> {
    if std::fs::metadata(file)?.len() > LONGEST {
        return Ok(None);
    }
    Ok(String::from_utf8(std::fs::read(file)?).ok())
}
