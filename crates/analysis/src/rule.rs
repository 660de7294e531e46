//! What a rule is: a smell by name, its page, and where it is found.

mod across;
mod context;
mod held;
mod page;
mod part;
mod row_work;
mod script;
mod usage;
mod wait;
pub(crate) mod words;

use altimeter_catalog::Name;

pub use across::{Placed, ReviewContext};
pub use context::RuleContext;
pub use page::{Case, CaseKind, Page};
pub(crate) use part::Part;
pub(crate) use script::Script;
pub(crate) use wait::{Wait, severity_of_wait, stopped_per_second};

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

impl Severity {
    /// One step worse.
    #[must_use]
    pub fn raised(self) -> Self {
        match self {
            Severity::Low => Severity::Medium,
            Severity::Medium => Severity::High,
            Severity::High | Severity::Critical => Severity::Critical,
        }
    }

    /// One step milder.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Severity::Low | Severity::Medium => Severity::Low,
            Severity::High => Severity::Medium,
            Severity::Critical => Severity::High,
        }
    }
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
    /// The safe way as a script for this very table, words as comments; empty if there is none but to know.
    pub instead: String,
    /// The relation it is about.
    pub object: Option<Name>,
    /// Why it does not count: the reason somebody gave for allowing it.
    pub suppressed: Option<String>,
}

impl Finding {
    /// With the safe way.
    #[must_use]
    pub(crate) fn instead(self, script: impl Into<String>) -> Self {
        Self { instead: script.into(), ..self }
    }
}

/// One rule.
pub struct Rule {
    name: &'static str,
    page: &'static str,
    find: Find,
    once_per_file: bool,
}

/// Where a rule looks.
enum Find {
    Statement(fn(&RuleContext<'_>) -> Vec<Finding>),
    Review(fn(&ReviewContext<'_>) -> Vec<Placed>),
    /// Said by the reviewer itself.
    Elsewhere,
}

impl Rule {
    /// A rule about one statement where it is about to run.
    pub(crate) const fn in_statements(
        name: &'static str,
        page: &'static str,
        find: fn(&RuleContext<'_>) -> Vec<Finding>,
    ) -> Self {
        Self { name, page, find: Find::Statement(find), once_per_file: false }
    }

    /// A rule about files as a whole, once all their statements are judged.
    pub(crate) const fn in_reviews(
        name: &'static str,
        page: &'static str,
        find: fn(&ReviewContext<'_>) -> Vec<Placed>,
    ) -> Self {
        Self { name, page, find: Find::Review(find), once_per_file: false }
    }

    /// A rule whose findings come up while something else is done.
    pub(crate) const fn elsewhere(name: &'static str, page: &'static str) -> Self {
        Self { name, page, find: Find::Elsewhere, once_per_file: false }
    }

    /// Of several findings in one file one is shown, which names the lines of the others: they have one cure.
    pub(crate) const fn once_per_file(self) -> Self {
        Self { once_per_file: true, ..self }
    }

    /// See [`Rule::once_per_file`].
    pub(crate) fn is_once_per_file(&self) -> bool {
        self.once_per_file
    }

    /// Kebab-case, names the smell, reads after "allow".
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// One sentence: what the rule is about.
    pub fn about(&self) -> &'static str {
        page::first_paragraph(self.page)
    }

    /// What to know about it, with examples that are run by the tests.
    pub fn page(&self) -> Page {
        Page::read(self.page)
    }

    /// The findings in one statement.
    pub fn check(&self, context: &RuleContext<'_>) -> Vec<Finding> {
        match self.find {
            Find::Statement(find) => find(context),
            Find::Review(_) | Find::Elsewhere => Vec::new(),
        }
    }

    /// The findings in whole files.
    pub fn check_review(&self, context: &ReviewContext<'_>) -> Vec<Placed> {
        match self.find {
            Find::Review(find) => find(context),
            Find::Statement(_) | Find::Elsewhere => Vec::new(),
        }
    }

    /// A finding of this rule.
    pub(crate) fn finding(&self, severity: Severity, object: Option<&Name>, message: String) -> Finding {
        Finding {
            rule: self.name,
            severity,
            message,
            instead: String::new(),
            object: object.cloned(),
            suppressed: None,
        }
    }
}
