//! A new index, built while everybody works on.

use altimeter_catalog::{Change, Check, IndexDefinition, TableKind};

use crate::draft::{Draft, DraftStep};
use crate::partitioned_index;
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, refuse};

/// Seconds a transaction may have been open before a concurrent build should rather not be begun: it waits for all.
pub(super) const OLD_TRANSACTION_S: u32 = 60;

pub(crate) struct AddIndex;

impl Recipe for AddIndex {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::CreateIndex { index, .. } = change else { return None };
        Some(draft(context, index))
    }
}

fn draft(context: &RecipeContext<'_>, index: &IndexDefinition) -> Result<Draft, PlanError> {
    let table = context.table(&index.table)?;
    let name = table.name.sibling(&index.name);
    if context.catalog.has_relation(&name) {
        return Err(refuse(format!("there is a relation {name} already"), "give the index another name"));
    }
    let same = |d: &IndexDefinition| {
        IndexDefinition { name: String::new(), ..d.clone() }
            == IndexDefinition { name: String::new(), ..index.clone() }
    };
    if let Some(twin) = table.indexes.iter().find(|i| same(&i.definition)) {
        let twin_name = &twin.definition.name;
        return Err(if twin.valid {
            refuse(format!("{} has that index already: {twin_name}", table.name), "")
        } else {
            refuse(
                format!("{} has that index already, but it is invalid: {twin_name}", table.name),
                format!(
                    "drop what an earlier build left behind first: drop index {}",
                    table.name.sibling(twin_name)
                ),
            )
        });
    }
    if table.kind == TableKind::PartitionedTable {
        return on_partitions(context, index);
    }
    let why = "CONCURRENTLY takes two passes over the table while reads and writes go on; a plain build stops writes";
    let mut step = DraftStep::sql(PhaseKind::Expand, format!("build index {}", index.name), why);
    step.before.push(Check::NameFree { name: name.clone() });
    step.before.push(Check::NoTransactionOlderThan { seconds: OLD_TRANSACTION_S });
    let mut draft = Draft::default();
    if index.unique
        && let (Some(columns), None) = (index.columns(), &index.predicate)
    {
        step.before.push(Check::NoDuplicates { table: table.name.clone(), columns });
    }
    step.up.push(Change::CreateIndex { index: index.clone(), concurrently: true, if_not_exists: false });
    step.down.push(Change::DropIndex { index: name.clone(), concurrently: true, if_exists: true });
    step.after.push(Check::IndexValid { index: name });
    draft.steps.push(step);
    draft.cautions.push(
        "if the build fails or is cancelled, it leaves an invalid index that only costs: run the step's down, then again"
            .to_owned(),
    );
    if index.unique {
        draft
            .cautions
            .push("from the build's second pass on, writers of a duplicate get an error".to_owned());
    }
    Ok(draft)
}

/// The whole alone, then part by part.
fn on_partitions(context: &RecipeContext<'_>, index: &IndexDefinition) -> Result<Draft, PlanError> {
    let parts = context.index_parts(index)?;
    let why = "the index of the whole is made alone, empty and invalid; each partition's is built while reads and writes go \
               on, and attached; with the last one the whole is valid";
    let mut step =
        DraftStep::sql(PhaseKind::Expand, format!("build index {}, by partition", index.name), why);
    step.before.extend(parts.made.iter().map(|name| Check::NameFree { name: name.clone() }));
    step.before.push(Check::NoTransactionOlderThan { seconds: OLD_TRANSACTION_S });
    step.after = partitioned_index::valid(&parts.made);
    (step.up, step.down) = (parts.up, parts.down);
    let mut draft = Draft { steps: vec![step], ..Draft::default() };
    draft.cautions.push(
        "if a build fails or is cancelled, it leaves an invalid index: drop that one and go on with its statement, or run \
         the step's down, which takes all parts away"
            .to_owned(),
    );
    draft
        .cautions
        .push(format!("a partition of {} that is made meanwhile gets its part by itself", index.table));
    if index.unique {
        draft.cautions.push(
            "no duplicates: each partition is checked by its own build, and from its second pass on writers of one get an \
             error"
                .to_owned(),
        );
    }
    Ok(draft)
}
