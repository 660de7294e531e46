//! A constraint that holds for new rows only is proved for old ones.

use altimeter_catalog::{Change, Check, ConstraintKind, Name};

use crate::constraint::satisfied;
use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, refuse};

pub(crate) struct ValidateConstraint;

impl Recipe for ValidateConstraint {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::ValidateConstraint { table, name } = change else { return None };
        Some(draft(context, change, table, name))
    }
}

fn draft(context: &RecipeContext<'_>, change: &Change, name: &Name, own: &str) -> Result<Draft, PlanError> {
    let table = context.table(name)?;
    let Some(constraint) = table.constraints.iter().find(|c| c.name == own) else {
        return Err(refuse(format!("{name} has no constraint {own}"), ""));
    };
    if constraint.validated {
        return Err(refuse(format!("{own} of {name} is validated already"), "there is nothing to do"));
    }
    if constraint.inherited {
        return Err(refuse(
            format!("{own} of {name} comes from above: the way back could not make it NOT VALID here alone"),
            "validate it on the topmost parent",
        ));
    }
    let after = context.after(change)?;
    let definition = context.definition_of(table, constraint);
    let why = "old rows are read while everybody reads and writes";
    let mut step = DraftStep::sql(PhaseKind::Contract, format!("{own} for old rows"), why);
    step.before.push(Check::ConstraintExists { table: name.clone(), constraint: own.to_owned() });
    step.before.extend(satisfied(name, &definition));
    step.up.push(change.clone());
    let back = context.on(&after);
    // What is validated now is made again as it was; of a NOT NULL only the constraint, which is one since version 18.
    let stages = back.stages(after.table(name).unwrap_or(table), &definition)?;
    step.down = stages.back_to_first();
    step.after.push(Check::ConstraintValid { table: name.clone(), constraint: own.to_owned() });
    if let (ConstraintKind::NotNull, Some(column)) = (constraint.kind, constraint.columns.first()) {
        step.after.push(Check::ColumnNotNull { table: name.clone(), column: column.clone() });
    }
    let mut draft = Draft::default();
    draft.steps.push(step);
    Ok(draft)
}
