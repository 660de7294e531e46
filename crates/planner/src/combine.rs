//! Several changes in one plan.
//!
//! Where they do not need each other they go through the phases together, so that the application is released once
//! and not once for each; the proof decides whether they do. Else one follows the other.

use altimeter_catalog::{AlterTable, Catalog, Change};

use crate::draft::{Draft, DraftStep};
use crate::plan::{PlanError, StepKind};
use crate::recipe::RecipeContext;
use crate::recipes;

/// The draft of one change: a recipe's, or the plain statement where that harms nobody.
///
/// # Errors
/// If it cannot be planned.
pub(crate) fn draft(context: &RecipeContext<'_>, change: &Change) -> Result<Draft, PlanError> {
    by_recipe(context, change).unwrap_or_else(|| crate::direct::harmless(context, change))
}

fn by_recipe(context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
    // Some need the text, for what no change says: which rows.
    if let Some(draft) = recipes::ALL.iter().find_map(|r| r.draft(context, change)) {
        return Some(draft);
    }
    let Change::Written { changes, .. } = change else { return None };
    let [one] = changes.as_slice() else { return None };
    recipes::ALL.iter().find_map(|r| r.draft(context, one))
}

/// The changes one by one: the actions of one statement apart where there is a recipe for each, so that no two wait
/// for each other under one lock.
pub(crate) fn apart(context: &RecipeContext<'_>, changes: &[Change]) -> Vec<Change> {
    let mut schema = context.catalog.clone();
    let mut out = Vec::new();
    for change in changes {
        let now = context.on(&schema);
        let whole = by_recipe(&now, change).is_some();
        match actions(change).filter(|actions| !whole && each_has_a_recipe(&now, actions)) {
            Some(actions) => out.extend(actions.iter().cloned()),
            None => out.push(change.clone()),
        }
        if schema.apply(change).is_err() {
            return changes.to_vec();
        }
    }
    out
}

fn actions(change: &Change) -> Option<&[Change]> {
    match change {
        Change::Written { changes, .. } => match changes.as_slice() {
            [one] => actions(one),
            _ => None,
        },
        Change::AlterTable(AlterTable { actions, only: false, if_exists: false, .. }) => Some(actions),
        _ => None,
    }
}

fn each_has_a_recipe(context: &RecipeContext<'_>, actions: &[Change]) -> bool {
    let mut schema = context.catalog.clone();
    actions.iter().all(|action| {
        let now = context.on(&schema);
        let has = by_recipe(&now, action).is_some();
        has && schema.apply(action).is_ok()
    })
}

/// One draft after the other, each on the schema the changes before it leave.
///
/// # Errors
/// If one cannot be planned.
pub(crate) fn in_turn(
    context: &RecipeContext<'_>,
    changes: &[Change],
    draft: impl Fn(&RecipeContext<'_>, &Change) -> Result<Draft, PlanError>,
) -> Result<Vec<Draft>, PlanError> {
    let mut schema: Catalog = context.catalog.clone();
    let mut drafts = Vec::new();
    for change in changes {
        drafts.push(draft(&context.on(&schema), change)?);
        schema.apply(change).map_err(|e| crate::recipe::refuse(e.to_string(), "correct the request"))?;
    }
    Ok(drafts)
}

/// Each draft on the schema as it is, as if the others were not asked for; none if one of them needs another.
pub(crate) fn side_by_side(context: &RecipeContext<'_>, changes: &[Change]) -> Option<Vec<Draft>> {
    changes.iter().map(|change| draft(context, change).ok()).collect()
}

/// One after the other.
pub(crate) fn chained(drafts: Vec<Draft>) -> Draft {
    let mut whole = Draft::default();
    for mut draft in drafts {
        whole.steps.append(&mut draft.steps);
        take_the_rest(&mut whole, draft);
    }
    whole
}

/// Phase by phase: the steps up to the first release of each, one release for all, and so on.
pub(crate) fn merged(drafts: Vec<Draft>) -> Draft {
    let mut whole = Draft::default();
    let mut rests: Vec<std::vec::IntoIter<DraftStep>> = Vec::new();
    for mut draft in drafts {
        rests.push(std::mem::take(&mut draft.steps).into_iter());
        take_the_rest(&mut whole, draft);
    }
    loop {
        let mut gates = Vec::new();
        for rest in &mut rests {
            for step in rest.by_ref() {
                if matches!(step.kind, StepKind::Deploy | StepKind::Wait) {
                    gates.push(step);
                    break;
                }
                whole.steps.push(step);
            }
        }
        if gates.is_empty() && rests.iter().all(|r| r.len() == 0) {
            return whole;
        }
        for kind in [StepKind::Deploy, StepKind::Wait] {
            whole.steps.extend(gates.iter().filter(|g| g.kind == kind).cloned().reduce(both));
        }
    }
}

/// Whether drafts made in turn may go through the phases together: what one does behind its release comes before what a later
/// one begins with, unless that begins with a release, too. What the schema does not show, such as rows that the one
/// changes and the other demands something of, is then in order.
pub(crate) fn in_order(drafts: &[Draft]) -> bool {
    let is_gate = |step: &DraftStep| matches!(step.kind, StepKind::Deploy | StepKind::Wait);
    let mut behind_a_release = false;
    drafts.iter().all(|draft| {
        let begins_with_work = draft.steps.first().is_some_and(|s| !is_gate(s));
        let in_order = !(behind_a_release && begins_with_work);
        let gate = draft.steps.iter().position(is_gate);
        behind_a_release |= gate.is_some_and(|at| at + 1 < draft.steps.len());
        in_order
    })
}

/// Two releases, or two waits, as one.
fn both(mut first: DraftStep, second: DraftStep) -> DraftStep {
    let also = second.title.strip_prefix("deploy: ").unwrap_or(&second.title);
    if first.title != second.title {
        first.title = format!("{}; {also}", first.title);
    }
    if first.why != second.why {
        first.why = format!("{}; {}", first.why, second.why);
    }
    first.app_change = match (first.app_change, second.app_change) {
        (Some(a), Some(b)) => Some(format!("{a}; {b}")),
        (a, b) => a.or(b),
    };
    first.lost_on_return = match (first.lost_on_return, second.lost_on_return) {
        (Some(a), Some(b)) => Some(format!("{a}; {b}")),
        (a, b) => a.or(b),
    };
    first.phase = first.phase.max(second.phase);
    first.before.extend(second.before);
    first.after.extend(second.after);
    first
}

fn take_the_rest(whole: &mut Draft, draft: Draft) {
    whole.triggers.extend(draft.triggers);
    whole.alternatives.extend(draft.alternatives);
    whole.road = whole.road.or(draft.road);
    whole.column_order_differs = whole.column_order_differs.take().or(draft.column_order_differs);
    for caution in draft.cautions {
        if !whole.cautions.contains(&caution) {
            whole.cautions.push(caution);
        }
    }
}
