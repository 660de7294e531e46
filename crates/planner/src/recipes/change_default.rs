//! A default comes, changes or goes: the server only notes it, for rows to come.

use altimeter_catalog::{Catalog, Change, Check, Column, Name};

use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, refuse};

pub(crate) struct ChangeDefault;

impl Recipe for ChangeDefault {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        match change {
            Change::SetDefault { table, column, .. } | Change::DropDefault { table, column } => {
                Some(draft(context, change, table, column))
            }
            _ => None,
        }
    }
}

fn draft(
    context: &RecipeContext<'_>,
    change: &Change,
    name: &Name,
    column: &str,
) -> Result<Draft, PlanError> {
    let table = context.table(name)?;
    let found = context.column(table, column)?;
    if found.generated.is_some() || found.identity.is_some() {
        return Err(refuse(
            format!("{name}.{column} is a generated or identity column: it has no default of its own"),
            "drop the expression or the identity first",
        ));
    }
    let (here, no_default) = (
        Check::ColumnHasDefault { table: name.clone(), column: column.to_owned() },
        Check::ColumnHasNoDefault { table: name.clone(), column: column.to_owned() },
    );
    let before = if found.default.is_some() { here.clone() } else { no_default.clone() };
    let mut draft = Draft::default();
    let mut step = match change {
        Change::SetDefault { expression, .. } => {
            let why = "the server only notes it, for rows to come; old rows stay as they are";
            let mut step =
                DraftStep::sql(PhaseKind::Expand, format!("default of {column}: {expression}"), why);
            step.after.push(here);
            step
        }
        _ => {
            if found.default.is_none() {
                return Err(refuse(format!("{name}.{column} has no default"), "there is nothing to do"));
            }
            draft.steps.push(forget(name, found));
            let why = "the server only notes it, for rows to come; old rows stay as they are";
            let mut step = DraftStep::sql(PhaseKind::Contract, format!("no default of {column}"), why);
            step.after.push(no_default);
            step
        }
    };
    step.before.push(before);
    step.up.push(change.clone());
    step.down = restored(context, change, name, found)?;
    draft.steps.push(step);
    if let (Change::SetDefault { expression, .. }, former) = (change, &found.default) {
        draft.steps.push(DraftStep::deploy(
            PhaseKind::Migrate,
            format!("deploy: leave {column} out"),
            "code that counts on the default must not run before it is there",
            format!("may leave {column} out of an INSERT into {name} and get {expression}"),
        ));
        draft.cautions.extend(former.as_ref().filter(|f| *f != expression).map(|former| {
            format!(
                "code that leaves {column} out and counts on {former} gets {expression} from the first step on: have it \
                 write {column} before"
            )
        }));
    }
    Ok(draft)
}

/// Code that left the column out writes it now.
fn forget(name: &Name, column: &Column) -> DraftStep {
    let (column_name, default) = (&column.name, column.default.as_deref().unwrap_or_default());
    let else_what = if column.not_null { "is refused" } else { "gets NULL" };
    DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: always write {column_name}"),
        format!(
            "without the default an INSERT that leaves {column_name} out {else_what}: go on when none is left"
        ),
        format!("write {column_name} in every INSERT into {name}; until now {default} stood in for it"),
    )
}

/// The default as it was, also where tables below have had another than this one.
fn restored(
    context: &RecipeContext<'_>,
    change: &Change,
    name: &Name,
    column: &Column,
) -> Result<Vec<Change>, PlanError> {
    let mut schema = context.after(change)?;
    let mut back = vec![as_it_was(name, column)];
    apply(&mut schema, &back[0])?;
    for heir in context.catalog.descendants_of(name) {
        let (Some(was), Some(is)) =
            (heir.column(&column.name), schema.table(&heir.name).and_then(|t| t.column(&column.name)))
        else {
            continue;
        };
        if was.default != is.default {
            let own = as_it_was(&heir.name, was);
            apply(&mut schema, &own)?;
            back.push(own);
        }
    }
    Ok(back)
}

fn as_it_was(table: &Name, column: &Column) -> Change {
    let (table, name) = (table.clone(), column.name.clone());
    match &column.default {
        Some(expression) => Change::SetDefault { table, column: name, expression: expression.clone() },
        None => Change::DropDefault { table, column: name },
    }
}

fn apply(schema: &mut Catalog, change: &Change) -> Result<(), PlanError> {
    schema.apply(change).map_err(|e| PlanError::Unproved { reason: e.to_string() })
}
