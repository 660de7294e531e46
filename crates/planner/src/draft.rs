//! A plan before any SQL: steps of neutral changes and checks.

use altimeter_analysis::Severity;
use altimeter_catalog::{Backfill, Change, Check, Name, Sweep};

use crate::plan::{PhaseKind, Road, StepKind};

/// What a recipe makes of one change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) steps: Vec<DraftStep>,
    /// When to go back, beside what every plan watches: words, the check that no longer holds, the limit.
    pub(crate) triggers: Vec<(String, Check, String)>,
    pub(crate) alternatives: Vec<DraftAlternative>,
    pub(crate) cautions: Vec<String>,
    /// Why the columns of the table stand in another order than the plain change leaves them in; none if they do not.
    pub(crate) column_order_differs: Option<String>,
    /// The road taken, where there was a choice.
    pub(crate) road: Option<Road>,
}

/// A step before any SQL.
#[derive(Clone, Debug)]
pub(crate) struct DraftStep {
    pub(crate) phase: PhaseKind,
    pub(crate) title: String,
    pub(crate) kind: StepKind,
    pub(crate) why: String,
    pub(crate) app_change: Option<String>,
    pub(crate) before: Vec<Check>,
    pub(crate) up: Vec<Change>,
    pub(crate) down: Vec<Change>,
    pub(crate) after: Vec<Check>,
    /// What the way back cannot bring back; none if it restores everything.
    pub(crate) lost_on_return: Option<String>,
    /// The change in batches whose progress can be asked for.
    pub(crate) progress: Option<Change>,
}

impl DraftStep {
    /// A step of short statements.
    pub(crate) fn sql(phase: PhaseKind, title: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            phase,
            title: title.into(),
            kind: StepKind::Sql,
            why: why.into(),
            app_change: None,
            before: Vec::new(),
            up: Vec::new(),
            down: Vec::new(),
            after: Vec::new(),
            lost_on_return: None,
            progress: None,
        }
    }

    /// A release of the application.
    pub(crate) fn deploy(
        phase: PhaseKind,
        title: impl Into<String>,
        why: impl Into<String>,
        app_change: impl Into<String>,
    ) -> Self {
        let step = Self::sql(phase, title, why);
        Self { kind: StepKind::Deploy, app_change: Some(app_change.into()), ..step }
    }

    /// A wait, before what is old goes.
    pub(crate) fn wait(title: impl Into<String>, why: impl Into<String>) -> Self {
        Self { kind: StepKind::Wait, ..Self::sql(PhaseKind::Contract, title, why) }
    }

    /// A wait for the end of code that still names something; the next step fails it.
    pub(crate) fn old_code_gone(name: impl std::fmt::Display) -> Self {
        Self::wait(
            "old code gone?",
            format!(
                "the next step fails every statement that still names {name}: wait until no old instance, job, report or \
                 script does"
            ),
        )
    }

    /// Statistics counted anew, of columns of a table or of all of it.
    pub(crate) fn statistics(
        phase: PhaseKind,
        of: impl std::fmt::Display,
        why: impl Into<String>,
        (table, columns): (&Name, Vec<String>),
    ) -> Self {
        let mut step = Self::sql(phase, format!("statistics of {of}"), why);
        step.up.push(Change::Analyze { table: table.clone(), columns });
        step
    }

    /// A backfill.
    pub(crate) fn backfill(title: impl Into<String>, why: impl Into<String>, backfill: Backfill) -> Self {
        Self::in_batches(title, why, Change::Backfill(backfill))
    }

    /// A statement that works through all rows, a batch at a time.
    pub(crate) fn in_batches(title: impl Into<String>, why: impl Into<String>, work: Change) -> Self {
        let step = Self::sql(PhaseKind::Migrate, title, why);
        Self { kind: StepKind::Backfill, up: vec![work.clone()], progress: Some(work), ..step }
    }

    /// Rows deleted, changed or copied in batches.
    pub(crate) fn sweep(title: impl Into<String>, why: impl Into<String>, sweep: Sweep) -> Self {
        Self::in_batches(title, why, Change::Sweep(sweep))
    }
}

/// Another road to the same schema.
#[derive(Clone, Debug)]
pub(crate) struct DraftAlternative {
    pub(crate) title: String,
    /// How to ask for it; none if it cannot be asked for.
    pub(crate) road: Option<Road>,
    pub(crate) why_not: String,
    pub(crate) asks_of_application: String,
    /// None: as the statements are judged.
    pub(crate) risk: Option<Severity>,
    /// The statements it is made of, for what it takes.
    pub(crate) changes: Vec<Change>,
}
