//! The rules as JSON.

use altimeter_analysis::{CaseKind, Rule};
use schemars::JsonSchema;
use serde::Serialize;

/// The format this version writes.
pub const RULES_FORMAT: &str = "altimeter-rules/1";

/// Rules with their pages.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "altimeter-rules/1")]
pub struct RulesJson {
    /// `altimeter-rules/1`.
    pub format: String,
    /// The rules, by name.
    pub rules: Vec<RuleJson>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RuleJson {
    /// Its name, as findings and suppressions have it.
    pub rule: String,
    /// One sentence: what it is about.
    pub about: String,
    /// What lock, why, the safe way; Markdown.
    pub text: String,
    /// Examples, which the tests run.
    pub examples: Vec<ExampleJson>,
}

/// One example.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExampleJson {
    /// What it shows.
    pub kind: ExampleKindJson,
    /// Its heading.
    pub heading: String,
    /// Words before the SQL, Markdown.
    pub says: String,
    /// The SQL.
    pub sql: String,
}

/// What an example shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExampleKindJson {
    /// The rule has something to say.
    Bad,
    /// What to do instead.
    Safe,
    /// It looks the same, but nothing is wrong with it.
    NearMiss,
}

impl RulesJson {
    /// The shape of some rules.
    pub fn new(rules: &[&Rule]) -> Self {
        Self { format: RULES_FORMAT.to_owned(), rules: rules.iter().map(|r| RuleJson::from(*r)).collect() }
    }
}

impl From<&Rule> for RuleJson {
    fn from(rule: &Rule) -> Self {
        let page = rule.page();
        let examples = page.cases.into_iter().map(|case| ExampleJson {
            kind: match case.kind {
                CaseKind::Bad => ExampleKindJson::Bad,
                CaseKind::Safe => ExampleKindJson::Safe,
                CaseKind::NearMiss => ExampleKindJson::NearMiss,
            },
            heading: case.heading,
            says: case.says,
            sql: case.sql,
        });
        Self {
            rule: rule.name().to_owned(),
            about: rule.about().to_owned(),
            text: page.text,
            examples: examples.collect(),
        }
    }
}
