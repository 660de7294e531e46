//! Columns of a table move into a new one with the same key, while old and new code both run.
//!
//! The new table comes beside, triggers on both keep the columns in step whichever of the two is written, rows from
//! before are copied in batches, new code is released, and when no old code is left the columns go from the old table.
//! The way back from there makes them again of the new table's.

use altimeter_catalog::{Change, Check, Column, MoveColumns, Way};

use super::drop_column::{made_dispensable, restored};
use super::reshape_columns::constraints_again;
use crate::across::{Halves, in_both};
use crate::apart::Apart;
use crate::draft::{Draft, DraftStep};
use crate::partitioning::{drop_beside, truncated};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext};

pub(crate) struct SplitTable;

impl Recipe for SplitTable {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::MoveColumns(wanted) = change else { return None };
        (wanted.way == Way::Apart).then(|| draft(context, wanted))
    }
}

fn draft(context: &RecipeContext<'_>, wanted: &MoveColumns) -> Result<Draft, PlanError> {
    let apart = Apart::new(context, wanted)?;
    let mut draft = Draft::default();
    draft.steps.push(made(&apart)?);
    // New code writes none of the columns where they were.
    let mut left: Vec<Column> = apart.columns.iter().map(|c| (*c).clone()).collect();
    for column in left.iter_mut().filter(|c| c.not_null && c.default.is_none()) {
        draft.steps.push(made_dispensable(context, apart.table, column));
    }
    let halves = Halves {
        context,
        parent: apart.table,
        child: apart.into.clone(),
        key: wanted.key.clone(),
        columns: left.iter().map(in_both).collect(),
        always: apart.required().next().is_none(),
        void_goes: false,
    };
    draft.steps.push(in_step(&halves));
    draft.steps.push(copied(&halves));
    draft.steps.push(DraftStep::statistics(
        PhaseKind::Migrate,
        &halves.child,
        "the planner must know the new table before new code asks it",
        (&halves.child, Vec::new()),
    ));
    draft.steps.push(deploy(&apart, &halves, &left));
    let old = halves.names().join(", ");
    draft.steps.push(DraftStep::old_code_gone(format!("{old} of {}", apart.table.name)));
    draft.steps.push(finish(&apart, &halves, &left)?);
    draft.triggers = halves.watched();
    draft.cautions = cautions(&apart, &halves);
    Ok(draft)
}

fn made(apart: &Apart<'_>) -> Result<DraftStep, PlanError> {
    let why = "empty, with the key of the old table, which it references and whose rows it follows, and with what is about \
               these columns alone: types, defaults, NOT NULL, checks, unique constraints, indexes, comments, privileges";
    let mut step = DraftStep::sql(PhaseKind::Expand, format!("make {}", apart.into), why);
    step.before.push(Check::NameFree { name: apart.into.clone() });
    step.up = apart.make()?;
    step.down.push(drop_beside(apart.into));
    step.after.push(Check::NameTaken { name: apart.into.clone() });
    Ok(step)
}

fn in_step(halves: &Halves<'_>) -> DraftStep {
    let mut step = halves.kept_in_step();
    // Nothing keeps its rows in step any more.
    step.down.push(truncated(&halves.child));
    step
}

fn copied(halves: &Halves<'_>) -> DraftStep {
    let why = "rows written before the triggers are not in the new table yet; a batch leaves out rows that others have locked \
               and comes back to them";
    let mut step =
        DraftStep::sweep(format!("copy rows into {}, in batches", halves.child), why, halves.copy(true));
    step.before = halves.enabled();
    step.after.push(halves.same());
    step
}

fn deploy(apart: &Apart<'_>, halves: &Halves<'_>, left: &[Column]) -> DraftStep {
    let (parent, child) = (&apart.table.name, &halves.child);
    let names = halves.names().join(", ");
    let key: Vec<&str> = halves.key.iter().map(|(_, c)| c.as_str()).collect();
    let key = key.join(", ");
    let rows = if halves.always {
        format!(
            "A row inserted into {parent} has its row in {child} at once, and one inserted into {child} right behind it takes \
             its place until the last step: make that one transaction, or INSERT … ON CONFLICT ({key}) DO UPDATE"
        )
    } else {
        format!("A row inserted into {parent} has none in {child} until one is inserted there")
    };
    let mut step = DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: use {child}"),
        "whichever table is written, the other follows: old and new instances run side by side",
        format!(
            "read and write {names} in {child}, whose {key} is the key of {parent}, and no longer in {parent}; roll out \
             instance by instance. {rows}"
        ),
    );
    let nullable: Vec<&str> = apart
        .columns
        .iter()
        .zip(left)
        .filter(|(was, is)| was.not_null && !is.not_null)
        .map(|(c, _)| c.name.as_str())
        .collect();
    if !nullable.is_empty() {
        step.lost_on_return = Some(format!(
            "NOT NULL of {} in {parent}, until rows that new code inserted there and not into {child} are given values: only \
             you know which",
            nullable.join(", ")
        ));
    }
    step
}

fn finish(apart: &Apart<'_>, halves: &Halves<'_>, left: &[Column]) -> Result<DraftStep, PlanError> {
    let (context, table) = (apart.context, apart.table);
    let names = halves.names().join(", ");
    let why =
        "the server only notes that they are gone: nothing is rewritten, their space is reused row by row";
    let mut step = DraftStep::sql(PhaseKind::Contract, format!("drop {names} from {}", table.name), why);
    step.before = halves.enabled();
    step.before.push(halves.given());
    let mut together = halves.drop_triggers(false);
    together.extend(apart.drop_columns());
    step.up.push(Change::Together(together));
    step.up.extend(halves.drop_functions(false));
    let missing = |c: &Column| Check::ColumnMissing { table: table.name.clone(), column: c.name.clone() };
    step.after = left.iter().map(missing).collect();
    // What demands something of all rows waits until they have their values.
    let (mut first, mut behind) = (Vec::new(), Vec::new());
    for column in left {
        for change in restored(context, table, column)?.0 {
            let made_before = |c: &Change| behind.contains(c);
            match change {
                Change::CreateIndex { .. }
                | Change::AddConstraint { .. }
                | Change::ValidateConstraint { .. } => {
                    if !made_before(&change) {
                        behind.push(change);
                    }
                }
                change => first.push(change),
            }
        }
    }
    let (constraints, by_hand) = constraints_again(table, &apart.columns);
    step.down = first;
    step.down.extend(halves.create_functions());
    step.down.extend(halves.create_triggers());
    step.down.push(Change::Sweep(halves.give()));
    step.down.extend(behind);
    step.down.extend(constraints);
    let by_hand = if by_hand.is_empty() { String::new() } else { format!(", and {}", by_hand.join(", ")) };
    step.lost_on_return = Some(format!(
        "the place of {names} among the columns of {}{by_hand}: the way back makes them of {}, at the table's end",
        table.name, halves.child
    ));
    Ok(step)
}

fn cautions(apart: &Apart<'_>, halves: &Halves<'_>) -> Vec<String> {
    let (parent, child) = (&apart.table.name, &halves.child);
    let mut cautions = halves.cautions();
    cautions.push(format!(
        "{child} references {parent}: a TRUNCATE of {parent} needs CASCADE from the first step on, or names both"
    ));
    let lost = apart.lost_indexes();
    if !lost.is_empty() {
        cautions.push(format!(
            "{} is over columns that move and columns that stay, and goes with the last step: no index can be over two tables",
            lost.join(", ")
        ));
    }
    if let Some(column) = halves.columns.iter().find(|_| !halves.always) {
        cautions.push(format!(
            "old code that inserts a row in which all of {} hold nothing (as {} = {}) makes no row in {child}",
            halves.names().join(", "),
            column.name,
            column.void.as_deref().unwrap_or("NULL")
        ));
    }
    cautions
}
