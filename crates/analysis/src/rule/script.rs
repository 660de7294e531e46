//! The safe way, written as a script for one table.

use std::borrow::Cow;

use altimeter_catalog::{Catalog, Change, Engine};

/// Words as comments, changes as the engine prints them, each on the schema the ones before it leave.
pub(crate) struct Script<'a> {
    pub(crate) engine: &'a dyn Engine,
    schema: Cow<'a, Catalog>,
    /// The last change, not yet made on the schema: most scripts need no copy of it.
    last: Option<Change>,
    text: String,
}

impl<'a> Script<'a> {
    pub(crate) fn new(engine: &'a dyn Engine, catalog: &'a Catalog) -> Self {
        Self { engine, schema: Cow::Borrowed(catalog), last: None, text: String::new() }
    }

    /// The schema as the statements so far leave it.
    pub(crate) fn schema(&mut self) -> &Catalog {
        if let Some(change) = self.last.take() {
            // What does not apply shows in the tests, which judge every script.
            let _ = self.schema.to_mut().apply(&change);
        }
        &self.schema
    }

    /// Words, as a comment.
    #[must_use]
    pub(crate) fn say(mut self, words: impl AsRef<str>) -> Self {
        for line in words.as_ref().lines() {
            self.line(&format!("-- {line}"));
        }
        self
    }

    /// A statement. One that this engine does not print leaves a gap that is said.
    #[must_use]
    pub(crate) fn run(mut self, change: Change) -> Self {
        let engine = self.engine;
        let sql = engine.print(self.schema(), &change);
        match sql.is_empty() {
            true => self.line("-- (a step that cannot be written out here)"),
            false => self.line(&format!("{sql};")),
        }
        self.last = Some(change);
        self
    }

    fn line(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
    }
}

impl From<Script<'_>> for String {
    fn from(script: Script<'_>) -> String {
        script.text
    }
}
