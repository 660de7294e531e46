//! A table gets another name, or moves to another schema, while old and new code both run.
//!
//! In one short transaction the table takes its new name and a view takes the old one. The server passes what is
//! written to such a view on to the table, so old code goes on; when it is gone, the view goes.

use altimeter_catalog::{Catalog, Change, Check, Name, RelationChange, Table};

use crate::both_names;
use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, refuse};

pub(crate) struct RenameTable;

impl Recipe for RenameTable {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let (from, to) = match change {
            Change::Relation(RelationChange::Rename { relation, to, .. }) => (relation, relation.sibling(to)),
            Change::Relation(RelationChange::SetSchema { relation, schema, .. }) => {
                (relation, Name::new(schema, &relation.name))
            }
            _ => return None,
        };
        let table = context.catalog.table(from)?;
        Some(draft(context, change, table, &to))
    }
}

fn draft(context: &RecipeContext<'_>, change: &Change, table: &Table, to: &Name) -> Result<Draft, PlanError> {
    let from = &table.name;
    let failed = |e: altimeter_catalog::ApplyError| refuse(e.to_string(), "choose another name");
    let mut renamed: Catalog = context.catalog.clone();
    renamed.apply(change).map_err(failed)?;
    let instead = "PostgreSQL 15 can do it; or stop the application and use --zero-downtime false";
    let (view, drop_view) = both_names::stand_in(&context.on(&renamed), from, to, &[], instead)?;
    let back = context
        .engine
        .undo(context.catalog, change)
        .ok_or_else(|| refuse(format!("{from} cannot be given its name back"), ""))?;
    let mut draft = Draft { cautions: cautions(context, table), ..Draft::default() };
    let mut rename = DraftStep::sql(
        PhaseKind::Expand,
        format!("rename to {to}, a view stands in for {from}"),
        "in one transaction: there is no moment without the old name, and what old code writes to the view goes to \
         the table",
    );
    rename.before.push(Check::NameFree { name: to.clone() });
    rename.up.push(Change::Together(std::iter::once(change.clone()).chain(view.clone()).collect()));
    rename.down.push(Change::Together(drop_view.iter().cloned().chain(back).collect()));
    rename.after.push(Check::NameTaken { name: to.clone() });
    rename.after.push(Check::NameTaken { name: from.clone() });
    draft.steps.push(rename);
    draft.steps.push(DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: use {to}"),
        "both names work, so old and new instances run side by side",
        format!("name {to} wherever it named {from}; roll out instance by instance"),
    ));
    draft.steps.push(DraftStep::old_code_gone(from));
    let mut contract = DraftStep::sql(
        PhaseKind::Contract,
        format!("drop the view {from}"),
        "nobody names it any more; going back makes it again",
    );
    contract.up = drop_view;
    contract.down = view;
    contract.before.push(Check::NameTaken { name: from.clone() });
    contract.after.push(Check::NameFree { name: from.clone() });
    draft.steps.push(contract);
    Ok(draft)
}

fn cautions(context: &RecipeContext<'_>, table: &Table) -> Vec<String> {
    let from = &table.name;
    let mut cautions = vec![format!(
        "until the view goes, old code cannot TRUNCATE {from}, COPY into it, change its schema or use ON CONFLICT ON \
         CONSTRAINT: look for these first"
    )];
    let mentions = |f: &&altimeter_catalog::Function| f.mentions.contains(&from.name);
    for function in context.catalog.functions.iter().filter(mentions) {
        cautions.push(format!("the body of {} speaks of {}: it is old code too", function.name, from.name));
    }
    let privileges = table.grants.iter().any(|g| g.privileges.iter().any(|p| p == "TRUNCATE"));
    if privileges {
        cautions.push(format!("TRUNCATE of {from} is granted to others: through the view it does not work"));
    }
    cautions
}
