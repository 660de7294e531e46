//! A file that was read, before any tool's rules are applied.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::Error;
use crate::{Migration, Section, Tool, read};

/// A text and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// The path as shown to people.
    pub(crate) shown: String,
    /// Where it is; none for standard input.
    pub(crate) path: Option<PathBuf>,
    /// The path below the folder that was asked for, with `/`; the bare name of a file asked for itself.
    pub(crate) relative: String,
    /// It was asked for itself, and is read even where the tool would pass it over.
    pub(crate) asked_for: bool,
    pub(crate) text: Arc<str>,
    pub(crate) notes: Vec<String>,
}

impl Source {
    /// Reads a file that was found below a folder, or asked for itself.
    pub(crate) fn read(path: &Path, below: Option<&Path>) -> Result<Self, Error> {
        let shown = path.display().to_string();
        let bytes =
            std::fs::read(path).map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
        let relative = match below.and_then(|root| path.strip_prefix(root).ok()) {
            Some(relative) => {
                let parts = relative.iter().map(|p| p.to_string_lossy().into_owned());
                parts.collect::<Vec<_>>().join("/")
            }
            None => path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        };
        let source = Self::new(shown, Some(path.to_owned()), relative, bytes)?;
        Ok(Self { asked_for: below.is_none(), ..source })
    }

    /// From bytes that were read already.
    pub(crate) fn new(
        shown: String,
        path: Option<PathBuf>,
        relative: String,
        bytes: Vec<u8>,
    ) -> Result<Self, Error> {
        let read::Decoded { text, mut notes } = read::decode(&shown, bytes)?;
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            notes.push("it is empty".to_owned());
        }
        Ok(Self { shown, path, relative, asked_for: true, text: Arc::from(text), notes })
    }

    /// The file's name.
    pub(crate) fn name(&self) -> &str {
        self.relative.rsplit('/').next().unwrap_or_default()
    }

    /// The name of the folder it is in.
    pub(crate) fn folder(&self) -> Option<String> {
        let path = std::path::absolute(self.path.as_ref()?).ok()?;
        Some(path.parent()?.file_name()?.to_string_lossy().into_owned())
    }

    /// Another file in the same folder.
    pub(crate) fn beside(&self, name: &str) -> Option<PathBuf> {
        let path = self.path.as_ref()?.with_file_name(name);
        path.is_file().then_some(path)
    }

    /// The text of another file in the same folder, as far as it is text.
    pub(crate) fn text_beside(&self, name: &str) -> Option<String> {
        let bytes = std::fs::read(self.beside(name)?).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A migration of all of it.
    pub(crate) fn migration(self, tool: Tool, sections: Vec<Section>) -> Migration {
        Migration {
            path: self.shown,
            text: self.text,
            sections,
            tool,
            changed: true,
            continues: false,
            notes: self.notes,
        }
    }
}

#[cfg(test)]
impl Source {
    /// A text under a name, as if it had been read.
    pub(crate) fn of(name: &str, text: &str) -> Self {
        Self::new(name.to_owned(), None, name.to_owned(), text.as_bytes().to_vec()).unwrap()
    }
}
