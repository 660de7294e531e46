//! A constraint gets another name, and the index behind it with it.

use altimeter_catalog::{Change, Check, Name, TableAction};

use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, refuse};

pub(crate) struct RenameConstraint;

impl Recipe for RenameConstraint {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::AlterWhole { table, action: TableAction::RenameConstraint { from, to } } = change else {
            return None;
        };
        Some(draft(context, change, table, from, to))
    }
}

fn draft(
    context: &RecipeContext<'_>,
    change: &Change,
    name: &Name,
    from: &str,
    to: &str,
) -> Result<Draft, PlanError> {
    let table = context.table(name)?;
    let Some(constraint) = table.constraints.iter().find(|c| c.name == from) else {
        return Err(refuse(format!("{name} has no constraint {from}"), ""));
    };
    context.after(change)?;
    let mut draft = Draft::default();
    draft.steps.push(DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: do not name {from}"),
        "a statement that names the constraint fails the moment it has another name",
        format!(
            "no ON CONFLICT ON CONSTRAINT {from}, no SET CONSTRAINTS {from}, no code that looks for {from} in an error's \
             text"
        ),
    ));
    let why = "the server only notes the name; the lock is over at once";
    let mut step = DraftStep::sql(PhaseKind::Contract, format!("{from} becomes {to}"), why);
    let on = |constraint: &str| (name.clone(), constraint.to_owned());
    let (table_name, own) = on(from);
    step.before.push(Check::ConstraintExists { table: table_name, constraint: own });
    let (table_name, own) = on(to);
    step.before.push(Check::ConstraintMissing { table: table_name.clone(), constraint: own.clone() });
    if constraint.index.is_some() {
        step.before.push(Check::NameFree { name: name.sibling(to) });
    }
    step.up.push(change.clone());
    step.down.push(Change::AlterWhole {
        table: table_name.clone(),
        action: TableAction::RenameConstraint { from: to.to_owned(), to: from.to_owned() },
    });
    step.after.push(Check::ConstraintExists { table: table_name, constraint: own });
    draft.steps.push(step);
    Ok(draft)
}
