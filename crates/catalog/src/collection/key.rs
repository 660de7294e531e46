//! What objects are found by.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use crate::{Function, Name, Sequence, Table, View};

/// A name of an object, or something it refers to: hashed, so that two may rarely be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(u64);

#[derive(Hash)]
enum Kind {
    Named,
    Index,
    Constraint,
    Below,
    References,
    Needs,
    Word,
    TypeWord,
    Temporary,
}

impl Key {
    fn new(kind: Kind, what: impl Hash) -> Self {
        let mark = matches!(kind, Kind::Word | Kind::TypeWord);
        let mut hasher = FxHasher::default();
        kind.hash(&mut hasher);
        what.hash(&mut hasher);
        Self(hasher.finish() & !1 | u64::from(mark))
    }

    /// Whether it is only known that some object had the key, not which: many have it.
    pub(super) fn is_mark(self) -> bool {
        self.0 & 1 == 1
    }

    pub(super) fn bits(self) -> u64 {
        self.0
    }

    /// Objects of that name.
    pub fn named(name: &Name) -> Self {
        Self::new(Kind::Named, name)
    }

    /// Tables with an index of that name, which lives in the table's schema.
    pub fn index(schema: &str, index: &str) -> Self {
        Self::new(Kind::Index, (schema, index))
    }

    /// Tables of that schema with a constraint of that name.
    pub fn constraint(schema: &str, constraint: &str) -> Self {
        Self::new(Kind::Constraint, (schema, constraint))
    }

    /// Tables directly below one: its partitions, and those that inherit from it.
    pub fn below(table: &Name) -> Self {
        Self::new(Kind::Below, table)
    }

    /// Tables with a foreign key to one.
    pub fn references(table: &Name) -> Self {
        Self::new(Kind::References, table)
    }

    /// Objects that need a relation: views that read it, sequences it owns, tables whose policies or rules read it or
    /// whose rows have its type.
    pub fn needs(relation: &Name) -> Self {
        Self::new(Kind::Needs, relation)
    }

    /// That word is the name of a table or view or of one of its columns: for [`super::Objects::may_have`].
    pub fn word(word: &str) -> Self {
        Self::new(Kind::Word, word)
    }

    /// A column has a type of that name, in whatever schema: for [`super::Objects::may_have`].
    pub fn type_called(name: &str) -> Self {
        let name = first_word(name);
        let folded = match name.bytes().any(|b| b.is_ascii_uppercase() || !b.is_ascii()) {
            true => Cow::Owned(name.to_lowercase()),
            false => Cow::Borrowed(name),
        };
        Self::new(Kind::TypeWord, folded)
    }

    /// The same of a type as the server prints it, with its schema maybe, a modifier and brackets.
    fn of_type(printed: &str) -> Self {
        let mut quoted = false;
        let mut begin = 0;
        for (at, byte) in printed.bytes().enumerate() {
            quoted ^= byte == b'"';
            match byte {
                b'(' | b'[' if !quoted => break,
                b'.' if !quoted => begin = at + 1,
                _ => {}
            }
        }
        let own = printed.get(begin..).unwrap_or(printed).trim_start();
        Self::type_called(own.strip_prefix('"').unwrap_or(own))
    }

    /// Relations of a session's own.
    pub fn temporary() -> Self {
        Self::new(Kind::Temporary, ())
    }
}

/// What of a type's name is the same however it is spelled.
fn first_word(name: &str) -> &str {
    name.split([' ', '\t', '\n', '(', '[', '"']).next().unwrap_or_default()
}

/// An object that has a name and refers to others.
pub trait Keyed: Clone {
    /// Schema and name.
    fn name(&self) -> &Name;

    /// What tells it from others of its name: the types of a function's arguments.
    fn arguments(&self) -> &str {
        ""
    }

    /// Adds the keys it is found by besides its name.
    fn keys(&self, keys: &mut Vec<Key>);
}

fn temporary(name: &Name) -> Option<Key> {
    (name.schema == "pg_temp").then(Key::temporary)
}

impl Keyed for Table {
    fn name(&self) -> &Name {
        &self.name
    }

    fn keys(&self, keys: &mut Vec<Key>) {
        let schema = &self.name.schema;
        keys.extend(self.indexes.iter().map(|i| Key::index(schema, &i.definition.name)));
        for constraint in &self.constraints {
            keys.push(Key::constraint(schema, &constraint.name));
            keys.extend(constraint.foreign.iter().map(|f| Key::references(&f.table)));
        }
        keys.extend(self.partition_of.iter().chain(&self.inherits).map(Key::below));
        keys.extend(self.of_type.iter().map(Key::needs));
        keys.extend(self.policies.iter().flat_map(|p| &p.needs).map(|d| Key::needs(&d.on)));
        keys.extend(self.rules.iter().flat_map(|r| &r.statements).map(|s| Key::needs(&s.relation)));
        keys.push(Key::word(&self.name.name));
        for column in &self.columns {
            keys.push(Key::word(&column.name));
            keys.push(Key::of_type(&column.type_name));
        }
        keys.extend(temporary(&self.name));
    }
}

impl Keyed for View {
    fn name(&self) -> &Name {
        &self.name
    }

    fn keys(&self, keys: &mut Vec<Key>) {
        keys.extend(self.needs.iter().map(|d| Key::needs(&d.on)));
        keys.extend(self.rules.iter().flat_map(|r| &r.statements).map(|s| Key::needs(&s.relation)));
        keys.push(Key::word(&self.name.name));
        keys.extend(self.columns.iter().map(|c| Key::word(c)));
        keys.extend(temporary(&self.name));
    }
}

impl Keyed for Sequence {
    fn name(&self) -> &Name {
        &self.name
    }

    fn keys(&self, keys: &mut Vec<Key>) {
        keys.extend(self.owned_by.iter().map(|d| Key::needs(&d.on)));
        keys.extend(temporary(&self.name));
    }
}

impl Keyed for Function {
    fn name(&self) -> &Name {
        &self.name
    }

    fn arguments(&self) -> &str {
        &self.arguments
    }

    fn keys(&self, keys: &mut Vec<Key>) {
        keys.extend(self.needs.iter().map(|d| Key::needs(&d.on)));
    }
}
