//! Names the server chooses for what a statement leaves unnamed.
//!
//! PostgreSQL joins the table's name, the columns' and a label with `_`, cuts the longer of the two names until all
//! fits, and counts up until the name is free (`makeObjectName`, `ChooseRelationName` and `ChooseConstraintName` in
//! the server's source).

use crate::{Catalog, Key, Name};

/// The longest name a server keeps, in bytes (`NAMEDATALEN` - 1).
const LONGEST: usize = 63;

/// What a name is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameParts<'a> {
    /// The table.
    pub table: &'a str,
    /// The columns, joined by [`joined`]; empty for none.
    pub columns: &'a str,
    /// `pkey`, `key`, `excl`, `idx`, `check`, `fkey`, `not_null`, `seq`.
    pub label: &'a str,
}

impl NameParts<'_> {
    /// The name with a number behind the label; 0 for none.
    fn numbered(self, number: u32) -> String {
        let label = if number == 0 { self.label.to_owned() } else { format!("{}{number}", self.label) };
        let separators = if self.columns.is_empty() { 1 } else { 2 };
        let room = LONGEST.saturating_sub(label.len() + separators);
        let (mut first, mut second) = (self.table.len(), self.columns.len());
        while first + second > room {
            if first > second {
                first -= 1;
            } else {
                second -= 1;
            }
        }
        let (first, second) = (cut(self.table, first), cut(self.columns, second));
        if second.is_empty() { format!("{first}_{label}") } else { format!("{first}_{second}_{label}") }
    }

    /// The first of its names that is free.
    fn first_free(self, free: impl Fn(&str) -> bool) -> String {
        (0..=u32::MAX).map(|n| self.numbered(n)).find(|name| free(name)).unwrap_or_default()
    }
}

/// The beginning of a text, no longer than so many bytes.
fn cut(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// Names of columns joined for [`NameParts::columns`]: no more of them than can matter.
pub fn joined<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for column in columns {
        if !text.is_empty() {
            text.push('_');
        }
        text.push_str(column);
        if text.len() > LONGEST {
            break;
        }
    }
    text
}

impl Catalog {
    /// The name the server chooses for a sequence, or for an index that serves no constraint: free among the
    /// relations of the schema and what the statement has named already.
    pub fn default_relation_name(&self, schema: &str, parts: NameParts<'_>, taken: &[String]) -> String {
        parts.first_free(|name| self.is_free_relation(schema, name, taken))
    }

    /// The name the server chooses for a constraint with an index: free among relations and constraints.
    pub fn default_index_constraint_name(
        &self,
        schema: &str,
        parts: NameParts<'_>,
        taken: &[String],
    ) -> String {
        parts.first_free(|name| {
            self.is_free_relation(schema, name, taken) && self.is_free_constraint(schema, name, taken)
        })
    }

    /// The name the server chooses for a CHECK, a foreign key, a NOT NULL: free among the constraints of the schema.
    pub fn default_constraint_name(&self, schema: &str, parts: NameParts<'_>, taken: &[String]) -> String {
        parts.first_free(|name| self.is_free_constraint(schema, name, taken))
    }

    fn is_free_relation(&self, schema: &str, name: &str, taken: &[String]) -> bool {
        !taken.iter().any(|t| t == name) && !self.has_relation(&Name::new(schema, name))
    }

    fn is_free_constraint(&self, schema: &str, name: &str, taken: &[String]) -> bool {
        let of_schema = self.tables.with(Key::constraint(schema, name)).filter(|t| t.name.schema == schema);
        !taken.iter().any(|t| t == name) && !of_schema.flat_map(|t| &t.constraints).any(|c| c.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_evenly_and_numbered_until_free() {
        let parts = |table, columns, label| NameParts { table, columns, label };
        assert_eq!(parts("t", "a_b", "key").numbered(0), "t_a_b_key");
        assert_eq!(parts("t", "", "pkey").numbered(0), "t_pkey");
        assert_eq!(parts("t", "a", "check").numbered(2), "t_a_check2");
        let (long, longer) = ("t".repeat(40), "c".repeat(50));
        let name = parts(&long, &longer, "fkey").numbered(0);
        assert_eq!(name, format!("{}_{}_fkey", "t".repeat(29), "c".repeat(28)));
        let catalog = Catalog::default();
        let taken = ["t_a_check".to_owned(), "t_a_check1".to_owned()];
        assert_eq!(catalog.default_constraint_name("public", parts("t", "a", "check"), &taken), "t_a_check2");
    }
}
