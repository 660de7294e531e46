//! A verification as JSON.

use altimeter_catalog::{Answer, Check};
use altimeter_planner::verify::{Moment, Outcome, Standing, Verification, VerifiedCheck};
use schemars::JsonSchema;
use serde::Serialize;

/// The format this version writes.
pub const VERIFY_FORMAT: &str = "altimeter-verify/1";

/// What a database says to a saved plan.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "altimeter-verify/1")]
pub struct VerifyJson {
    /// `altimeter-verify/1`.
    pub format: String,
    /// The plan's request.
    pub request: String,
    /// The database.
    pub database: String,
    /// The server is a standby: what it cannot know is unknown.
    pub standby: bool,
    /// All that must hold together: `fails` if anything does not, the schema is another one or a reason to go back has
    /// come.
    pub outcome: AnswerJson,
    /// Where in the plan the database stands.
    pub standing: StandingJson,
    /// The checks of steps.
    pub steps: Vec<VerifiedStepJson>,
    /// The reasons to go back.
    pub triggers: Vec<VerifiedTriggerJson>,
    /// What to do next.
    pub next: Vec<String>,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AnswerJson {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// It could not be told.
    Unknown,
}

/// Where in the plan the database stands, by its schema.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StandingJson {
    /// In words.
    pub says: String,
    /// The schema is one of those the plan leads through.
    pub fits: bool,
    /// The fewest steps that can be done.
    pub steps_done: usize,
    /// What was changed by somebody else.
    pub changed: Vec<String>,
}

/// Before a step or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WhenJson {
    /// Before its first statement.
    Before,
    /// After its last.
    After,
}

/// Some checks of a step.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct VerifiedStepJson {
    /// The step.
    pub id: String,
    /// Which of its checks.
    pub when: WhenJson,
    /// They must hold now; else they only tell whether a step is done that leaves no trace in the schema, or what a
    /// later one still waits for.
    pub must_hold: bool,
    /// Its checks.
    pub checks: Vec<AnsweredJson>,
}

/// A check and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AnsweredJson {
    /// What is asked, for people.
    pub says: String,
    /// What is asked, taken apart.
    pub check: Check,
    /// The query that asks it.
    pub sql: String,
    /// The answer.
    pub answer: AnswerJson,
    /// What was measured, or why the answer is as it is.
    pub because: Option<String>,
    /// What would tell, where it is unknown.
    pub next: Option<String>,
}

/// A reason to go back.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct VerifiedTriggerJson {
    /// What has happened then.
    pub when: String,
    /// The limit, in words.
    pub threshold: String,
    /// The reason has come.
    pub fired: bool,
    /// The check that no longer holds then.
    pub check: AnsweredJson,
}

impl From<&Answer> for AnswerJson {
    fn from(answer: &Answer) -> Self {
        match answer {
            Answer::Holds { .. } => AnswerJson::Holds,
            Answer::Fails { .. } => AnswerJson::Fails,
            Answer::Unknown { .. } => AnswerJson::Unknown,
        }
    }
}

impl From<&VerifiedCheck> for AnsweredJson {
    fn from(verified: &VerifiedCheck) -> Self {
        let (because, next) = match &verified.answer {
            Answer::Holds { measured } | Answer::Fails { measured } => (measured.clone(), None),
            Answer::Unknown { why, next } => (Some(why.clone()), Some(next.clone())),
        };
        Self {
            says: verified.check.to_string(),
            check: verified.check.clone(),
            sql: verified.sql.clone(),
            answer: AnswerJson::from(&verified.answer),
            because,
            next: next.filter(|n| !n.is_empty()),
        }
    }
}

impl VerifyJson {
    /// The shape of a verification.
    pub fn new(verification: &Verification) -> Self {
        let changed = match &verification.standing {
            Standing::Changed { differences, .. } => Some(differences.clone()),
            _ => None,
        };
        Self {
            format: VERIFY_FORMAT.to_owned(),
            request: verification.request.clone(),
            database: verification.database.clone(),
            standby: verification.standby,
            outcome: match verification.outcome() {
                Outcome::Holds => AnswerJson::Holds,
                Outcome::Fails => AnswerJson::Fails,
                Outcome::Unknown => AnswerJson::Unknown,
            },
            standing: StandingJson {
                says: verification.stands.clone(),
                fits: changed.is_none(),
                steps_done: verification.standing.done(),
                changed: changed.unwrap_or_default(),
            },
            steps: verification
                .steps
                .iter()
                .map(|step| VerifiedStepJson {
                    id: step.id.clone(),
                    when: match step.when {
                        Moment::Before => WhenJson::Before,
                        Moment::After => WhenJson::After,
                    },
                    must_hold: step.must_hold,
                    checks: step.checks.iter().map(AnsweredJson::from).collect(),
                })
                .collect(),
            triggers: verification
                .triggers
                .iter()
                .map(|trigger| VerifiedTriggerJson {
                    when: trigger.when.clone(),
                    threshold: trigger.threshold.clone(),
                    fired: trigger.check.answer.fails(),
                    check: AnsweredJson::from(&trigger.check),
                })
                .collect(),
            next: crate::verification::next(verification),
        }
    }
}
