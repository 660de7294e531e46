//! Functions and the names their bodies mention.

use std::collections::{BTreeSet, HashSet};

use altimeter_catalog::{Function, InspectError, Table, View};

use super::answers::Answers;
use crate::queries;

/// Names of all tables, views and columns: the words worth finding in a body.
pub(super) fn known_words<'a>(tables: &'a [Table], views: &'a [View]) -> HashSet<&'a str> {
    let of_tables = tables
        .iter()
        .flat_map(|t| std::iter::once(t.name.name.as_str()).chain(t.columns.iter().map(|c| c.name.as_str())));
    let of_views = views
        .iter()
        .flat_map(|v| std::iter::once(v.name.name.as_str()).chain(v.columns.iter().map(String::as_str)));
    of_tables.chain(of_views).collect()
}

/// All functions by name. The bodies end here.
pub(super) fn functions(answers: &Answers, known: &HashSet<&str>) -> Result<Vec<Function>, InspectError> {
    let mut functions = Vec::new();
    for row in answers.of(&queries::FUNCTIONS) {
        let mut mentioned: BTreeSet<String> = row.list::<String>("depends_on")?.into_iter().collect();
        mentioned.extend(mentions(row.get::<Option<&str>>("body")?.unwrap_or_default(), known));
        functions.push(Function {
            name: row.name("schema", "name")?,
            arguments: row.get("arguments")?,
            language: row.get("language")?,
            volatility: match row.get::<&str>("volatility")? {
                "i" => "immutable",
                "s" => "stable",
                _ => "volatile",
            }
            .to_owned(),
            inlined: None,
            statements: None,
            mentions: mentioned.into_iter().collect(),
        });
    }
    functions.sort_by(|a, b| (&a.name, &a.arguments).cmp(&(&b.name, &b.arguments)));
    Ok(functions)
}

/// Words of a body that are known names: bare words, folded to lower case as the server folds them, and what stands
/// between double quotes. Strings and comments count, because a statement may be put together from strings.
fn mentions(body: &str, known: &HashSet<&str>) -> BTreeSet<String> {
    let bare = body.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
    let quoted = body.split('"').skip(1).map(str::to_owned);
    bare.flat_map(|word| [word.to_owned(), word.to_ascii_lowercase()])
        .chain(quoted)
        .filter(|word| known.contains(word.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_found_bare_quoted_and_in_strings() {
        let known = HashSet::from(["users", "user name", "Größe", "id"]);
        let found = mentions("SELECT USERS.id, \"user name\" FROM x; EXECUTE 'drop größe, Größe'", &known);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["Größe", "id", "user name", "users"]);
        assert!(mentions("", &known).is_empty());
    }
}
