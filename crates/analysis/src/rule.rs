//! What a rule is.

use altimeter_catalog::{Catalog, Effect, Name, Statement};

use crate::Estimate;
use crate::review::OpenTransaction;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Low,
    /// Somebody may notice.
    Medium,
    /// Users notice: seconds of waiting, errors of old code.
    High,
    /// An outage or lost data.
    Critical,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        })
    }
}

/// Something about one statement that a reviewer must know.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// How bad it is on this database.
    pub severity: Severity,
    /// The lock, what it blocks, on which table, for how long here.
    pub message: String,
    /// The safe way; empty if there is none but to know.
    pub instead: String,
    /// The relation it is about.
    pub object: Option<Name>,
}

/// Everything a rule may look at.
pub struct RuleContext<'a> {
    /// The catalog before the statement.
    pub catalog: &'a Catalog,
    /// The statement.
    pub statement: &'a Statement,
    /// Its effect.
    pub effect: &'a Effect,
    /// Its cost.
    pub estimate: &'a Estimate,
    /// The longest it waits for a lock, in ms; none for no limit.
    pub lock_timeout_ms: Option<u32>,
    /// The catalog the plan around the statement began on; none for a statement on its own. A plan keeps applications
    /// working (a deploy comes first, both columns are kept in step), so what only breaks an application that was not
    /// told is no finding in it, and what it made itself it may drop.
    pub plan_began_on: Option<&'a Catalog>,
    /// The transaction it is part of, if it shares one with statements before it.
    pub transaction: Option<&'a OpenTransaction>,
}

/// One rule: a smell by name, and where it is found.
pub trait Rule: Sync {
    /// Kebab-case, names the smell, reads after "allow".
    fn name(&self) -> &'static str;
    /// One sentence: what the rule is about.
    fn about(&self) -> &'static str;
    /// The findings in one statement.
    fn check(&self, context: &RuleContext<'_>) -> Vec<Finding>;
}
