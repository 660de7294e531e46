//! Flyway's file names.

use std::cmp::Ordering;

use crate::natural::compare_numbers;
use crate::place::Place;

/// What a script is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Runs once.
    Versioned,
    /// Takes a version back.
    Undo,
    /// Runs whenever it changed.
    Repeatable,
    /// Stands for all versions up to its own.
    Baseline,
}

/// How names begin; teams may change it (`sqlMigrationPrefix` and so on).
#[derive(Clone, Debug)]
pub(super) struct Prefixes {
    kinds: [(Kind, String); 4],
    separator: String,
    suffixes: Vec<String>,
}

impl Prefixes {
    /// As configured.
    pub(super) fn of(place: &Place) -> Self {
        let setting =
            |name: &str, otherwise: &str| place.flyway(name).unwrap_or_else(|| otherwise.to_owned());
        Self {
            kinds: [
                (Kind::Versioned, setting("sqlMigrationPrefix", "V")),
                (Kind::Undo, setting("undoSqlMigrationPrefix", "U")),
                (Kind::Repeatable, setting("repeatableSqlMigrationPrefix", "R")),
                (Kind::Baseline, setting("baselineMigrationPrefix", "B")),
            ],
            separator: setting("sqlMigrationSeparator", "__"),
            suffixes: setting("sqlMigrationSuffixes", ".sql")
                .split(',')
                .map(|s| s.trim_matches(|c: char| c.is_whitespace() || "[]\"'".contains(c)).to_owned())
                .collect(),
        }
    }
}

/// A name taken apart.
#[derive(Debug)]
pub(super) struct Name<'a> {
    pub(super) kind: Kind,
    pub(super) version: Version,
    pub(super) description: &'a str,
}

impl<'a> Name<'a> {
    /// Takes it apart; none if it is not a name of Flyway's, like a callback's.
    pub(super) fn parse(name: &'a str, prefixes: &Prefixes) -> Option<Self> {
        let stem = prefixes.suffixes.iter().find_map(|suffix| name.strip_suffix(suffix.as_str()))?;
        prefixes.kinds.iter().find_map(|(kind, prefix)| {
            let rest = stem.strip_prefix(prefix.as_str())?;
            let (version, description) = rest.split_once(prefixes.separator.as_str())?;
            let version = Version::parse(version)?;
            let fits = version.0.is_empty() == (*kind == Kind::Repeatable);
            fits.then_some(Name { kind: *kind, version, description })
        })
    }
}

/// Numbers; a missing part is zero.
#[derive(Clone, Debug)]
pub(super) struct Version(Vec<String>);

impl Version {
    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self(Vec::new()));
        }
        let parts: Vec<String> = text.split(['.', '_']).map(str::to_owned).collect();
        parts.iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit())).then_some(Self(parts))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let part = |version: &'_ Version, at: usize| version.0.get(at).cloned().unwrap_or_default();
        let most = self.0.len().max(other.0.len());
        let orders = (0..most).map(|at| compare_numbers(&part(self, at), &part(other, at)));
        orders.into_iter().find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}
