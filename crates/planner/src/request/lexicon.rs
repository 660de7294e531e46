//! What the catalog and the engine know of words, remembered for one request: a database can have many names.

use std::cell::RefCell;
use std::collections::HashMap;

use super::column_type::is_type;
use super::matching::Lexicon;
use super::resolve::Names;

/// Types and names, each looked up once.
pub(super) struct Known<'a> {
    names: Names<'a>,
    types: RefCell<HashMap<String, bool>>,
}

impl<'a> Known<'a> {
    /// Nothing looked up yet.
    pub(super) fn new(names: Names<'a>) -> Self {
        Self { names, types: RefCell::default() }
    }
}

fn remember(memory: &RefCell<HashMap<String, bool>>, text: &str, look: impl FnOnce() -> bool) -> bool {
    if let Some(known) = memory.borrow().get(text) {
        return *known;
    }
    let known = look();
    memory.borrow_mut().insert(text.to_owned(), known);
    known
}

impl Lexicon for Known<'_> {
    fn is_type(&self, text: &str) -> bool {
        remember(&self.types, text, || is_type(self.names, text))
    }

    fn is_known(&self, name: &str) -> bool {
        self.names.known(name)
    }
}
