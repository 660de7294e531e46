//! An index goes, and can be built again.

use altimeter_catalog::{Change, Check, Name, TableKind};

use super::add_index::OLD_TRANSACTION_S;
use crate::draft::{Draft, DraftStep};
use crate::partitioned_index;
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, refuse};

pub(crate) struct DropIndex;

impl Recipe for DropIndex {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::DropIndex { index, .. } = change else { return None };
        Some(draft(context, index))
    }
}

fn draft(context: &RecipeContext<'_>, name: &Name) -> Result<Draft, PlanError> {
    let Some((table, index)) = context.catalog.index(name) else {
        return Err(refuse(format!("there is no index {name}"), ""));
    };
    if let Some(constraint) = &index.constraint {
        return Err(refuse(
            format!("{name} enforces the constraint {constraint} of {}", table.name),
            format!("drop the constraint instead: drop the constraint {constraint} from {}", table.name),
        ));
    }
    if let Some(whole) = &index.part_of {
        return Err(refuse(
            format!("{name} is a part of the index {whole} of the partitioned table, and goes with it only"),
            format!("drop the whole: drop index {whole}"),
        ));
    }
    if table.kind == TableKind::MaterializedView {
        return Err(refuse(
            format!("{name} belongs to the materialized view {}", table.name),
            "a plan for it is not made yet; REFRESH … CONCURRENTLY needs a unique index of all rows",
        ));
    }
    if table.replica_identity == format!("using index {}", index.definition.name) {
        return Err(refuse(
            format!(
                "{name} is the replica identity of {}: without it UPDATE and DELETE fail where it is published",
                table.name
            ),
            "choose another replica identity first",
        ));
    }
    let mut draft = Draft::default();
    draft.steps.push(DraftStep::deploy(
        PhaseKind::Migrate,
        "deploy: nothing relies on it",
        "a statement that is fast only because of the index becomes slow, an ON CONFLICT that names its columns fails",
        format!("no ON CONFLICT on ({}) of {}, no hint that names the index", index.reads.join(", "), table.name),
    ));
    let why =
        "CONCURRENTLY waits until nobody uses the index any more; a plain drop stops everybody on the table";
    let whole = table.kind == TableKind::PartitionedTable;
    let why = if whole {
        "an index of a partitioned table cannot be dropped concurrently: it goes with all its parts, under locks on all \
         partitions that are over at once"
    } else {
        why
    };
    let mut step = DraftStep::sql(PhaseKind::Contract, format!("drop index {}", index.definition.name), why);
    if index.valid {
        step.before.push(Check::IndexValid { index: name.clone() });
    }
    step.before.push(Check::NoTransactionOlderThan { seconds: OLD_TRANSACTION_S });
    let drop = Change::DropIndex { index: name.clone(), concurrently: !whole, if_exists: false };
    let dropped = context.after(&drop)?;
    step.up.push(drop);
    // A build that came halfway leaves something behind.
    step.down.extend(whole.then(|| Change::DropIndex {
        index: name.clone(),
        concurrently: false,
        if_exists: true,
    }));
    step.down.extend(partitioned_index::build(context.catalog, &dropped, &index.definition));
    step.after.push(Check::NameFree { name: name.clone() });
    draft.steps.push(step);
    if index.definition.unique {
        draft.cautions.push(format!(
            "{name} is unique: once it is gone duplicates can be written, and then it cannot be built again"
        ));
    }
    match index.scans {
        Some(0) => {}
        Some(scans) => {
            draft.cautions.push(format!("{name} was used {scans} times since the statistics were reset"))
        }
        None => draft.cautions.push(format!(
            "whether {name} is used is not known from here; ask the primary and every standby"
        )),
    }
    Ok(draft)
}
