//! A change as one plain statement: for what harms nobody, and for `--zero-downtime false`.

use altimeter_analysis::Judged;
use altimeter_catalog::{Change, ObjectChange, PartitionChange, RelationChange, RelationWord, TypeAction};

use crate::assemble::printed;
use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{RecipeContext, refuse};

/// A statement that holds others up for longer than this, in ms, is no part of a plan without downtime.
const LONGEST_MS: f64 = 1_000.0;

/// The statement as a plan without downtime, if it stops nobody for long.
///
/// # Errors
/// If it does, or if the server would refuse it.
pub(crate) fn harmless(context: &RecipeContext<'_>, change: &Change) -> Result<Draft, PlanError> {
    let judged = judged(context, change)?;
    if let Some(reason) = harm(&judged) {
        return Err(refuse(
            format!("`{}` {reason}, and there is no recipe without downtime for it", one_line(&judged)),
            "--zero-downtime false plans the plain statement, with what it costs",
        ));
    }
    let named = |name: &&altimeter_catalog::Name| {
        context.catalog.table(name).is_some() || context.catalog.view(name).is_some()
    };
    let drops: Vec<String> = judged.effect.drops.iter().filter(named).map(ToString::to_string).collect();
    let mut draft = Draft::default();
    if !drops.is_empty() {
        draft.steps.extend(leave_alone(&drops.join(", ")));
    }
    let phase = if drops.is_empty() { PhaseKind::Expand } else { PhaseKind::Contract };
    draft.steps.push(step(context, change, &judged, phase));
    Ok(draft)
}

/// The plain statement, whatever it costs.
///
/// # Errors
/// If the server would refuse it.
pub(crate) fn whatever_it_costs(context: &RecipeContext<'_>, change: &Change) -> Result<Draft, PlanError> {
    if matches!(change, Change::Partition(PartitionChange::Partition(_))) {
        // It has no plain statements: the recipe says why.
        return crate::combine::draft(context, change);
    }
    let judged = judged(context, change)?;
    Ok(Draft { steps: vec![step(context, change, &judged, PhaseKind::Migrate)], ..Draft::default() })
}

fn judged(context: &RecipeContext<'_>, change: &Change) -> Result<Judged, PlanError> {
    let judged = printed(context.engine, context.catalog, change, None, None)?;
    let effect = &judged.effect;
    match effect.fails.as_ref().or(effect.not_analysed.as_ref()) {
        Some(reason) => Err(refuse(format!("`{}`: {reason}", one_line(&judged)), "correct the statement")),
        None => Ok(judged),
    }
}

/// The statement's text on one line.
pub(crate) fn one_line(judged: &Judged) -> String {
    crate::text::one_line(&judged.statement.sql)
}

/// Why a statement cannot run while users work.
fn harm(judged: &Judged) -> Option<String> {
    let effect = &judged.effect;
    let changes = || judged.statement.changes.iter().flat_map(Change::parts);
    if changes().any(|c| matches!(c, Change::Rows(_))) {
        return Some("changes rows in one transaction".to_owned());
    }
    if let Some(what) = changes().find_map(old_name_gone) {
        return Some(format!("gives {what} another name: code that has the old one fails at once"));
    }
    let blocked = match (effect.blocks.reads, effect.blocks.writes) {
        (false, false) => return None,
        (false, true) => "writes",
        _ => "reads and writes",
    };
    let work = !(effect.rewrites.is_empty() && effect.scans.is_empty() && effect.index_builds.is_empty());
    match &judged.estimate.duration_ms {
        Some(range) if range.high <= LONGEST_MS => None,
        Some(range) => {
            Some(format!("holds up {blocked} for {:.0} s or more", (range.low / 1_000.0).max(1.0)))
        }
        None if work => Some(format!("holds up {blocked} while it works through all rows")),
        None => None,
    }
}

/// What code names, and can no longer name afterwards.
fn old_name_gone(change: &Change) -> Option<&'static str> {
    match change {
        Change::Relation(change) => match change {
            RelationChange::Rename { word: RelationWord::Index, .. } => None,
            RelationChange::Rename { .. } | RelationChange::SetSchema { .. } => Some("a relation"),
            RelationChange::RenameSchema { .. } => Some("a schema"),
            RelationChange::AlterType { action: TypeAction::RenameValue { .. }, .. } => {
                Some("an enum's value")
            }
            RelationChange::AlterType { action: TypeAction::RenameAttribute { .. }, .. } => {
                Some("an attribute")
            }
            RelationChange::AlterType {
                action: TypeAction::Rename(_) | TypeAction::SetSchema(_), ..
            } => Some("a type"),
            _ => None,
        },
        Change::Object(ObjectChange::RenameRoutine { .. }) => Some("a function"),
        _ => None,
    }
}

/// Before something goes, nobody uses it.
fn leave_alone(what: &str) -> [DraftStep; 2] {
    [
        DraftStep::deploy(
            PhaseKind::Contract,
            format!("deploy: leave {what} alone"),
            "what goes must not be used when it goes",
            format!("no statement names {what} any more; roll out instance by instance"),
        ),
        DraftStep::wait(
            "old code gone?",
            format!("the next step fails every statement that still names {what}"),
        ),
    ]
}

fn step(context: &RecipeContext<'_>, change: &Change, judged: &Judged, phase: PhaseKind) -> DraftStep {
    let title = title(change, judged);
    let mut step = DraftStep::sql(phase, title, "the plain statement, as it was asked for");
    let can_be_printed = |c: &Change| !context.engine.print(context.catalog, c).is_empty();
    match context.engine.undo(context.catalog, change) {
        Some(down) if down.iter().all(can_be_printed) => step.down = down,
        _ => {
            step.lost_on_return =
                Some(format!("everything `{}` changed: it has no way back", one_line(judged)))
        }
    }
    step.up.push(change.clone());
    step
}

fn title(change: &Change, judged: &Judged) -> String {
    let words: Vec<&str> = judged.statement.sql.split_whitespace().take(8).collect();
    let dots = if judged.statement.sql.split_whitespace().nth(8).is_some() { " …" } else { "" };
    match change {
        Change::Written { .. } => format!("{}{dots}", words.join(" ")),
        _ => words.join(" "),
    }
}
