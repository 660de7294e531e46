//! A CHECK or a foreign key: new rows are held to it at once, old ones are proved while everybody works on.

use altimeter_catalog::{Change, Check, ConstraintDefinition, ConstraintKind, Name, Table, TableKind};

use crate::constraint::satisfied;
use crate::draft::{Draft, DraftAlternative, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, refuse};

pub(crate) struct AddConstraint;

impl Recipe for AddConstraint {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::AddConstraint { table, constraint } = change else { return None };
        let here = matches!(constraint.kind, ConstraintKind::Check | ConstraintKind::ForeignKey);
        here.then(|| draft(context, change, table, constraint))
    }
}

fn draft(
    context: &RecipeContext<'_>,
    change: &Change,
    name: &Name,
    constraint: &ConstraintDefinition,
) -> Result<Draft, PlanError> {
    let table = context.table(name)?;
    let own = constraint.name.clone().unwrap_or_default();
    if table.constraints.iter().any(|c| c.name == own) {
        return Err(refuse(format!("{name} has a constraint {own} already"), "give it another name"));
    }
    context.after(change)?;
    let mut draft = Draft::default();
    if constraint.not_enforced {
        draft.steps.push(noted(name, &own, change));
        return Ok(draft);
    }
    if context.validates_in_part(constraint) && !constraint.not_valid {
        let to = constraint.foreign.as_ref().map(|f| f.table.to_string()).unwrap_or_default();
        return Err(refuse(
            format!(
                "{to} is partitioned: before PostgreSQL 18 a foreign key to it that was added NOT VALID is never validated \
                 as a whole, its parts for the partitions stay NOT VALID"
            ),
            format!(
                "upgrade to 18, or ask for it NOT VALID: new rows are held to it all the same; or run it directly while \
                 nobody writes {name} and {to}"
            ),
        ));
    }
    let stages = context.stages(table, constraint)?;
    let rows = satisfied(name, constraint);
    draft.steps.push(deploy(name, constraint));
    let why = match constraint.kind {
        ConstraintKind::Check => {
            "from here on no new row breaks it; NOT VALID reads no old one, so the lock is over at once"
        }
        _ => {
            "from here on every new row has its parent; NOT VALID reads no old one, so the locks on both tables are over at once"
        }
    };
    let mut hold = DraftStep::sql(PhaseKind::Migrate, format!("{own} for new rows"), why);
    hold.before.push(Check::ConstraintMissing { table: name.clone(), constraint: own.clone() });
    if constraint.kind == ConstraintKind::Check {
        // Whoever updates an old row that breaks it would be refused from here on, whatever the update is about.
        hold.before.extend(rows.clone());
    }
    hold.up.clone_from(&stages.first);
    hold.down.clone_from(&stages.undone);
    hold.after.extend(held(&stages.first));
    draft.steps.push(hold);
    if constraint.not_valid {
        draft
            .cautions
            .push(format!("{own} stays NOT VALID: of old rows nothing is known until it is validated"));
        return Ok(draft);
    }
    let why = "old rows are read while everybody reads and writes";
    let mut prove = DraftStep::sql(PhaseKind::Contract, format!("{own} for old rows"), why);
    prove.before.extend(rows);
    prove.up.clone_from(&stages.proved);
    prove.down = stages.back_to_first();
    prove.after.push(Check::ConstraintValid { table: name.clone(), constraint: own.clone() });
    draft.steps.push(prove);
    draft.triggers.extend(held(&stages.first).into_iter().take(1).map(|check| {
        (
            format!("somebody dropped {own} before it was validated"),
            check,
            "it is gone before the last step".to_owned(),
        )
    }));
    if constraint.kind == ConstraintKind::ForeignKey {
        foreign_key(context, table, constraint, &mut draft);
    }
    Ok(draft)
}

/// That what the first part adds is there.
fn held(first: &[Change]) -> Vec<Check> {
    let added = first.iter().filter_map(|c| match c {
        Change::AddConstraint { table, constraint } => {
            Some(Check::ConstraintExists { table: table.clone(), constraint: constraint.name.clone()? })
        }
        _ => None,
    });
    added.collect()
}

/// NOT ENFORCED: nothing is read, nothing is refused.
fn noted(table: &Name, own: &str, change: &Change) -> DraftStep {
    let why = "the server only notes it: no row is read, and none is ever refused";
    let mut step = DraftStep::sql(PhaseKind::Expand, format!("note {own}"), why);
    step.before.push(Check::ConstraintMissing { table: table.clone(), constraint: own.to_owned() });
    step.up.push(change.clone());
    step.down.push(Change::DropConstraint {
        table: table.clone(),
        name: own.to_owned(),
        if_exists: true,
        cascade: false,
    });
    step.after.push(Check::ConstraintExists { table: table.clone(), constraint: own.to_owned() });
    step
}

fn deploy(name: &Name, constraint: &ConstraintDefinition) -> DraftStep {
    let columns = constraint.columns.join(", ");
    let app = match &constraint.foreign {
        Some(foreign) => format!(
            "write only values of {columns} into {name} that are in {}, parents before children; delete a parent only \
             when no row is left that has it",
            foreign.table
        ),
        None => format!(
            "write only rows into {name} that satisfy {}",
            constraint.expression.as_deref().unwrap_or(&constraint.sql)
        ),
    };
    DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: keep to {}", constraint.name.as_deref().unwrap_or("it")),
        "the next step refuses every write that breaks it: go on when no old instance, job or script does that",
        app,
    )
}

/// What a foreign key asks beyond its own rows.
fn foreign_key(
    context: &RecipeContext<'_>,
    table: &Table,
    constraint: &ConstraintDefinition,
    draft: &mut Draft,
) {
    let Some(foreign) = &constraint.foreign else { return };
    let (name, columns) = (&table.name, constraint.columns.join(", "));
    let leads = |i: &altimeter_catalog::Index| {
        let keys = i.definition.columns().unwrap_or_default();
        let begin: Vec<&String> = keys.iter().take(constraint.columns.len()).collect();
        i.valid && i.definition.predicate.is_none() && constraint.columns.iter().all(|c| begin.contains(&c))
    };
    if !table.indexes.iter().any(leads) {
        draft.cautions.push(format!(
            "no index of {name} begins with ({columns}): every delete in {0}, and every update of its key, will read all \
             of {name}. Ask first for: add an index on {name} ({columns})",
            foreign.table
        ));
    }
    if table.kind == TableKind::PartitionedTable && context.catalog.server.major() < 18 {
        draft.cautions.push(format!(
            "{name} is partitioned, and before PostgreSQL 18 no foreign key of such a table can be NOT VALID: each \
             partition gets its own, and the last statement takes them over; no partition may be added meanwhile"
        ));
    }
    draft.alternatives.push(DraftAlternative {
        road: None,
        title: "no foreign key, and a job that looks for orphans".to_owned(),
        why_not: "nothing refuses an orphan when it is written; it is only found later".to_owned(),
        asks_of_application: "must clean up itself".to_owned(),
        risk: None,
        changes: Vec::new(),
    });
}
