//! An index is built anew beside itself, while everybody works on: because it is bloated, or invalid.
//!
//! Source: manual, `REINDEX`, "Rebuilding Indexes Concurrently": the new index is called like the old one with `_ccnew`
//! behind until the two change hands, and what is dropped `_ccold`; an aborted build leaves one of them behind, invalid.

use altimeter_catalog::{
    Catalog, Change, Check, ConstraintKind, Index, Maintenance, Name, NameParts, ReindexTarget, Table,
    TableKind,
};

use super::add_index::OLD_TRANSACTION_S;
use crate::draft::{Draft, DraftStep};
use crate::partitioned_index::parts;
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, refuse};

pub(crate) struct RebuildIndex;

impl Recipe for RebuildIndex {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::Maintain(Maintenance::Reindex { target, .. }) = change else { return None };
        match target {
            ReindexTarget::Index(name) => Some(of_index(context, name)),
            ReindexTarget::Table(name) => Some(of_table(context, name)),
            ReindexTarget::Schema(_) | ReindexTarget::Database { .. } => None,
        }
    }
}

fn of_index(context: &RecipeContext<'_>, name: &Name) -> Result<Draft, PlanError> {
    let found = context.catalog.index(name);
    let (table, index) = found.ok_or_else(|| refuse(format!("there is no index {name}"), ""))?;
    draft(context, &format!("rebuild {}", name.name), &leaves(context.catalog, table, index))
}

fn of_table(context: &RecipeContext<'_>, name: &Name) -> Result<Draft, PlanError> {
    let found = context.catalog.table(name);
    let table = found.ok_or_else(|| refuse(format!("there is no table {name}"), ""))?;
    let all: Vec<(&Table, &Index)> =
        table.indexes.iter().flat_map(|index| leaves(context.catalog, table, index)).collect();
    if all.is_empty() {
        return Err(refuse(format!("{name} has no indexes"), "there is nothing to do"));
    }
    draft(context, &format!("rebuild all indexes of {name}"), &all)
}

/// The index, or those of its parts that hold something, each with its table.
fn leaves<'a>(catalog: &'a Catalog, table: &'a Table, index: &'a Index) -> Vec<(&'a Table, &'a Index)> {
    if table.kind != TableKind::PartitionedTable {
        return vec![(table, index)];
    }
    parts(catalog, &index.definition).flat_map(|(t, i)| leaves(catalog, t, i)).collect()
}

fn draft(context: &RecipeContext<'_>, title: &str, all: &[(&Table, &Index)]) -> Result<Draft, PlanError> {
    let why = "each is built anew beside itself in two passes while reads and writes go on, then the two change hands";
    let mut step = DraftStep::sql(PhaseKind::Expand, title, why);
    step.before.push(Check::NoTransactionOlderThan { seconds: OLD_TRANSACTION_S });
    let mut invalid = Vec::new();
    for (table, index) in all {
        let name = table.name.sibling(&index.definition.name);
        refuse_exclusion(table, index)?;
        if !index.valid {
            invalid.push(name.to_string());
            if let (true, Some(columns), None) =
                (index.definition.unique, index.definition.columns(), &index.definition.predicate)
            {
                step.before.push(Check::NoDuplicates { table: table.name.clone(), columns });
            }
        }
        for label in ["ccnew", "ccold"] {
            let left = left_behind(context.catalog, &name, label);
            step.down.push(Change::DropIndex { index: left.clone(), concurrently: true, if_exists: true });
            step.before.push(Check::NameFree { name: left });
        }
        step.up.push(Change::Maintain(Maintenance::Reindex {
            target: ReindexTarget::Index(name.clone()),
            concurrently: true,
        }));
        step.after.push(Check::IndexValid { index: name });
    }
    if !invalid.is_empty() {
        step.lost_on_return = Some(format!("nothing but that {} was invalid", invalid.join(", ")));
        // No statement makes an index invalid.
        step.down.clear();
    }
    let mut draft = Draft { steps: vec![step], ..Draft::default() };
    let largest = all.iter().filter_map(|(_, i)| i.bytes).max();
    draft.cautions.push(match largest {
        Some(bytes) => format!(
            "until the old one is dropped both are on disk, the largest of {} MiB or less, and all of the new one is \
             written to the log",
            bytes.div_ceil(1 << 20)
        ),
        None => "until the old one is dropped both are on disk, and all of the new one is written to the log".to_owned(),
    });
    draft.cautions.push(
        "if a build fails or is cancelled, it leaves an invalid index behind, called like the index with _ccnew (or \
         _ccold) behind, which only costs: drop it concurrently and run the statement again; the index itself stays as it \
         was"
            .to_owned(),
    );
    Ok(draft)
}

fn refuse_exclusion(table: &Table, index: &Index) -> Result<(), PlanError> {
    let serves = |c: &&altimeter_catalog::Constraint| Some(&c.name) == index.constraint.as_ref();
    let constraint = table.constraints.iter().find(serves);
    match constraint.filter(|c| c.kind == ConstraintKind::Exclusion) {
        Some(constraint) => Err(refuse(
            format!(
                "the index of {} of {} cannot be built anew while others write",
                constraint.name, table.name
            ),
            "stop the writers: --zero-downtime false plans the plain statement, with what it costs",
        )),
        None => Ok(()),
    }
}

/// What an aborted build leaves behind.
fn left_behind(catalog: &Catalog, index: &Name, label: &str) -> Name {
    let parts = NameParts { table: &index.name, columns: "", label };
    index.sibling(catalog.default_relation_name(&index.schema, parts, &[]))
}
