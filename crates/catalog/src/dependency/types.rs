//! Type names inside a catalog, and what uses a type.

use crate::{Catalog, Key, Name, Object, Table, TypeKind};

/// Where a type is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsedBy {
    /// A column of that type, or of an array of it.
    Column {
        /// The table.
        table: Name,
        /// The column.
        column: String,
        /// It is an array.
        array: bool,
    },
    /// Another type made of it: a domain over it, an attribute, a range's bounds.
    Type {
        /// That type.
        name: Name,
        /// It is used inside an array, an attribute or a range, so that its values are inside others.
        inside: bool,
        /// The attribute, for a composite type.
        attribute: Option<String>,
    },
}

/// Whether a type as the server prints it (`mood`, `shop.mood[]`, `"Odd"(3)`) is that one, or an array of it.
pub fn type_named(catalog: &Catalog, printed: &str, name: &Name) -> bool {
    let Some((schema, bare)) = taken_apart(printed) else { return false };
    if bare != name.name {
        return false;
    }
    match schema {
        Some(schema) => schema == name.schema,
        None => name.schema == "pg_catalog" || catalog.server.search_path.contains(&name.schema),
    }
}

/// Schema and name of a printed type, without modifier and brackets.
fn taken_apart(printed: &str) -> Option<(Option<String>, String)> {
    let mut parts = Vec::new();
    let mut rest = printed.trim();
    loop {
        let (part, behind) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = closing_quote(quoted)?;
                (quoted.get(..end)?.replace("\"\"", "\""), quoted.get(end + 1..)?)
            }
            None => {
                let end = rest.find(['.', '(', '[']).unwrap_or(rest.len());
                (rest.get(..end)?.trim().to_owned(), rest.get(end..)?)
            }
        };
        parts.push(part);
        match behind.strip_prefix('.') {
            Some(next) => rest = next,
            None => break,
        }
    }
    let bare = parts.pop()?;
    Some((parts.pop(), bare))
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut inside = text.char_indices().peekable();
    while let Some((at, c)) = inside.next() {
        if c == '"' && inside.next_if(|(_, next)| *next == '"').is_none() {
            return Some(at);
        }
    }
    None
}

impl Catalog {
    /// The columns and types that use a type directly.
    pub fn uses_of_type(&self, name: &Name) -> Vec<UsedBy> {
        let is = |printed: &str| type_named(self, printed, name);
        let mut found = Vec::new();
        let known = self.tables.may_have(Key::type_called(&name.name));
        for table in self.tables.iter().filter(|_| known) {
            for column in table.columns.iter().filter(|c| is(&c.type_name)) {
                found.push(UsedBy::Column {
                    table: table.name.clone(),
                    column: column.name.clone(),
                    array: column.type_name.ends_with(']'),
                });
            }
        }
        for other in self.types.iter().filter(|t| &t.name != name) {
            let (used, inside, attribute) = match &other.kind {
                TypeKind::Domain { base, .. } => (is(base), base.ends_with(']'), None),
                TypeKind::Composite { attributes } => {
                    let attribute = attributes.iter().find(|(_, t)| is(t)).map(|(name, _)| name.clone());
                    (attribute.is_some(), true, attribute)
                }
                TypeKind::Range { subtype } => (is(subtype), true, None),
                TypeKind::Enum { .. } | TypeKind::Base => (false, false, None),
            };
            if used {
                found.push(UsedBy::Type { name: other.name.clone(), inside, attribute });
            }
        }
        found
    }

    /// Tables whose rows have the type of another relation or of a composite type (`CREATE TABLE … OF`).
    pub(crate) fn typed_tables<'a>(&'a self, of: &'a Name) -> impl Iterator<Item = &'a Table> {
        self.tables.with(Key::needs(of)).filter(move |t| t.of_type.as_ref() == Some(of))
    }

    /// Functions one of whose arguments or results has the type.
    pub(crate) fn functions_taking(&self, name: &Name) -> Vec<Object> {
        let is_it = |printed: &str| type_named(self, printed, name);
        let functions = self
            .functions
            .iter()
            .filter(|f| f.arguments.split(", ").any(is_it) || f.returns.iter().any(|r| is_it(r)));
        functions.map(|f| Object::Function(f.name.clone(), f.arguments.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_types_are_taken_apart() {
        for (printed, schema, bare) in [
            ("mood", None, "mood"),
            ("shop.mood[]", Some("shop"), "mood"),
            ("\"Odd \"\"x\".\"a.b\"[]", Some("Odd \"x"), "a.b"),
            ("character varying(50)", None, "character varying"),
        ] {
            assert_eq!(taken_apart(printed), Some((schema.map(str::to_owned), bare.to_owned())), "{printed}");
        }
        assert_eq!(taken_apart("\"open"), None);
    }
}
