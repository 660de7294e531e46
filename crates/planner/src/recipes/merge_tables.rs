//! A table with the key of another is merged into that one, while old and new code both run.
//!
//! The parent gets the columns, triggers on both keep them in step whichever of the two is written, rows from before are
//! filled in batches, new code is released, and when no old code is left the child goes. The way back from there makes it
//! again of the parent's columns.

use altimeter_catalog::{Change, Check};

use crate::across::{Halves, in_both};
use crate::draft::{Draft, DraftStep};
use crate::joined::{Joined, is_merge};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext};

pub(crate) struct MergeTables;

impl Recipe for MergeTables {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let wanted = is_merge(change)?;
        Some(Joined::new(context, wanted).and_then(|joined| draft(&joined)))
    }
}

fn draft(joined: &Joined<'_>) -> Result<Draft, PlanError> {
    let halves = Halves {
        context: joined.context,
        parent: joined.parent,
        child: joined.child.name.clone(),
        key: joined.key(),
        columns: joined.parents_columns().iter().map(in_both).collect(),
        always: false,
        void_goes: !joined.required().is_empty(),
    };
    let mut draft = Draft::default();
    draft.steps.push(added(joined, &halves));
    draft.steps.extend((!joined.follows()).then(|| following(joined)));
    draft.steps.push(halves.kept_in_step());
    draft.steps.push(filled(&halves));
    draft.steps.extend(demanded(joined));
    let names = halves.names();
    draft.steps.push(DraftStep::statistics(
        PhaseKind::Migrate,
        names.join(", "),
        "the planner must know the new columns before new code asks by them",
        (&joined.parent.name, names),
    ));
    draft.steps.push(deploy(joined, &halves));
    draft.steps.push(DraftStep::old_code_gone(&halves.child));
    draft.steps.push(finish(joined, &halves)?);
    draft.triggers = halves.watched();
    draft.cautions = cautions(joined, &halves);
    Ok(draft)
}

fn added(joined: &Joined<'_>, halves: &Halves<'_>) -> DraftStep {
    let name = &joined.parent.name;
    let why = "the server only notes them, with a constant for all rows where there is a default";
    let mut step =
        DraftStep::sql(PhaseKind::Expand, format!("add {} to {name}", halves.names().join(", ")), why);
    for column in halves.names() {
        let (table, if_exists, cascade) = (name.clone(), true, false);
        step.before.push(Check::ColumnMissing { table: name.clone(), column: column.clone() });
        step.after.push(Check::ColumnExists { table: name.clone(), column: column.clone() });
        step.down.push(Change::DropColumn { table, column, if_exists, cascade });
    }
    step.up = joined.add_columns();
    step
}

fn following(joined: &Joined<'_>) -> DraftStep {
    let (parent, child) = (&joined.parent.name, &joined.child.name);
    let why = format!(
        "new code deletes a row of {parent} and knows nothing of {child}: {} lets it, once it is ON DELETE CASCADE",
        joined.reference.name
    );
    let mut step =
        DraftStep::sql(PhaseKind::Expand, format!("let rows of {child} go with their parent"), why);
    step.up = joined.referencing(true);
    step.down = joined.referencing(false);
    let (table, constraint) = (child.clone(), joined.reference.name.clone());
    step.after.push(Check::ConstraintValid { table, constraint });
    step
}

fn filled(halves: &Halves<'_>) -> DraftStep {
    let why = format!(
        "rows written before the triggers hold the values only in {}; a batch leaves out rows that others have locked and \
         comes back to them",
        halves.child
    );
    let names = halves.names().join(", ");
    let mut step =
        DraftStep::sweep(format!("fill {names} of {}, in batches", halves.parent.name), why, halves.give());
    step.before = halves.enabled();
    step.after.push(halves.given());
    step
}

/// What the child demands of the columns, demanded of the parent's.
fn demanded(joined: &Joined<'_>) -> Option<DraftStep> {
    let up = joined.demand(true);
    if up.is_empty() {
        return None;
    }
    let why = format!(
        "what {} has for these columns; built and checked while everybody works on",
        joined.child.name
    );
    let title = format!("indexes and constraints of {}", joined.child.name);
    let mut step = DraftStep::sql(PhaseKind::Migrate, title, why);
    for change in &up {
        if let Change::CreateIndex { index, .. } = change {
            step.after.push(Check::IndexValid { index: joined.parent.name.sibling(index.name.clone()) });
        }
        if let Change::ValidateConstraint { table, name } = change {
            let (table, constraint) = (table.clone(), name.clone());
            step.after.push(Check::ConstraintValid { table, constraint });
        }
    }
    step.up = up;
    step.down = joined.demand_no_more();
    Some(step)
}

fn deploy(joined: &Joined<'_>, halves: &Halves<'_>) -> DraftStep {
    let (parent, child) = (&joined.parent.name, &joined.child.name);
    let names = halves.names().join(", ");
    let required = joined.required();
    let together = if required.is_empty() {
        String::new()
    } else {
        format!(
            ". {child} demands a value for {}: until the last step, write all of them together, or none of {names}",
            required.join(", ")
        )
    };
    DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: use {names} of {parent}"),
        "whichever table is written, the other follows: old and new instances run side by side",
        format!(
            "read and write {names} in {parent} instead of {child}; roll out instance by instance{together}"
        ),
    )
}

fn finish(joined: &Joined<'_>, halves: &Halves<'_>) -> Result<DraftStep, PlanError> {
    let child = &joined.child.name;
    let why = "its values are in the other table; the files go when the transaction commits: nothing is read or written anew";
    let mut step = DraftStep::sql(PhaseKind::Contract, format!("drop {child}"), why);
    step.before = halves.enabled();
    step.before.push(halves.given());
    let mut together = halves.drop_triggers_of(&joined.parent.name, false);
    together.push(joined.drop_child());
    step.up.push(Change::Together(together));
    step.up.extend(halves.drop_functions(false));
    step.after.push(Check::NameFree { name: child.clone() });
    step.down = joined.make_child()?;
    step.down.extend(halves.create_functions());
    step.down.extend(halves.create_triggers());
    step.down.push(Change::Sweep(halves.copy(false)));
    step.lost_on_return = Some(format!(
        "rows of {child} in which nothing but NULL or defaults stood: the way back makes {child} again, with a row for each \
         of {} that holds something in {}",
        joined.parent.name,
        halves.names().join(", ")
    ));
    Ok(step)
}

fn cautions(joined: &Joined<'_>, halves: &Halves<'_>) -> Vec<String> {
    let (parent, child) = (&joined.parent.name, &joined.child.name);
    let mut cautions = halves.cautions();
    let required = joined.required();
    if !required.is_empty() {
        cautions.push(format!(
            "{} may be NULL in {parent}, for rows that {child} has none for: ask for NOT NULL afterwards where they shall not",
            required.join(", ")
        ));
    }
    let defaults: Vec<String> =
        joined.columns.iter().filter_map(|c| Some(format!("{} {}", c.name, c.default.as_ref()?))).collect();
    if !defaults.is_empty() {
        cautions.push(format!(
            "rows of {parent} that {child} has none for get the defaults: {}",
            defaults.join(", ")
        ));
    }
    let lost = joined.lost_indexes();
    if !lost.is_empty() {
        cautions
            .push(format!("{} is over the key and other columns, and goes with {child}", lost.join(", ")));
    }
    let triggers: Vec<&str> = joined.child.triggers.iter().map(|t| t.name.as_str()).collect();
    let policies: Vec<&str> = joined.child.policies.iter().map(|p| p.name.as_str()).collect();
    for (kind, names) in [("triggers", triggers), ("policies", policies)] {
        if !names.is_empty() {
            cautions.push(format!(
                "{child} has {kind} ({}), which go with it: nothing of the kind holds for {parent}",
                names.join(", ")
            ));
        }
    }
    if !joined.follows() {
        cautions.push(format!(
            "from the second step on a row of {parent} can be deleted that has one in {child}: {} would have refused that \
             before",
            joined.reference.name
        ));
    }
    cautions
}
