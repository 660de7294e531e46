//! Signs that somebody uses a relation or one of its columns.

use altimeter_catalog::{Name, StatementStatistics};

use super::{RuleContext, words};

impl RuleContext<'_> {
    /// What the statistics and the schema show of the use of a table, or of one column of it, in words to go on a
    /// sentence with; empty if they show nothing.
    pub(crate) fn signs_of_use(&self, table: &Name, column: Option<&str>) -> String {
        let mut signs = Vec::new();
        let names = [Some(table.name.as_str()), column];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        signs.extend(self.statements_naming(&names));
        if column.is_none() {
            let rates = self.catalog.table(table).and_then(|t| t.rates.as_ref());
            signs.extend(
                rates
                    .filter(|r| r.scans >= 1.0)
                    .map(|r| format!("it is read {} times a second", words::count(r.scans))),
            );
        }
        let mentioning =
            |f: &&altimeter_catalog::Function| names.iter().all(|name| f.mentions.iter().any(|m| m == name));
        let functions: Vec<String> =
            self.catalog.functions.iter().filter(mentioning).map(|f| f.name.to_string()).collect();
        if !functions.is_empty() {
            signs.push(format!("the body of {} mentions it", words::list(&functions)));
        }
        if signs.is_empty() { String::new() } else { format!(" ({})", signs.join("; ")) }
    }

    fn statements_naming(&self, names: &[&str]) -> Option<String> {
        let all = self.catalog.activity.statements.as_ref()?;
        let naming: Vec<&StatementStatistics> =
            all.iter().filter(|s| names.iter().all(|n| has_word(&s.statement, n))).collect();
        let rate: f64 = naming.iter().filter_map(|s| s.calls_per_second).sum();
        match naming.len() {
            0 => None,
            n if rate >= 1.0 => {
                Some(format!("{n} kinds of statements name it, {} calls a second", words::count(rate)))
            }
            n => Some(format!("{n} kinds of statements name it")),
        }
    }
}

fn has_word(text: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.split(|c| !part_of_word(c)).any(|w| w.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        assert!(has_word("SELECT u.name FROM users u", "name"));
        assert!(!has_word("SELECT username FROM users", "name"));
    }
}
