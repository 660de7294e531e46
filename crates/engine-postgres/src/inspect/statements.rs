//! What the application runs, from `pg_stat_statements`.

use std::collections::{BTreeMap, HashMap, HashSet};

use altimeter_catalog::{InspectError, StatementCalls, StatementStatistics};

use super::answers::Answers;
use super::counters::per_second;
use super::normalise::without_literals;
use crate::queries;

/// How many kinds of statements are kept.
const KEPT: usize = 200;

/// Statements by total time, the most expensive first, and how many kinds were hidden from the role. `earlier`: the first
/// of two samples, and how many seconds lie between.
pub(super) fn statements(
    earlier: Option<(&Answers, f64)>,
    last: &Answers,
) -> Result<(Vec<StatementStatistics>, usize), InspectError> {
    let mut before = HashMap::new();
    if let Some((first, _)) = earlier {
        for row in first.of(&queries::STATEMENTS) {
            before.insert(row.get::<&str>("id")?, row.size("calls")?.unwrap_or(0));
        }
    }
    let ours = our_own();
    let mut merged: HashMap<String, Merged> = HashMap::new();
    let mut hidden = 0;
    let seconds = earlier.map(|(_, seconds)| seconds);
    for row in last.of(&queries::STATEMENTS) {
        let text = match row.get::<Option<&str>>("statement")? {
            // The server puts this in place of other roles' statements.
            None | Some("<insufficient privilege>") => {
                hidden += 1;
                continue;
            }
            Some(text) => without_literals(text),
        };
        if ours.contains(&words(&text)) {
            continue;
        }
        let calls = row.size("calls")?.unwrap_or(0);
        // A statement that is new in the second sample ran for the first time in between, or came up into the list.
        let rate = seconds.and_then(|s| per_second(*before.get(row.get::<&str>("id").ok()?)?, calls, s));
        let id = row.get::<&str>("id")?.split(':').next().unwrap_or_default().to_owned();
        merged.entry(text).or_default().add(Merged {
            ids: BTreeMap::from([(id, calls)]),
            calls,
            total_ms: row.get::<Option<f64>>("total_ms")?.unwrap_or(0.0),
            max_ms: row.get::<Option<f64>>("max_ms")?.unwrap_or(0.0),
            rows: row.size("rows")?.unwrap_or(0),
            wal_bytes: row.size("wal_bytes")?,
            calls_per_second: rate,
        });
    }
    let mut list: Vec<(String, Merged)> = merged.into_iter().collect();
    list.sort_by(|a, b| b.1.total_ms.total_cmp(&a.1.total_ms).then_with(|| a.0.cmp(&b.0)));
    list.truncate(KEPT);
    Ok((list.into_iter().map(|(text, m)| m.finish(text)).collect(), hidden))
}

/// Statements that are the same once their literals are gone, or were run by several roles.
#[derive(Default)]
struct Merged {
    ids: BTreeMap<String, u64>,
    calls: u64,
    total_ms: f64,
    max_ms: f64,
    rows: u64,
    wal_bytes: Option<u64>,
    calls_per_second: Option<f64>,
}

impl Merged {
    fn add(&mut self, other: Merged) {
        for (id, calls) in other.ids {
            *self.ids.entry(id).or_default() += calls;
        }
        self.calls += other.calls;
        self.total_ms += other.total_ms;
        self.max_ms = self.max_ms.max(other.max_ms);
        self.rows += other.rows;
        self.wal_bytes = sum(self.wal_bytes, other.wal_bytes);
        self.calls_per_second = sum(self.calls_per_second, other.calls_per_second);
    }

    fn finish(self, statement: String) -> StatementStatistics {
        StatementStatistics {
            statement,
            mean_ms: if self.calls > 0 { self.total_ms / self.calls as f64 } else { 0.0 },
            calls: self.calls,
            max_ms: self.max_ms,
            rows: self.rows,
            wal_bytes: self.wal_bytes,
            calls_per_second: self.calls_per_second,
            ids: self.ids.into_iter().map(|(id, calls)| StatementCalls { id, calls }).collect(),
        }
    }
}

/// The sum of what is known.
fn sum<T: std::ops::Add<Output = T>>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    }
}

/// This crate's own queries as they come back: no part of the application's work.
fn our_own() -> HashSet<String> {
    queries::ALL.iter().map(|q| words(&without_literals(q.sql))).collect()
}

/// The words of a statement without its literals. `pg_stat_statements` numbers the literals it takes out, `true` and
/// NULL among them, and since version 18 leaves one of a list of them.
fn words(statement: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let is_literal = |w: &&str| {
        w.chars().all(|c| c.is_ascii_digit()) || LITERALS.contains(&w.to_ascii_lowercase().as_str())
    };
    let words: Vec<&str> = statement.split(|c| !is_part(c)).filter(|w| !is_literal(w)).collect();
    words.join(" ")
}

/// Literals that look like words.
const LITERALS: [&str; 3] = ["true", "false", "null"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_statement_of_two_roles_is_one() {
        let mut merged = Merged::default();
        merged.add(Merged { calls: 2, total_ms: 10.0, max_ms: 7.0, rows: 2, ..Merged::default() });
        merged.add(Merged {
            ids: BTreeMap::from([("7".to_owned(), 3)]),
            calls: 3,
            total_ms: 5.0,
            max_ms: 9.0,
            rows: 1,
            wal_bytes: Some(8),
            calls_per_second: Some(1.5),
        });
        let one = merged.finish("select ?".to_owned());
        assert_eq!((one.calls, one.mean_ms, one.max_ms, one.rows), (5, 3.0, 9.0, 3));
        assert_eq!((one.wal_bytes, one.calls_per_second), (Some(8), Some(1.5)));
    }

    #[test]
    fn our_queries_are_known_again() {
        let stored = "SELECT n.nspname::pg_catalog.text AS name\nFROM pg_catalog.pg_namespace n\n\
            WHERE n.nspname !~ $1 AND n.nspname <> $2";
        assert!(our_own().contains(&words(&without_literals(stored))));
        assert!(
            !our_own().contains(&words(&without_literals("SELECT $1 FROM users WHERE a IN ($2 /*, ... */)")))
        );
        assert_eq!(words("a IN ($1 /*, ... */) OR TRUE"), "a IN OR");
        assert_eq!(words("a IN (?, ?) OR $2"), "a IN OR");
    }
}
