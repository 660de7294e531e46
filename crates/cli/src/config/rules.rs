//! The `[rules]` part of the configuration: what becomes of a rule's findings, and why.
//!
//! ```toml
//! [rules.table-rewrite]
//! level = "low"                 # off, low, medium, high: count as this at the most
//! reason = "the archive is written at night only"
//! paths = ["db/archive/**"]     # all files if left out; several entries for one rule: [[rules.table-rewrite]]
//! ```

use std::collections::BTreeMap;

use altimeter_analysis::Severity;
use altimeter_analysis::rules::{by_name, nearest};
use altimeter_analysis::suppression::{Level, Policy, PolicyEntry};
use serde::Deserialize;

/// What is said of each rule, by its name.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RulesConfig(BTreeMap<String, OneOrMany>);

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "level and reason, and paths if it is about some files only")]
enum OneOrMany {
    One(Entry),
    Many(Vec<Entry>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    level: LevelWord,
    reason: String,
    #[serde(default)]
    paths: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LevelWord {
    Off,
    Low,
    Medium,
    High,
}

impl RulesConfig {
    /// The same as the review takes it, or what is wrong with it.
    pub(super) fn policy(&self) -> Result<Policy, String> {
        let mut policy = Policy::default();
        for (rule, said) in &self.0 {
            if by_name(rule).is_none() {
                return Err(format!("[rules] there is no rule {rule}; the nearest is {}", nearest(rule)));
            }
            let entries = match said {
                OneOrMany::One(entry) => std::slice::from_ref(entry),
                OneOrMany::Many(entries) => entries,
            };
            for entry in entries {
                policy.entries.push(entry.read(rule)?);
            }
        }
        Ok(policy)
    }
}

impl Entry {
    fn read(&self, rule: &str) -> Result<PolicyEntry, String> {
        if self.reason.trim().is_empty() {
            return Err(format!("[rules] {rule}: the reason is empty"));
        }
        let path = |p: &String| glob::Pattern::new(p).map_err(|e| format!("[rules] {rule}: paths: {p}: {e}"));
        Ok(PolicyEntry {
            rule: rule.to_owned(),
            level: match self.level {
                LevelWord::Off => Level::Off,
                LevelWord::Low => Level::AtMost(Severity::Low),
                LevelWord::Medium => Level::AtMost(Severity::Medium),
                LevelWord::High => Level::AtMost(Severity::High),
            },
            reason: self.reason.clone(),
            paths: self.paths.iter().map(path).collect::<Result<_, _>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str) -> Result<Policy, String> {
        toml::from_str::<RulesConfig>(text).map_err(|e| e.to_string()).and_then(|r| r.policy())
    }

    #[test]
    fn a_rule_has_a_level_a_reason_and_paths() {
        let read = policy(
            "[table-rewrite]\nlevel = \"low\"\nreason = \"at night\"\npaths = [\"a/**\"]\n\
             [[renamed-column]]\nlevel = \"off\"\nreason = \"x\"\n",
        )
        .unwrap();
        assert_eq!(read.entries.len(), 2);
        assert_eq!(read.entries[1].level, Level::AtMost(Severity::Low));
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(
            policy("[rename-column]\nlevel = \"off\"\nreason = \"x\"")
                .unwrap_err()
                .contains("renamed-column")
        );
        assert!(policy("[renamed-column]\nlevel = \"off\"\nreason = \" \"").unwrap_err().contains("reason"));
        assert!(policy("renamed-column = \"off\"").is_err());
        assert!(policy("[renamed-column]\nlevel = \"off\"\nreason = \"x\"\npaths = [\"a/***\"]").is_err());
    }
}
