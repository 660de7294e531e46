//! A new column: at once where the server only notes it, else in steps that never rewrite the table.

use altimeter_catalog::{Backfill, BackfillValue, Change, Check, Column, Name, Table};

use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, batch_of, refuse};

pub(crate) struct AddColumn;

impl Recipe for AddColumn {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::AddColumn { table, column, .. } = change else { return None };
        Some(draft(context, table, column))
    }
}

fn draft(context: &RecipeContext<'_>, name: &Name, column: &Column) -> Result<Draft, PlanError> {
    let table = context.table(name)?;
    if table.column(&column.name).is_some() {
        return Err(refuse(format!("{name} has a column {} already", column.name), ""));
    }
    if column.generated.is_some() || column.identity.is_some() {
        return Err(refuse(
            "a generated or identity column is not planned yet",
            "add a plain column with a default",
        ));
    }
    let empty = table.size.rows == Some(0.0);
    if column.not_null && column.default.is_none() && !empty {
        return Err(refuse(
            format!(
                "{} shall be NOT NULL, but what shall the rows hold that {name} has already?",
                column.name
            ),
            format!(
                "say a default: add column {} {} not null default … to {name}",
                column.name, column.type_name
            ),
        ));
    }
    let own_value_a_row = context.own_value_a_row(column);
    let mut draft = Draft::default();
    // NOT NULL is left out at first where old code could not know it, or old rows have no value yet.
    let late_not_null = column.not_null && (own_value_a_row || column.default.is_none());
    let first = Column {
        not_null: column.not_null && !late_not_null,
        default: column.default.clone().filter(|_| !own_value_a_row),
        ..column.clone()
    };
    draft.steps.push(added(name, column, first, own_value_a_row));
    if own_value_a_row {
        let backfill = fill(context, table, column)?;
        let why = "a default that gives each row its own value would rewrite the table; old rows are filled in batches";
        let mut step = DraftStep::backfill(format!("fill {} in old rows", column.name), why, backfill);
        step.after.push(Check::NoNulls { table: name.clone(), column: column.name.clone() });
        draft.steps.push(step);
        draft.cautions.extend(context.fired_by_backfill(table));
    }
    // Only the application knows the values: it writes them first, then they are demanded.
    let app_must_write = column.not_null && column.default.is_none();
    let deploy = deploy(name, column, app_must_write);
    if app_must_write {
        draft.steps.push(deploy);
        draft.steps.push(not_null(context, name, column, PhaseKind::Contract));
    } else {
        if late_not_null {
            draft.steps.push(not_null(context, name, column, PhaseKind::Migrate));
        }
        draft.steps.push(deploy);
    }
    Ok(draft)
}

fn added(name: &Name, column: &Column, first: Column, set_default_later: bool) -> DraftStep {
    let why = if set_default_later {
        "without a default the server only notes the column; the default then holds for new rows"
    } else if column.default.is_some() {
        "a constant default is noted once for all old rows: nothing is rewritten"
    } else {
        "a column without a default is only noted: nothing is rewritten"
    };
    let mut step = DraftStep::sql(PhaseKind::Expand, format!("add column {}", column.name), why);
    step.before.push(Check::ColumnMissing { table: name.clone(), column: column.name.clone() });
    step.up.push(Change::AddColumn { table: name.clone(), column: first, if_not_exists: false });
    if let (true, Some(expression)) = (set_default_later, &column.default) {
        step.up.push(Change::SetDefault {
            table: name.clone(),
            column: column.name.clone(),
            expression: expression.clone(),
        });
        step.after.push(Check::ColumnHasDefault { table: name.clone(), column: column.name.clone() });
    }
    step.down.push(Change::DropColumn {
        table: name.clone(),
        column: column.name.clone(),
        if_exists: true,
        cascade: false,
    });
    step.after.insert(0, Check::ColumnExists { table: name.clone(), column: column.name.clone() });
    step
}

fn deploy(name: &Name, column: &Column, must_write: bool) -> DraftStep {
    let app = if must_write {
        format!("write {} in every INSERT into {name}", column.name)
    } else {
        format!("may read and write {} of {name} from here on", column.name)
    };
    let why =
        "code that knows the column must not run before it is there; going back loses what was written to it";
    DraftStep::deploy(PhaseKind::Migrate, format!("deploy: use {}", column.name), why, app)
}

/// The backfill that gives each old row its own value.
fn fill(context: &RecipeContext<'_>, table: &Table, column: &Column) -> Result<Backfill, PlanError> {
    let (batch_rows, pause_ms) = batch_of(table);
    Ok(Backfill {
        table: table.name.clone(),
        column: column.name.clone(),
        value: BackfillValue::Expression(column.default.clone().unwrap_or_default()),
        key: context.walking_key(table)?,
        batch_rows,
        pause_ms,
    })
}

/// NOT NULL without reading the table under a lock that stops anybody: a CHECK for new rows, then for old ones, and
/// the CHECK proves NOT NULL. Four statements: in one the proof would be dropped before it is used.
fn not_null(context: &RecipeContext<'_>, name: &Name, column: &Column, phase: PhaseKind) -> DraftStep {
    let why =
        "the CHECK is validated while everybody works on, and then proves NOT NULL without reading the table";
    let mut step = DraftStep::sql(phase, format!("{} NOT NULL", column.name), why);
    step.up = prove_not_null(context, name, &column.name);
    let constraint = proof_name(context, name, &column.name);
    step.down = vec![
        Change::DropNotNull { table: name.clone(), column: column.name.clone() },
        Change::DropConstraint { table: name.clone(), name: constraint, if_exists: true, cascade: false },
    ];
    step.before.push(Check::NoNulls { table: name.clone(), column: column.name.clone() });
    step.after.push(Check::ColumnNotNull { table: name.clone(), column: column.name.clone() });
    step
}

fn proof_name(context: &RecipeContext<'_>, table: &Name, column: &str) -> String {
    context.name(&format!("altimeter_{}_{column}_not_null", table.name))
}

/// The changes that make a column NOT NULL with nobody waiting.
pub(super) fn prove_not_null(context: &RecipeContext<'_>, table: &Name, column: &str) -> Vec<Change> {
    context.not_null_by_check(table, column, proof_name(context, table, column)).all()
}

/// Brings a column back that was dropped, with nobody waiting: its values are those of a new column.
pub(super) fn restore(
    context: &RecipeContext<'_>,
    table: &Table,
    column: &Column,
) -> Result<Vec<Change>, PlanError> {
    let name = &table.name;
    if !context.own_value_a_row(column) {
        let column = Column { grants: Vec::new(), ..column.clone() };
        return Ok(vec![Change::AddColumn { table: name.clone(), column, if_not_exists: false }]);
    }
    let bare = Column { not_null: false, default: None, grants: Vec::new(), ..column.clone() };
    let expression = column.default.clone().unwrap_or_default();
    let mut changes = vec![
        Change::AddColumn { table: name.clone(), column: bare, if_not_exists: false },
        Change::SetDefault { table: name.clone(), column: column.name.clone(), expression },
        Change::Backfill(fill(context, table, column)?),
    ];
    if column.not_null {
        changes.extend(prove_not_null(context, name, &column.name));
    }
    Ok(changes)
}
