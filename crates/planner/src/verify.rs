//! A saved plan held against the database: where in the plan it stands, which checks are due there, and whether what
//! was saved is what this tool would print.

use std::ops::RangeInclusive;

use altimeter_catalog::{Answer, Catalog, Check, Engine, EngineName, Outline, OutlineChange};

use crate::plan::{PlanSchema, PlannedCheck, RollbackTrigger, StepKind};

/// What a saved plan is checked by. Its texts may have been changed by anybody: no SQL in it is ever sent.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedPlan {
    /// The request in the tool's words.
    pub request: String,
    /// Whose rules hold.
    pub engine: EngineName,
    /// The fingerprint of its schema, as saved.
    pub fingerprint: String,
    /// The schema it was made for.
    pub schema: PlanSchema,
    /// All steps in order.
    pub steps: Vec<SavedStep>,
    /// When to go back.
    pub triggers: Vec<RollbackTrigger>,
}

/// A step of a saved plan.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedStep {
    /// `expand-1`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// Who acts.
    pub kind: StepKind,
    /// Must hold before.
    pub before: Vec<PlannedCheck>,
    /// What each statement changes in the schema.
    pub up: Vec<OutlineChange>,
    /// What each statement of the way back changes.
    pub down: Vec<OutlineChange>,
    /// Must hold after.
    pub after: Vec<PlannedCheck>,
}

impl SavedStep {
    /// The checks of one moment.
    pub fn checks(&self, when: Moment) -> &[PlannedCheck] {
        match when {
            Moment::Before => &self.before,
            Moment::After => &self.after,
        }
    }
}

/// Before a step or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before its first statement.
    Before,
    /// After its last.
    After,
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Moment::Before => "before",
            Moment::After => "after",
        })
    }
}

/// Where in a plan a database stands, by its schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// So many steps are done. Steps that leave no trace in the schema (a backfill, a deploy) make it a range.
    Between(RangeInclusive<usize>),
    /// In the middle of a step.
    Within {
        /// The step's number from 0.
        step: usize,
        /// Statements done.
        done: usize,
        /// Statements there are.
        of: usize,
        /// On the way back.
        going_back: bool,
    },
    /// The schema is none of those the plan leads through: somebody else has changed it.
    Changed {
        /// Steps done in the state it is most like.
        nearest: usize,
        /// What is different from that state, a sentence each.
        differences: Vec<String>,
    },
}

impl Standing {
    /// The fewest steps that can be done.
    pub fn done(&self) -> usize {
        match self {
            Standing::Between(done) => *done.start(),
            Standing::Within { step, .. } => *step,
            Standing::Changed { nearest, .. } => *nearest,
        }
    }
}

/// Some checks of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The step's number from 0.
    pub step: usize,
    /// Which of its checks.
    pub when: Moment,
    /// They must hold. Else they only tell whether a step is done that leaves no trace in the schema, or what is still
    /// missing for a later one.
    pub must_hold: bool,
}

impl SavedPlan {
    /// The outline after so many steps.
    pub fn after(&self, steps: usize) -> Outline {
        let changes = self.steps.iter().take(steps).flat_map(|s| &s.up);
        changes.fold(self.schema.before.clone(), |outline, change| outline.changed(change))
    }

    /// Where the database stands.
    pub fn standing(&self, catalog: &Catalog) -> Standing {
        let live = catalog.outline(&self.schema.of);
        let states: Vec<Outline> = (0..=self.steps.len()).map(|n| self.after(n)).collect();
        let fits: Vec<usize> = (0..states.len()).filter(|n| states[*n].fits(&live)).collect();
        if let (Some(first), Some(last)) = (fits.first(), fits.last()) {
            return Standing::Between(*first..=*last);
        }
        for (number, step) in self.steps.iter().enumerate() {
            for (changes, from, going_back) in
                [(&step.up, &states[number], false), (&step.down, &states[number + 1], true)]
            {
                let mut outline = from.clone();
                for (done, change) in changes.iter().enumerate() {
                    outline = outline.changed(change);
                    if outline.fits(&live) {
                        return Standing::Within {
                            step: number,
                            done: done + 1,
                            of: changes.len(),
                            going_back,
                        };
                    }
                }
            }
        }
        let distance = |n: &usize| {
            let (state, live) = states[*n].known_to_both(&live);
            state.change_to(&live).len()
        };
        let nearest = (0..states.len()).min_by_key(distance).unwrap_or_default();
        let (state, live) = states[nearest].known_to_both(&live);
        Standing::Changed { nearest, differences: state.differences(&live) }
    }

    /// What must be looked at: the checks of one step if one is asked for, else those that are due where the database
    /// stands.
    pub fn due(&self, standing: &Standing, step: Option<usize>, when: Option<Moment>) -> Vec<Due> {
        let (low, high) = match standing {
            Standing::Between(done) => (*done.start(), *done.end()),
            // Nothing holds for sure in the middle of a step.
            Standing::Within { .. } if step.is_none() => return Vec::new(),
            _ => (standing.done(), standing.done()),
        };
        let wanted = |moment: Moment| when.is_none_or(|w| w == moment);
        let mut due = Vec::new();
        let mut add = |step: usize, when: Moment, must_hold: bool| {
            let has_any = self.steps.get(step).is_some_and(|s| !s.checks(when).is_empty());
            if wanted(when) && has_any {
                due.push(Due { step, when, must_hold });
            }
        };
        if let Some(step) = step {
            // With no word about the moment, the schema decides; where it cannot, the later one only tells.
            let asked = when.is_some();
            if asked || step >= low {
                add(step, Moment::Before, true);
            }
            if asked || step < high {
                add(step, Moment::After, asked || step < low);
            }
            return due;
        }
        if let Some(last) = low.checked_sub(1) {
            add(last, Moment::After, true);
        }
        add(low, Moment::Before, true);
        for unseen in low..high {
            add(unseen, Moment::After, false);
            add(unseen + 1, Moment::Before, false);
        }
        due
    }

    /// The reasons to go back that can be judged now: one about an object the plan has not made yet, or has taken away
    /// again, is left out.
    pub fn watched(&self, standing: &Standing, catalog: &Catalog) -> Vec<&RollbackTrigger> {
        let expected = match standing {
            Standing::Changed { nearest, .. } => self.after(*nearest),
            _ => catalog.outline(&self.schema.of),
        };
        let is_there = |check: &Check| match check {
            Check::TriggerEnabled { table, trigger } => {
                let parts = expected.0.get(&table.to_string());
                parts.is_some_and(|p| p.contains_key(&format!("trigger {trigger}")))
            }
            _ => true,
        };
        self.triggers.iter().filter(|t| is_there(&t.check.check)).collect()
    }

    /// Whether the text of every check that is due, and of every reason to go back, is what the engine prints for what it
    /// asks, on this schema; else which is not. Of others the text may be another here: it depends on the schema the check
    /// is for, on the types of columns.
    ///
    /// # Errors
    /// Where the first text is that differs.
    pub fn is_as_printed(&self, engine: &dyn Engine, catalog: &Catalog, due: &[Due]) -> Result<(), String> {
        let differs = |c: &&PlannedCheck| engine.print_check(catalog, &c.check) != c.sql;
        for Due { step, when, .. } in due {
            let Some(step) = self.steps.get(*step) else { continue };
            if let Some(check) = step.checks(*when).iter().find(differs) {
                return Err(format!("{when} {}: {}", step.id, check.check));
            }
        }
        match self.triggers.iter().map(|t| &t.check).find(differs) {
            Some(check) => Err(format!("among the reasons to go back: {}", check.check)),
            None => Ok(()),
        }
    }
}

/// What a database says to a saved plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Verification {
    /// The request in the tool's words.
    pub request: String,
    /// The database, without credentials.
    pub database: String,
    /// The server is a standby.
    pub standby: bool,
    /// Where the database stands.
    pub standing: Standing,
    /// In words, with the ids of steps.
    pub stands: String,
    /// Checks of steps, in the plan's order. Empty if the schema is another one.
    pub steps: Vec<VerifiedStep>,
    /// Reasons to go back.
    pub triggers: Vec<VerifiedTrigger>,
}

/// Some checks of a step, answered.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedStep {
    /// `expand-1`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// Before it or after it.
    pub when: Moment,
    /// See [`Due::must_hold`].
    pub must_hold: bool,
    /// Its checks.
    pub checks: Vec<VerifiedCheck>,
}

/// A check and its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedCheck {
    /// What is asked.
    pub check: Check,
    /// The query that asks it, as this tool prints it.
    pub sql: String,
    /// What the database said.
    pub answer: Answer,
}

/// A reason to go back and whether it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedTrigger {
    /// What has happened then, in words.
    pub when: String,
    /// The limit, in words.
    pub threshold: String,
    /// The check that no longer holds then.
    pub check: VerifiedCheck,
}

/// What comes of it all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All that must hold does.
    Holds,
    /// Something could not be answered, nothing is known not to hold.
    Unknown,
    /// Something that must hold does not, the schema is another one, or a reason to go back has come.
    Fails,
}

impl Verification {
    /// What comes of it all.
    pub fn outcome(&self) -> Outcome {
        let must = self.steps.iter().filter(|s| s.must_hold).flat_map(|s| &s.checks);
        let all = || must.clone().chain(self.triggers.iter().map(|t| &t.check)).map(|c| &c.answer);
        if matches!(self.standing, Standing::Changed { .. }) || all().any(Answer::fails) {
            Outcome::Fails
        } else if all().any(|a| matches!(a, Answer::Unknown { .. })) {
            Outcome::Unknown
        } else {
            Outcome::Holds
        }
    }

    /// Reasons to go back that have come.
    pub fn fired(&self) -> impl Iterator<Item = &VerifiedTrigger> {
        self.triggers.iter().filter(|t| t.check.answer.fails())
    }
}

/// Where the database stands, in words.
pub fn in_words(plan: &SavedPlan, standing: &Standing) -> String {
    let id = |n: usize| plan.steps.get(n).map_or("the end", |s| s.id.as_str());
    let after = |n: usize| match n.checked_sub(1).map(id) {
        None => "before the first step".to_owned(),
        Some(_) if n == plan.steps.len() => "after the last step".to_owned(),
        Some(last) => format!("after {last}, before {}", id(n)),
    };
    match standing {
        Standing::Between(done) if done.start() == done.end() => after(*done.start()),
        Standing::Between(done) => {
            let (first, last) = (*done.start(), done.end() - 1);
            let unseen = if first == last {
                format!("{} leaves", id(first))
            } else {
                format!("{} to {} leave", id(first), id(last))
            };
            let place = match first.checked_sub(1).map(id) {
                None => "at the beginning".to_owned(),
                Some(last) => format!("after {last}"),
            };
            format!("{place}; {unseen} no trace in the schema, so that it does not tell what is done of that")
        }
        Standing::Within { step, done, of, going_back } => {
            let way = if *going_back { "the way back from" } else { "the middle of" };
            format!("in {way} {}: {done} of {of} statements are done", id(*step))
        }
        Standing::Changed { nearest, .. } => {
            format!(
                "nowhere in the plan: the schema was changed by somebody else. It is most like {}",
                after(*nearest)
            )
        }
    }
}
