//! A plan: phases, steps, statements, and the way back.

use crate::coexistence::Coexistence;
use crate::uses::Uses;
use altimeter_analysis::limits::Limit;
use altimeter_analysis::preflight::Preflight;
use altimeter_analysis::{Capacity, Judged, Severity};
use altimeter_catalog::{Check, EngineName, Name, Outline, OutlineChange};

/// A change planned for one database, every statement judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The request in the tool's words: `rename public.users.user_name to username`.
    pub request: String,
    /// Whose rules hold.
    pub engine: EngineName,
    /// The server's version.
    pub server_version: String,
    /// `rules`, or `model, verified`.
    pub made_by: String,
    /// The schema it was made for.
    pub schema: PlanSchema,
    /// The tables it is about.
    pub tables: Vec<Name>,
    /// The worst of its steps.
    pub risk: Severity,
    /// The worst of `direct`.
    pub risk_if_run_directly: Severity,
    /// The plain statements, judged, for comparison.
    pub direct: Vec<Judged>,
    /// Expand, migrate, contract; a phase without steps is left out.
    pub phases: Vec<Phase>,
    /// When and how to go back.
    pub rollback: Rollback,
    /// What it takes in all.
    pub capacity: Capacity,
    /// That, held against what the server has.
    pub limits: Vec<Limit>,
    /// Other roads, and why this one was taken.
    pub alternatives: Vec<Alternative>,
    /// Who still uses what it takes away or renames; none if it does neither.
    pub uses: Option<Uses>,
    /// What old and new application code was held against; none if it is asked to stand still.
    pub coexistence: Option<Coexistence>,
    /// What the DBA must know that no statement shows: a trigger that fires for each backfilled row.
    pub cautions: Vec<String>,
    /// What could not be known.
    pub unknowns: Vec<String>,
    /// What its statements would meet on the server as it was when the catalog was read.
    pub preflight: Preflight,
}

impl Plan {
    /// All steps in order.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &Step> {
        self.phases.iter().flat_map(|p| &p.steps)
    }
}

/// The schema a plan was made for, as far as it concerns the plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanSchema {
    /// The relations its statements are about, those it makes too.
    pub of: Vec<Name>,
    /// Them, and what refers to them, before the first step.
    pub before: Outline,
}

/// One of the three phases.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// Which.
    pub phase: PhaseKind,
    /// Its steps in order.
    pub steps: Vec<Step>,
}

/// The phases of a change that old and new code live through together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PhaseKind {
    /// What is new is added; old code does not notice.
    Expand,
    /// Rows and code move.
    Migrate,
    /// What is old goes.
    Contract,
}

impl std::fmt::Display for PhaseKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            PhaseKind::Expand => "expand",
            PhaseKind::Migrate => "migrate",
            PhaseKind::Contract => "contract",
        })
    }
}

/// One step: done in one go, then checked, undone in one go.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// `expand-1`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// Who acts.
    pub kind: StepKind,
    /// Why it is there.
    pub why: String,
    /// What the application must do, for a deploy.
    pub app_change: Option<String>,
    /// Must hold before.
    pub before: Vec<PlannedCheck>,
    /// The statements, in order.
    pub up: Vec<PlannedStatement>,
    /// The way back, in order.
    pub down: Vec<PlannedStatement>,
    /// Must hold after.
    pub after: Vec<PlannedCheck>,
    /// What the way back from here cannot bring back; a point of no return if there is anything.
    pub lost_on_return: Option<String>,
    /// A query that shows how far it is.
    pub progress: Option<String>,
}

/// Who acts in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// The DBA runs short statements.
    Sql,
    /// The DBA runs a statement that works through all rows.
    Backfill,
    /// The team releases the application.
    Deploy,
    /// Everybody waits until something holds.
    Wait,
}

impl std::fmt::Display for StepKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            StepKind::Sql => "sql",
            StepKind::Backfill => "backfill",
            StepKind::Deploy => "deploy",
            StepKind::Wait => "wait",
        })
    }
}

/// A check as a query and in words.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedCheck {
    /// What is asked.
    pub check: Check,
    /// One read-only query; the first column of its only row is true when it holds.
    pub sql: String,
    /// The same for people.
    pub says: String,
}

/// A statement of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedStatement {
    /// Whether it gets a transaction of its own.
    pub transaction: Transaction,
    /// What `lock_timeout` to set before it, in ms; 0 for none, where waiting holds nobody up.
    pub lock_timeout_ms: u32,
    /// The statement, its effect and cost on the schema it will find.
    pub judged: Judged,
    /// What it changes in the schema that the plan is about.
    pub changes: OutlineChange,
}

/// How a statement is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// It must not be in a transaction block.
    None,
    /// In a transaction of its own.
    Own,
}

/// When and how to go back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rollback {
    /// Stop and go back when one of these no longer holds.
    pub triggers: Vec<RollbackTrigger>,
    /// Ids of the steps to undo, in order.
    pub procedure: Vec<String>,
}

/// A reason to go back.
#[derive(Clone, Debug, PartialEq)]
pub struct RollbackTrigger {
    /// What has happened, in words.
    pub when: String,
    /// The check that no longer holds then.
    pub check: PlannedCheck,
    /// The limit, in words: `10 s`.
    pub threshold: String,
}

/// Another road to the same schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// A few words.
    pub title: String,
    /// How to ask for it; none if it cannot be asked for.
    pub road: Option<Road>,
    /// Why it was not taken.
    pub why_not: String,
    /// What the application must do for it.
    pub asks_of_application: String,
    /// How risky it is.
    pub risk: Severity,
    /// What it takes.
    pub capacity: Capacity,
}

/// A kind of road that can be asked for, where several lead to the wanted schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// A copy beside the original, kept in step and filled.
    Copy,
    /// A view in the place of the table, which has the old names and the new ones.
    View,
    /// Nothing is kept of rows that are deleted or overwritten.
    Discard,
    /// The plain statement.
    Direct,
}

impl Road {
    /// All of them.
    pub const ALL: [Road; 4] = [Road::Copy, Road::View, Road::Discard, Road::Direct];

    /// The word it is asked for by.
    pub fn key(self) -> &'static str {
        match self {
            Road::Copy => "copy",
            Road::View => "view",
            Road::Discard => "discard",
            Road::Direct => "direct",
        }
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// The change cannot be planned, and what would be needed.
    #[error("{reason}")]
    Refused {
        /// Why not.
        reason: String,
        /// What to do instead; may be empty.
        instead: String,
    },
    /// A recipe made a plan that did not pass its own proof: a defect of the tool.
    #[error("the plan did not pass its own proof: {reason}. This is a defect of Altimeter; please report it")]
    Unproved {
        /// What did not hold.
        reason: String,
    },
}
