//! A table goes, when nobody uses it any more.
//!
//! Before its rows are gone for good it is put aside under another name: whoever still needs it fails at once, and
//! gets it back within milliseconds.

use altimeter_catalog::{Change, Check, DropTarget, RelationChange, RelationWord};

use crate::dependants::texts_about;
use crate::draft::{Draft, DraftStep};
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{Recipe, RecipeContext, refuse};

pub(crate) struct DropTable;

impl Recipe for DropTable {
    fn draft(&self, context: &RecipeContext<'_>, change: &Change) -> Option<Result<Draft, PlanError>> {
        let Change::Relation(RelationChange::Drop { targets, cascade, .. }) = change else { return None };
        let [DropTarget::Relation { word: RelationWord::Table, name }] = targets.as_slice() else {
            return None;
        };
        let table = context.catalog.table(name)?;
        // A partition is part of its parent, and is detached first.
        if table.partition_of.is_some() {
            return Some(Err(refuse(
                format!("{name} is a partition: dropping it locks its parent and all who use that"),
                format!("ALTER TABLE … DETACH PARTITION {name} CONCURRENTLY first, then drop it"),
            )));
        }
        Some(draft(context, change, name, *cascade))
    }
}

fn draft(
    context: &RecipeContext<'_>,
    change: &Change,
    name: &altimeter_catalog::Name,
    cascade: bool,
) -> Result<Draft, PlanError> {
    let mut after = context.catalog.clone();
    after.apply(change).map_err(|e| {
        let texts = texts_about(context.catalog, name);
        let texts = if texts.is_empty() { String::new() } else { format!(":\n  {}", texts.join("\n  ")) };
        refuse(format!("{e}{texts}"), "take away first what needs it, or ask for CASCADE")
    })?;
    let aside = name.sibling(context.name(&format!("altimeter_dropped_{}", name.name)));
    let rename =
        |from: &altimeter_catalog::Name, to: &str| Change::rename_relation(RelationWord::Table, from, to);
    let mut draft = Draft::default();
    draft.steps.push(DraftStep::deploy(
        PhaseKind::Migrate,
        format!("deploy: forget {name}"),
        "code that still names the table fails the moment it is gone; until then old and new code both work",
        format!("neither read nor write {name}"),
    ));
    let mut put_aside = DraftStep::sql(
        PhaseKind::Contract,
        format!("put {name} aside"),
        "whoever still names it fails now, while its rows are there: going back takes milliseconds",
    );
    put_aside.before.push(Check::NameFree { name: aside.clone() });
    put_aside.up.push(rename(name, &aside.name));
    put_aside.down.push(rename(&aside, &name.name));
    put_aside.after.push(Check::NameFree { name: name.clone() });
    draft.steps.push(put_aside);
    draft.steps.push(DraftStep::wait(
        "does anybody miss it?",
        "wait through a day, a week and a month's end, as your jobs and reports need; take a dump meanwhile",
    ));
    let mut drop = DraftStep::sql(
        PhaseKind::Contract,
        format!("drop {}", aside.name),
        "the files go when the transaction commits: nothing is read or written anew",
    );
    drop.lost_on_return = Some(format!("{name} with all its rows: nothing but a dump brings them back"));
    drop.before.push(Check::NameTaken { name: aside.clone() });
    drop.up.push(Change::Relation(RelationChange::Drop {
        targets: vec![DropTarget::Relation { word: RelationWord::Table, name: aside.clone() }],
        if_exists: false,
        cascade,
    }));
    drop.after.push(Check::NameFree { name: aside });
    draft.steps.push(drop);
    Ok(draft)
}
