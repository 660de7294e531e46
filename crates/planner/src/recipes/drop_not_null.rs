//! A column may be NULL again: at once, before any code writes NULL.

use altimeter_catalog::{Backfill, BackfillValue, Change, Check, Constraint, ConstraintKind, Name};

use crate::constraint::has_column;
use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, batch_of, refuse};

pub(crate) struct DropNotNull;

impl Recipe for DropNotNull {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        match change {
            Change::DropNotNull { table, column } => Some(draft(context, change, table, column)),
            Change::DropConstraint { table, name, .. } => {
                let found = context.catalog.table(table)?.constraints.iter().find(|c| &c.name == name)?;
                let column = found.columns.first().filter(|_| found.kind == ConstraintKind::NotNull)?;
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
    let own = |c: &&Constraint| c.kind == ConstraintKind::NotNull && has_column(c, column);
    let named = table.constraints.iter().find(own);
    if !found.not_null && named.is_none() {
        return Err(refuse(format!("{name}.{column} may be NULL already"), "there is nothing to do"));
    }
    let after = context.after(change)?;
    let mut draft = Draft::default();
    let why = "the server only notes it; nobody has to write NULL yet";
    let mut step = DraftStep::sql(PhaseKind::Expand, format!("let {column} be NULL"), why);
    if found.not_null {
        step.before.push(Check::ColumnNotNull { table: name.clone(), column: column.to_owned() });
    }
    step.up.push(change.clone());
    step.after.push(Check::ColumnNullable { table: name.clone(), column: column.to_owned() });
    // On the way back NULLs written meanwhile get the default, where there is one value of it.
    let default = found.default.clone().filter(|_| !context.own_value_a_row(found));
    let fill = default.zip(table.walking_key()).map(|(default, key)| {
        let (batch_rows, pause_ms) = batch_of(table);
        let value = BackfillValue::Expression(default);
        Backfill { table: name.clone(), column: column.to_owned(), value, key, batch_rows, pause_ms }
    });
    let filled = fill.is_some();
    step.down.extend(fill.map(Change::Backfill));
    let back = context.on(&after);
    let emptied = after.table(name).unwrap_or(table);
    let mut stages = back.not_null_stages(emptied, column, named.map(|c| c.name.as_str()));
    if named.is_some_and(|c| !c.validated) {
        stages.proved.clear();
    }
    step.down.extend(stages.all());
    draft.steps.push(step);
    let mut deploy = DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: {column} may be missing"),
        "code that writes NULL must not run before; code that reads it must cope with NULL from now on",
        format!("from here on {column} of {name} may be left NULL; whoever reads it must cope with that"),
    );
    deploy.lost_on_return = Some(if filled {
        format!("which rows new code left without {column}: they get its default on the way back")
    } else {
        format!(
            "NOT NULL of {column}, until rows that new code wrote without it are given values: only you know which"
        )
    });
    draft.steps.push(deploy);
    let mentions = |f: &&altimeter_catalog::Function| {
        f.mentions.iter().any(|m| m == column) && f.mentions.contains(&name.name)
    };
    for function in context.catalog.functions.iter().filter(mentions) {
        draft.cautions.push(format!(
            "the body of {} speaks of {column} and {}: see that it copes with NULL",
            function.name, name.name
        ));
    }
    Ok(draft)
}
