//! UNIQUE and PRIMARY KEY: the index is built while everybody works on, then taken over by the constraint.

use altimeter_catalog::{
    AlterTable, Change, Check, Constraint, ConstraintDefinition, ConstraintKind, IndexDefinition, Name,
    Table, TableKind,
};

use super::add_index::OLD_TRANSACTION_S;
use super::set_not_null::demanded;
use crate::constraint::{refuse_exclusion, satisfied};
use crate::draft::{Draft, DraftAlternative, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, refuse};

pub(crate) struct AddKey;

impl Recipe for AddKey {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        match change {
            Change::AddConstraint { table, constraint } => match constraint.kind {
                ConstraintKind::PrimaryKey | ConstraintKind::Unique => {
                    Some(draft(context, change, table, constraint, None))
                }
                ConstraintKind::Exclusion => Some(Err(refuse_exclusion(table))),
                _ => None,
            },
            Change::AlterTable(AlterTable { table, actions, only: false, .. }) => match actions.as_slice() {
                [
                    Change::DropConstraint { name, cascade: false, .. },
                    Change::AddConstraint { constraint, .. },
                ] if constraint.kind == ConstraintKind::PrimaryKey => {
                    let old = context.catalog.table(table)?.constraints.iter().find(|c| &c.name == name)?;
                    let replaced = old.kind == ConstraintKind::PrimaryKey;
                    replaced.then(|| draft(context, change, table, constraint, Some(old)))
                }
                _ => None,
            },
            _ => None,
        }
    }
}

fn draft(
    context: &RecipeContext<'_>,
    change: &Change,
    name: &Name,
    constraint: &ConstraintDefinition,
    old: Option<&Constraint>,
) -> Result<Draft, PlanError> {
    let table = context.table(name)?;
    let own = constraint.name.clone().unwrap_or_default();
    refuse_what_stands_against(context, table, constraint, old)?;
    context.after(change)?;
    let mut draft = Draft::default();
    draft.steps.push(deploy(name, constraint));
    let nullable: Vec<&String> = constraint
        .columns
        .iter()
        .filter(|_| constraint.kind == ConstraintKind::PrimaryKey)
        .filter(|c| table.column(c).is_some_and(|c| !c.not_null))
        .collect();
    if !nullable.is_empty() {
        draft.steps.extend(demanded(context, table, &nullable, None, false, true));
        draft.cautions.push(format!(
            "rows where {} is NULL must be given a value first: the checks find them",
            nullable.iter().map(|c| c.as_str()).collect::<Vec<_>>().join(" or ")
        ));
    }
    draft.steps.push(match (&constraint.using_index, old) {
        (Some(index), None) => taken_over(table, constraint, change, index)?,
        (_, Some(old)) => replaced(context, table, constraint, old)?,
        (None, None) => built(context, table, constraint)?,
    });
    draft.cautions.push(format!(
        "from the second pass of the build of {own} on, writers of a duplicate get an error; if it fails, it leaves an \
         invalid index that only costs: run the step's down, then again"
    ));
    if constraint.deferrable {
        draft.cautions.push(format!(
            "{own} is deferrable: no foreign key can reference it, and no ON CONFLICT can name its columns"
        ));
    }
    let same = |i: &&altimeter_catalog::Index| {
        i.valid
            && i.definition.unique
            && i.constraint.is_none()
            && i.definition.predicate.is_none()
            && i.definition.columns().is_some_and(|c| c == constraint.columns)
    };
    if let Some(twin) = table.indexes.iter().find(same).filter(|_| constraint.using_index.is_none()) {
        let twin = &twin.definition.name;
        draft.alternatives.push(DraftAlternative {
            road: None,
            title: format!("let the constraint take over the unique index {twin}"),
            why_not: format!("{twin} would be renamed to {own} and no longer be an index of its own"),
            asks_of_application: format!("nothing, unless something names the index {twin}"),
            risk: None,
            changes: vec![Change::AddConstraint {
                table: name.clone(),
                constraint: ConstraintDefinition {
                    using_index: Some(twin.clone()),
                    index: None,
                    ..constraint.clone()
                },
            }],
        });
    }
    Ok(draft)
}

fn refuse_what_stands_against(
    context: &RecipeContext<'_>,
    table: &Table,
    constraint: &ConstraintDefinition,
    old: Option<&Constraint>,
) -> Result<(), PlanError> {
    let name = &table.name;
    let own = constraint.name.clone().unwrap_or_default();
    let primary = table.constraints.iter().find(|c| c.kind == ConstraintKind::PrimaryKey);
    if let (Some(primary), ConstraintKind::PrimaryKey, None) = (primary, constraint.kind, old) {
        return Err(refuse(
            format!("{name} has a primary key already: {} ({})", primary.name, primary.columns.join(", ")),
            format!(
                "to change it: alter table {name} drop constraint {}, add primary key ({})",
                primary.name,
                constraint.columns.join(", ")
            ),
        ));
    }
    if let Some(old) = old {
        let needed = context.catalog.foreign_keys_on(table, old);
        if !needed.is_empty() {
            let all: Vec<String> = needed.iter().map(|(from, key)| format!("{key} of {from}")).collect();
            return Err(refuse(
                format!("the primary key {} of {name} is referenced by {}", old.name, all.join(", ")),
                format!(
                    "drop those foreign keys first, make ({}) unique, and add them again; all three can be planned",
                    old.columns.join(", ")
                ),
            ));
        }
        refuse_identity(table, old)?;
        if table.kind == TableKind::PartitionedTable {
            return Err(refuse(
                format!("{name} is partitioned: its primary key cannot change hands in one short statement"),
                "drop the primary key, then add the new one; both can be planned",
            ));
        }
    }
    let same = |c: &&Constraint| {
        c.kind == constraint.kind && c.columns == constraint.columns && constraint.using_index.is_none()
    };
    if let Some(twin) = table.constraints.iter().find(same).filter(|_| old.is_none()) {
        return Err(refuse(
            format!("{name} has that constraint already: {}", twin.name),
            "there is nothing to do",
        ));
    }
    if table.constraints.iter().any(|c| c.name == own && old.is_none_or(|o| o.name != own)) {
        return Err(refuse(format!("{name} has a constraint {own} already"), "give it another name"));
    }
    Ok(())
}

/// Logical replication finds rows by it: without it updates and deletes are refused where the table is published.
pub(super) fn refuse_identity(table: &Table, constraint: &Constraint) -> Result<(), PlanError> {
    let index = constraint.index.as_deref();
    if index.is_some() && table.replica_identity.strip_prefix("using index ") == index {
        return Err(refuse(
            format!("{} is the replica identity of {}", constraint.name, table.name),
            "set another replica identity first",
        ));
    }
    Ok(())
}

fn deploy(name: &Name, constraint: &ConstraintDefinition) -> DraftStep {
    let columns = constraint.columns.join(", ");
    let and_never_null =
        if constraint.kind == ConstraintKind::PrimaryKey { ", and no NULL in it" } else { "" };
    DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: no duplicates in ({columns})"),
        "a later step refuses every duplicate: go on when no old instance, job or script writes one",
        format!("write no two rows into {name} with the same ({columns}){and_never_null}"),
    )
}

fn wait_for_none(step: &mut DraftStep) {
    step.before.push(Check::NoTransactionOlderThan { seconds: OLD_TRANSACTION_S });
}

fn built(
    context: &RecipeContext<'_>,
    table: &Table,
    constraint: &ConstraintDefinition,
) -> Result<DraftStep, PlanError> {
    let own = constraint.name.clone().unwrap_or_default();
    let stages = context.stages(table, constraint)?;
    let why = "the index is built in two passes while reads and writes go on; the constraint then takes it over without \
               reading anything";
    let mut step = DraftStep::sql(PhaseKind::Contract, format!("build and add {own}"), why);
    for change in &stages.proved {
        if let Change::CreateIndex { index, .. } = change {
            step.before.push(Check::NameFree { name: index.table.sibling(&index.name) });
            step.after.push(Check::IndexValid { index: index.table.sibling(&index.name) });
        }
    }
    step.before.extend(satisfied(&table.name, constraint));
    wait_for_none(&mut step);
    step.up = stages.all();
    step.down = context.stages(table, constraint)?.undone;
    step.after.push(Check::ConstraintValid { table: table.name.clone(), constraint: own });
    Ok(step)
}

/// `USING INDEX` in the request: the index is there.
fn taken_over(
    table: &Table,
    constraint: &ConstraintDefinition,
    change: &Change,
    index: &str,
) -> Result<DraftStep, PlanError> {
    let name = &table.name;
    let own = constraint.name.clone().unwrap_or_default();
    let Some(found) = table.indexes.iter().find(|i| i.definition.name == index) else {
        return Err(refuse(format!("{name} has no index {index}"), ""));
    };
    let why = "the constraint takes the index over without reading anything";
    let mut step = DraftStep::sql(PhaseKind::Contract, format!("add {own}"), why);
    step.before.push(Check::IndexValid { index: name.sibling(index) });
    step.up.push(change.clone());
    step.down.push(Change::DropConstraint {
        table: name.clone(),
        name: own.clone(),
        if_exists: true,
        cascade: false,
    });
    step.down.push(Change::CreateIndex {
        index: found.definition.clone(),
        concurrently: true,
        if_not_exists: true,
    });
    step.after.push(Check::ConstraintValid { table: name.clone(), constraint: own });
    Ok(step)
}

/// The new primary key's index is built beside the old one's, then the two change hands in one statement.
fn replaced(
    context: &RecipeContext<'_>,
    table: &Table,
    constraint: &ConstraintDefinition,
    old: &Constraint,
) -> Result<DraftStep, PlanError> {
    let name = &table.name;
    let own = constraint.name.clone().unwrap_or_default();
    let (Some(new_index), Some(old_index)) =
        (&constraint.index, table.indexes.iter().find(|i| Some(&i.definition.name) == old.index.as_ref()))
    else {
        return Err(refuse("the new primary key takes over an index", "leave USING INDEX out"));
    };
    let beside = context.name(&format!("altimeter_{own}"));
    let swap = |from: &str, to: &str, new: &ConstraintDefinition| {
        Change::Together(vec![
            Change::DropConstraint {
                table: name.clone(),
                name: from.to_owned(),
                if_exists: false,
                cascade: false,
            },
            Change::AddConstraint {
                table: name.clone(),
                constraint: ConstraintDefinition {
                    name: Some(to.to_owned()),
                    using_index: Some(beside.clone()),
                    index: None,
                    ..new.clone()
                },
            },
        ])
    };
    let build = |index: &IndexDefinition| Change::CreateIndex {
        index: IndexDefinition { name: beside.clone(), table: name.clone(), ..index.clone() },
        concurrently: true,
        if_not_exists: false,
    };
    let why = "the new key's index is built beside the old one while reads and writes go on; then the two change hands \
               in one short statement";
    let mut step =
        DraftStep::sql(PhaseKind::Contract, format!("primary key ({})", constraint.columns.join(", ")), why);
    step.before.push(Check::NameFree { name: name.sibling(&beside) });
    step.before.extend(satisfied(name, constraint));
    wait_for_none(&mut step);
    step.up = vec![build(new_index), swap(&old.name, &own, constraint)];
    // A build that failed leaves its index behind.
    let left_behind = Change::DropIndex { index: name.sibling(&beside), concurrently: true, if_exists: true };
    step.down = vec![
        left_behind,
        build(&old_index.definition),
        swap(&own, &old.name, &context.definition_of(table, old)),
    ];
    step.after.push(Check::IndexValid { index: name.sibling(&own) });
    step.after.push(Check::ConstraintValid { table: name.clone(), constraint: own });
    Ok(step)
}
