//! A schema-qualified object name.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of a relation, function or type, always with its schema, exactly as the server stores it (no quotes).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Name {
    /// The schema, as stored.
    pub schema: String,
    /// The object's own name, as stored.
    pub name: String,
}

impl Name {
    /// A name from its two parts.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: schema.into(), name: name.into() }
    }

    /// The same schema, another name.
    pub fn sibling(&self, name: impl Into<String>) -> Self {
        Self::new(self.schema.clone(), name)
    }
}

/// `schema.name` for people: a part is quoted when it is anything but lower-case letters, digits and `_`, and
/// control characters are escaped, so that a hostile name cannot move a terminal's cursor.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", Part(&self.schema), Part(&self.name))
    }
}

struct Part<'a>(&'a str);

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_lowercase() || c.is_ascii_digit() || c == '_' || c == '$';
        let starts_plain = self.0.chars().next().is_some_and(|c| !c.is_ascii_digit());
        if starts_plain && self.0.chars().all(plain) {
            return f.write_str(self.0);
        }
        f.write_str("\"")?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\"\"")?,
                c if c.is_control() => write!(f, "{}", c.escape_default())?,
                c => write!(f, "{c}")?,
            }
        }
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_are_shown_bare_and_others_quoted() {
        assert_eq!(Name::new("public", "users").to_string(), "public.users");
        assert_eq!(Name::new("public", "User Table").to_string(), "public.\"User Table\"");
        assert_eq!(Name::new("public", "1st").to_string(), "public.\"1st\"");
        assert_eq!(Name::new("public", "a\"b").to_string(), "public.\"a\"\"b\"");
        assert_eq!(Name::new("public", "a\u{1b}[2J").to_string(), "public.\"a\\u{1b}[2J\"");
    }
}
