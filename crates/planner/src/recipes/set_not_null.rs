//! A column may no longer be NULL: the application writes it first, old rows are filled, then it is demanded of new
//! rows, and last proved for old ones without a lock that stops anybody.

use altimeter_catalog::{Backfill, BackfillValue, Change, Check, Column, ConstraintKind, Name, Table};

use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, batch_of, refuse};

pub(crate) struct SetNotNull;

impl Recipe for SetNotNull {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let (demand, fill) = match change {
            Change::Together(parts) => match parts.as_slice() {
                [Change::Backfill(fill), demand] => (demand, Some(fill)),
                _ => return None,
            },
            one => (one, None),
        };
        let wanted = match demand {
            Change::SetNotNull { table, column } => {
                Wanted { table, column, name: None, stays_not_valid: false, no_inherit: false }
            }
            Change::AddConstraint { table, constraint } if constraint.kind == ConstraintKind::NotNull => {
                Wanted {
                    table,
                    column: constraint.columns.first()?,
                    name: constraint.name.as_deref(),
                    stays_not_valid: constraint.not_valid,
                    no_inherit: constraint.no_inherit,
                }
            }
            _ => return None,
        };
        Some(draft(context, change, &wanted, fill))
    }
}

/// What is asked for.
struct Wanted<'a> {
    table: &'a Name,
    column: &'a String,
    /// The constraint's name, where the request gives one (PostgreSQL 18).
    name: Option<&'a str>,
    /// `NOT VALID`: nothing is asked of old rows.
    stays_not_valid: bool,
    /// `NO INHERIT`.
    no_inherit: bool,
}

fn draft(
    context: &RecipeContext<'_>,
    change: &Change,
    wanted: &Wanted<'_>,
    fill: Option<&Backfill>,
) -> Result<Draft, PlanError> {
    let (name, column) = (wanted.table, wanted.column);
    let table = context.table(name)?;
    let found = context.column(table, column)?;
    if found.not_null {
        return Err(refuse(format!("{name}.{column} is NOT NULL already"), "there is nothing to do"));
    }
    if wanted.no_inherit {
        return Err(refuse(
            "a NOT NULL that tables below do without is not planned yet",
            "leave NO INHERIT out, or run the statement directly",
        ));
    }
    context.after(change)?;
    let mut draft = Draft::default();
    draft.steps.push(deploy(name, found));
    if !wanted.stays_not_valid {
        draft.steps.extend(filled(context, table, found, fill, &mut draft.cautions)?);
    }
    draft.steps.extend(demanded(context, table, &[column], wanted.name, wanted.stays_not_valid, false));
    Ok(draft)
}

fn deploy(name: &Name, column: &Column) -> DraftStep {
    let column_name = &column.name;
    let app = if column.default.is_some() {
        format!(
            "never write NULL into {column_name} of {name}; an INSERT may leave it out, its default stands in"
        )
    } else {
        format!("write {column_name} in every INSERT into {name}, and never NULL")
    };
    DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: always write {column_name}"),
        "later steps refuse every row without it: go on when no old instance, job or script leaves it NULL",
        app,
    )
}

/// The backfill of rows that are NULL: with what the request gives, else with the column's default.
fn filled(
    context: &RecipeContext<'_>,
    table: &Table,
    column: &Column,
    fill: Option<&Backfill>,
    cautions: &mut Vec<String>,
) -> Result<Option<DraftStep>, PlanError> {
    let no_nulls_seen = column.statistics.as_ref().is_some_and(|s| s.null_fraction == 0.0);
    let given = fill.map(|f| f.value.clone());
    let default = column.default.clone().filter(|d| !d.eq_ignore_ascii_case("null"));
    let default = default.filter(|_| !no_nulls_seen && column.generated.is_none());
    let Some(value) = given.or_else(|| default.map(BackfillValue::Expression)) else {
        cautions.push(format!(
            "rows where {} is NULL must be given a value before the step that demands it: its check finds them. To have \
             them filled, say with what: make {}.{} not null, fill with …",
            column.name, table.name, column.name
        ));
        return Ok(None);
    };
    let (batch_rows, pause_ms) = batch_of(table);
    let backfill = Backfill {
        table: table.name.clone(),
        column: column.name.clone(),
        value,
        key: context.walking_key(table)?,
        batch_rows,
        pause_ms,
    };
    let why = "NULLs of old rows are filled in batches, each committed on its own";
    let mut step = DraftStep::backfill(format!("fill {} where it is NULL", column.name), why, backfill);
    step.after.push(Check::NoNulls { table: table.name.clone(), column: column.name.clone() });
    step.lost_on_return =
        Some(format!("which rows held NULL in {}: they keep what they were filled with", column.name));
    cautions.extend(context.fired_by_backfill(table));
    Ok(Some(step))
}

/// The steps that make columns NOT NULL once every row has a value: demanded of new rows, then proved for old ones.
/// `for_key`: a primary key over them follows.
pub(super) fn demanded(
    context: &RecipeContext<'_>,
    table: &Table,
    columns: &[&String],
    name: Option<&str>,
    stays_not_valid: bool,
    for_key: bool,
) -> Vec<DraftStep> {
    let list = columns.iter().map(|c| c.as_str()).collect::<Vec<_>>().join(", ");
    let with_partitions = |column: &&String| {
        let mut stages = context.not_null_stages(table, column, name);
        let left = context.not_null_left_to_partitions(table, &stages);
        stages.undone.extend(left.into_iter().filter(|_| for_key));
        stages
    };
    let stages: Vec<_> = columns.iter().map(with_partitions).collect();
    let no_nulls = columns.iter().map(|c| Check::NoNulls { table: table.name.clone(), column: (*c).clone() });
    let why = "from here on a row without it is refused, an update of one that has none, too: there must be none. No \
               row is read, so the lock is over at once";
    let mut hold = DraftStep::sql(PhaseKind::Migrate, format!("{list} NOT NULL for new rows"), why);
    let why = if context.catalog.server.names_not_null() {
        "old rows are read while everybody reads and writes"
    } else {
        "old rows are read while everybody reads and writes; the CHECK then proves NOT NULL without reading the table"
    };
    let mut prove = DraftStep::sql(PhaseKind::Contract, format!("{list} NOT NULL"), why);
    for one in &stages {
        hold.up.extend(one.first.iter().cloned());
        hold.down.splice(0..0, one.undone.iter().cloned());
        prove.up.extend(one.proved.iter().cloned());
        prove.down.splice(0..0, one.back_to_first());
    }
    hold.before.extend(no_nulls.clone());
    prove.before.extend(no_nulls);
    prove.after.extend(
        columns.iter().map(|c| Check::ColumnNotNull { table: table.name.clone(), column: (*c).clone() }),
    );
    // Somebody made it NOT VALID before: there is nothing to do for new rows.
    let held_already = hold.up.is_empty();
    let mut steps = vec![hold, prove];
    if held_already {
        steps.remove(0);
    }
    if stays_not_valid {
        steps.pop();
    }
    steps
}
