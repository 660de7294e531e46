//! A materialized view that is made again beside itself: built under another name while everybody reads the old one, then
//! the two change names. The old one stays, aside, until nobody can want it back.

use altimeter_catalog::{
    Catalog, Change, Check, DropTarget, Name, Object, RelationChange, RelationWord, Table,
};

use crate::dependants::Dependants;
use crate::draft::DraftStep;
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::{RecipeContext, refuse};

/// What a materialized view reads, before and after.
#[derive(Clone, Copy)]
pub(crate) struct Reads {
    /// `the old column`.
    pub(crate) old: &'static str,
    /// `the new column`.
    pub(crate) new: &'static str,
    /// What is a plan of its own once the old one is gone: `the way to the old type`.
    pub(crate) back: &'static str,
}

/// One materialized view and what reads it.
pub(crate) struct Beside {
    name: Name,
    reads: Reads,
    /// Makes the new one, under the name it has until the two change names.
    make: Vec<Change>,
    /// Indexes: the name, the new one's until then, the old one's from then on.
    indexes: Vec<(String, String, String)>,
    new: Name,
    old: Name,
    above: Dependants,
    /// It has been filled at all.
    filled: bool,
}

impl Beside {
    /// # Errors
    /// If it cannot be made again, or something that reads it cannot.
    pub(crate) fn new(context: &RecipeContext<'_>, name: &Name, reads: Reads) -> Result<Self, PlanError> {
        let catalog = context.catalog;
        let unknown = || {
            refuse(
                format!(
                    "the materialized view {name} reads {}, and how to make it again is not known",
                    reads.old
                ),
                "inspect the database again with this version of Altimeter, when no schema change is under way",
            )
        };
        let table = catalog.table(name).ok_or_else(unknown)?;
        if let Some(statistics) = table.statistics.first() {
            return Err(refuse(
                format!("the statistics {} are about the materialized view {name}", statistics.name),
                "drop them first, and make them again afterwards",
            ));
        }
        let aside = |of: &str, suffix: &str| context.name(&format!("altimeter_{of}{suffix}"));
        let (new, old) = (name.sibling(aside(&name.name, "")), name.sibling(aside(&name.name, "_old")));
        let indexes: Vec<(String, String, String)> = table
            .indexes
            .iter()
            .filter(|i| i.valid)
            .map(|i| &i.definition.name)
            .map(|i| (i.clone(), aside(i, ""), aside(i, "_old")))
            .collect();
        let schema = under_new_names(catalog, table, &new, &indexes).ok_or_else(unknown)?;
        let make = context.engine.make_again(&schema, &Object::Table(new.clone())).ok_or_else(unknown)?;
        let above = Dependants::of_view(context, name)?;
        Ok(Self { name: name.clone(), reads, make, indexes, new, old, above, filled: !table.unpopulated })
    }

    /// The view.
    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    /// Building the new one, with all that hangs on it.
    pub(crate) fn build_step(&self) -> DraftStep {
        let why = format!(
            "its rows are those of its query over {}; it is built under another name, while everybody reads {}: that takes \
             as long as a REFRESH, its disk once more, and keeps VACUUM from removing what dies meanwhile",
            self.reads.new, self.name
        );
        let title = format!("build {} anew, beside it", self.name);
        let mut step = DraftStep::sql(PhaseKind::Migrate, title, why);
        step.before.push(Check::NameFree { name: self.new.clone() });
        step.up = self.make.clone();
        step.up.push(Change::Analyze { table: self.new.clone(), columns: Vec::new() });
        step.down.push(drop(&self.new));
        step.after.push(Check::NameTaken { name: self.new.clone() });
        step
    }

    /// The two change names.
    pub(crate) fn swap_step(&self) -> DraftStep {
        let mut why = format!("in one transaction, and nothing is read; the old one stays as {}", self.old);
        if !self.above.is_empty() {
            why +=
                &format!("; what reads it is made again in the same transaction: {}", self.above.in_words());
        }
        let title = format!("{} reads {}", self.name, self.reads.new);
        let mut step = DraftStep::sql(PhaseKind::Migrate, title, why);
        step.before.push(Check::NameTaken { name: self.new.clone() });
        step.before.push(Check::NameFree { name: self.old.clone() });
        let named = self.indexes.iter();
        let aside = named.clone().map(|(name, _, old)| (name, old));
        let forth = named.clone().map(|(name, new, _)| (new, name));
        step.up.push(self.between(
            rename(&self.name, &self.old.name),
            rename(&self.new, &self.name.name),
            aside.chain(forth),
        ));
        step.after.push(Check::NameTaken { name: self.old.clone() });
        step.after.push(Check::NameFree { name: self.new.clone() });
        // The old one's rows are as old as the swap.
        let refreshed = self.filled.then(|| RelationChange::RefreshView {
            view: self.old.clone(),
            concurrently: false,
            with_data: true,
        });
        step.down.extend(refreshed.map(Change::Relation));
        let aside = named.clone().map(|(name, new, _)| (name, new));
        let home = named.map(|(name, _, old)| (old, name));
        step.down.push(self.between(
            rename(&self.name, &self.new.name),
            rename(&self.old, &self.name.name),
            aside.chain(home),
        ));
        step
    }

    fn between<'a>(
        &'a self,
        first: Change,
        second: Change,
        indexes: impl Iterator<Item = (&'a String, &'a String)>,
    ) -> Change {
        let mut changes = self.above.dropped();
        changes.extend([first, second]);
        changes
            .extend(indexes.map(|(from, to)| {
                Change::rename_relation(RelationWord::Index, &self.name.sibling(from), to)
            }));
        changes.extend(self.above.made_again());
        Change::Together(changes)
    }

    /// The old one goes.
    pub(crate) fn drop_step(&self) -> DraftStep {
        let why = format!("nobody reads it, and {} cannot go before it", self.reads.old);
        let mut step = DraftStep::sql(PhaseKind::Contract, format!("drop {}", self.old), why);
        step.before.push(Check::NameTaken { name: self.old.clone() });
        step.up.push(drop(&self.old));
        step.lost_on_return = Some(format!(
            "{}, which reads {}: without it the steps before this one cannot be taken back, and {} is a plan of its own",
            self.old, self.reads.old, self.reads.back
        ));
        step.after.push(Check::NameFree { name: self.old.clone() });
        step
    }

    /// What a job that refreshes it has to know.
    pub(crate) fn caution(&self) -> String {
        format!(
            "pause what refreshes {} from the moment it is built anew until the new one has its name: rows of a REFRESH in \
             between would be gone with the old one. Refresh it afterwards",
            self.name
        )
    }
}

/// A schema in which the materialized view bears the new name already, for how it is made.
fn under_new_names(
    catalog: &Catalog,
    table: &Table,
    new: &Name,
    indexes: &[(String, String, String)],
) -> Option<Catalog> {
    let view = catalog.view(&table.name)?.clone();
    let mut schema = Catalog { server: catalog.server.clone(), ..Catalog::default() };
    schema.tables = vec![table.clone()].into();
    schema.views = vec![view].into();
    schema.apply(&rename(&table.name, &new.name)).ok()?;
    for (name, to, _) in indexes {
        schema.apply(&Change::rename_relation(RelationWord::Index, &table.name.sibling(name), to)).ok()?;
    }
    Some(schema)
}

fn rename(from: &Name, to: &str) -> Change {
    Change::rename_relation(RelationWord::MaterializedView, from, to)
}

fn drop(name: &Name) -> Change {
    Change::drop_one(DropTarget::Relation { word: RelationWord::MaterializedView, name: name.clone() }, false)
}
