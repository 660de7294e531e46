//! A constraint goes; the way back makes it again with nobody waiting.

use altimeter_catalog::{Change, Check, Constraint, ConstraintKind, Name, Table};

use super::add_index::OLD_TRANSACTION_S;
use super::add_key::refuse_identity;
use crate::constraint::satisfied;
use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, refuse};

pub(crate) struct DropConstraint;

impl Recipe for DropConstraint {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::DropConstraint { table, name, .. } = change else { return None };
        // NOT NULL as a constraint has a recipe of its own.
        let found = context.catalog.table(table).and_then(|t| t.constraints.iter().find(|c| &c.name == name));
        if found.is_some_and(|c| c.kind == ConstraintKind::NotNull) {
            return None;
        }
        Some(draft(context, change, table, name))
    }
}

fn draft(context: &RecipeContext<'_>, change: &Change, name: &Name, own: &str) -> Result<Draft, PlanError> {
    let table = context.table(name)?;
    let Some(constraint) = table.constraints.iter().find(|c| c.name == own) else {
        return Err(refuse(format!("{name} has no constraint {own}"), ""));
    };
    if constraint.kind == ConstraintKind::Trigger {
        return Err(refuse(format!("{own} is a constraint trigger"), "drop the trigger instead"));
    }
    let needed = context.catalog.foreign_keys_on(table, constraint);
    if !needed.is_empty() {
        let all: Vec<String> = needed.iter().map(|(from, key)| format!("{key} of {from}")).collect();
        return Err(refuse(
            format!("{own} of {name} is referenced by {}", all.join(", ")),
            "drop those foreign keys first, each with a plan of its own",
        ));
    }
    refuse_identity(table, constraint)?;
    let after = context.after(change)?;
    let mut draft = Draft::default();
    draft.steps.push(deploy(name, constraint));
    let why = "the server only notes that it is gone; the lock is over at once";
    let mut step = DraftStep::sql(PhaseKind::Contract, format!("drop {own}"), why);
    step.before.push(Check::ConstraintExists { table: name.clone(), constraint: own.to_owned() });
    step.up.push(change.clone());
    step.after.push(Check::ConstraintMissing { table: name.clone(), constraint: own.to_owned() });
    let definition = context.definition_of(table, constraint);
    let back = context.on(&after);
    let without = after.table(name).unwrap_or(table);
    match constraint.kind {
        ConstraintKind::Exclusion => {
            step.lost_on_return = Some(format!(
                "{own}: an EXCLUDE constraint cannot be made again without writers waiting. By hand, while the \
                 application is stopped: alter table {name} add constraint {own} {}",
                constraint.definition
            ));
        }
        _ if constraint.not_enforced => {
            step.down.push(Change::AddConstraint { table: name.clone(), constraint: definition });
        }
        _ => {
            let stages = back.stages(without, &definition)?;
            step.down = if constraint.validated { stages.all() } else { stages.first };
            if back.validates_in_part(&definition) && constraint.validated {
                step.lost_on_return = Some(format!(
                    "that all of {own} is validated: the way back checks every row, but before PostgreSQL 18 the server \
                     leaves the parts for the partitions of the referenced table NOT VALID"
                ));
            }
            let keys = matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique);
            if keys {
                step.before.push(Check::NoTransactionOlderThan { seconds: OLD_TRANSACTION_S });
            }
            let query = satisfied(name, &definition).map(|check| {
                format!("; ask before: {}", context.engine.print_check(context.catalog, &check))
            });
            draft.cautions.push(format!(
                "once {own} is gone rows can be written that break it, and while there are any it cannot be made \
                 again{}",
                query.unwrap_or_default()
            ));
        }
    }
    draft.steps.push(step);
    said_of(table, constraint, &mut draft);
    Ok(draft)
}

fn deploy(name: &Name, constraint: &Constraint) -> DraftStep {
    let (own, columns) = (&constraint.name, constraint.columns.join(", "));
    let app = match constraint.kind {
        ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclusion => format!(
            "no ON CONFLICT on ({columns}) or on the constraint {own} of {name}, and no code that counts on an error \
             for a duplicate"
        ),
        ConstraintKind::ForeignKey => {
            format!(
                "see to it that ({columns}) of {name} has its parent; no deletes and updates follow from it any more"
            )
        }
        _ => format!("no code that counts on {own} of {name} to refuse a row"),
    };
    DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: do without {own}"),
        "once it is gone, what it did is nobody's: statements that name it fail, rows it refused are taken",
        app,
    )
}

fn said_of(table: &Table, constraint: &Constraint, draft: &mut Draft) {
    let own = &constraint.name;
    if constraint.kind == ConstraintKind::PrimaryKey {
        draft.cautions.push(format!(
            "without a primary key {} cannot be updated where it is published, unless it has another replica identity, \
             and its rows cannot be walked in batches",
            table.name
        ));
    }
    if let Some(index) = &constraint.index {
        let index = table.indexes.iter().find(|i| &i.definition.name == index);
        if let Some(scans) = index.and_then(|i| i.scans).filter(|s| *s > 0) {
            draft.cautions.push(format!(
                "the index behind {own} goes with it; it was used {scans} times since the statistics were reset"
            ));
        }
        if table.clustered_on.as_ref() == Some(own) {
            draft
                .cautions
                .push(format!("{} is clustered on {own}: the way back does not note that again", table.name));
        }
    }
}
