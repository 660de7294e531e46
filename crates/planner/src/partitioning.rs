//! A plain table that becomes a partitioned one: what everything is called, and the statements that the plain way and
//! the plan without downtime share.
//!
//! Either the old table becomes the first partition as it is, with all values below the first boundary, and nothing is
//! copied; or every row is copied, and the old table goes.

mod bounds;
mod calendar;
mod copied;
mod keys;
mod obstacles;
mod parent;
mod published;

use altimeter_catalog::{
    Catalog, Change, Check, Name, PartitionBy, PartitionChange, Partitioning, RelationWord, Table,
};

use crate::comments;
use crate::dependants::Dependants;
use crate::materialized::{Beside, Reads};
use crate::plan::{PlanError, Road};
use crate::recipe::{RecipeContext, refuse};
use bounds::Boundary;
pub(crate) use copied::{drop_beside, locked, truncated};
pub(crate) use keys::Key;

/// What becomes of the table, and how everything is called.
pub(crate) struct Layout<'a> {
    pub(crate) context: &'a RecipeContext<'a>,
    /// The table as the catalog has it.
    pub(crate) table: &'a Table,
    /// The column that decides.
    pub(crate) column: &'a str,
    /// Into what it is split.
    pub(crate) by: &'a PartitionBy,
    /// Every row is copied; else the table becomes the first partition.
    pub(crate) copied: bool,
    /// Of ranges, the first boundary and those behind it.
    boundaries: Vec<Boundary>,
    /// The partitions beside the default one and the old table: names and bounds.
    parts: Vec<(Name, String)>,
    /// The old table's name afterwards: as the first partition, or until it goes.
    pub(crate) first: Name,
    /// The partitioned table's name while it is beside.
    pub(crate) beside: Name,
    /// The partition of what belongs to no other; by hash there is nothing that does not.
    pub(crate) rest: Option<Name>,
    /// Keys that must take the column in.
    pub(crate) keys: Vec<Key<'a>>,
    /// What reads the table and is bound to it, not to its name: views, policies of other tables, rules.
    pub(crate) dependants: Dependants,
    /// Materialized views that read it, which are built anew once the table is partitioned.
    pub(crate) materialized: Vec<Beside>,
}

/// What materialized views read.
const READS: Reads = Reads {
    old: "the table without partitions",
    new: "the partitioned table",
    back: "the way to a table without partitions",
};

/// Changes in order, each made on the schema the ones before it leave.
pub(crate) struct Sequence {
    pub(crate) schema: Catalog,
    pub(crate) changes: Vec<Change>,
}

impl Sequence {
    pub(crate) fn on(schema: &Catalog) -> Self {
        Self { schema: schema.clone(), changes: Vec::new() }
    }

    pub(crate) fn push(&mut self, change: Change) -> Result<(), PlanError> {
        self.schema.apply(&change).map_err(|e| refuse(e.to_string(), "correct the request"))?;
        self.changes.push(change);
        Ok(())
    }

    pub(crate) fn extend(&mut self, changes: impl IntoIterator<Item = Change>) -> Result<(), PlanError> {
        changes.into_iter().try_for_each(|c| self.push(c))
    }
}

/// The change with the plain statements it stands for; without any where the recipe will say why there are none.
pub(crate) fn change(context: &RecipeContext<'_>, wanted: Partitioning) -> Change {
    let plain = Layout::new(context, &wanted).and_then(|l| l.plain()).unwrap_or_default();
    Change::Partition(PartitionChange::Partition(Box::new(Partitioning { plain, ..wanted })))
}

/// The changes by the road that is preferred: a copy leads to another schema than what is attached as it is.
pub(crate) fn settled(context: &RecipeContext<'_>, changes: Vec<Change>) -> Vec<Change> {
    if context.prefer != Some(Road::Copy) {
        return changes;
    }
    let one = |c: Change| match c {
        Change::Partition(PartitionChange::Partition(wanted)) => change(context, *wanted),
        other => other,
    };
    changes.into_iter().map(one).collect()
}

impl<'a> Layout<'a> {
    /// # Errors
    /// If the table cannot be partitioned like that.
    pub(crate) fn new(context: &'a RecipeContext<'a>, wanted: &'a Partitioning) -> Result<Self, PlanError> {
        let Partitioning { table: name, column, by, from, .. } = wanted;
        let table = context.table(name)?;
        let column = context.column(table, column)?;
        let from = from.as_deref();
        let copied = !matches!(by, PartitionBy::Ranges(_))
            || context.prefer == Some(Road::Copy)
            || bounds::begins_in_the_past(context, (table, column), by, from);
        if let Some(reason) = context.engine.no_partition_key(context.catalog, by, &column.type_name) {
            return Err(refuse(
                format!("{name} cannot be partitioned by {}: {reason}", column.name),
                "partition by another column",
            ));
        }
        let (boundaries, parts) = match by {
            PartitionBy::Ranges(width) => {
                let boundaries = bounds::boundaries(context, (table, column), *width, from, copied)?;
                let parts = bounds::between(&boundaries);
                (boundaries, parts)
            }
            PartitionBy::List(values) => (Vec::new(), bounds::by_list(context, (name, column), values)?),
            PartitionBy::Hash(parts) => (Vec::new(), bounds::by_hash(name, *parts)?),
        };
        let mut dependants = Dependants::of_table(context, name)?;
        let materialized = std::mem::take(&mut dependants.materialized);
        let beside = materialized.iter().map(|view| Beside::new(context, view, READS));
        let beside = beside.collect::<Result<Vec<_>, _>>()?;
        let sibling = |text: String| name.sibling(context.name(&text));
        let first = match boundaries.first().filter(|_| !copied) {
            Some(boundary) => format!("{}_before_{}", name.name, boundary.label),
            None => format!("altimeter_old_{}", name.name),
        };
        let of_its_own = |(label, bound)| (sibling(format!("{}_{label}", name.name)), bound);
        let layout = Self {
            context,
            table,
            column: &column.name,
            by,
            copied,
            boundaries,
            parts: parts.into_iter().map(of_its_own).collect(),
            first: sibling(first),
            beside: sibling(format!("altimeter_{}", name.name)),
            rest: (!matches!(by, PartitionBy::Hash(_))).then(|| sibling(format!("{}_default", name.name))),
            keys: keys::without(context, table, &column.name)?,
            dependants,
            materialized: beside,
        };
        layout.refuse_obstacles()?;
        Ok(layout)
    }

    /// The partitions beside the default one and the old table: names and bounds.
    pub(crate) fn parts(&self) -> &[(Name, String)] {
        &self.parts
    }

    /// All partitions that are made, the default one last: names and bounds.
    pub(crate) fn all_parts(&self) -> impl Iterator<Item = (&Name, &str)> {
        let rest = self.rest.iter().map(|name| (name, "DEFAULT"));
        self.parts.iter().map(|(name, bound)| (name, bound.as_str())).chain(rest)
    }

    /// The first value that is not the old table's.
    pub(crate) fn boundary(&self) -> &str {
        self.boundaries.first().map(|b| b.sql.as_str()).unwrap_or_default()
    }

    /// The old table's bound.
    pub(crate) fn bound(&self) -> String {
        format!("FOR VALUES FROM (MINVALUE) TO ({})", self.boundary())
    }

    /// The names it takes, all of which must be free.
    pub(crate) fn names(&self) -> Vec<Name> {
        let parts = self.all_parts().map(|(name, _)| name.clone());
        parts.chain([self.first.clone(), self.beside.clone()]).collect()
    }

    /// That they are.
    pub(crate) fn names_free(&self) -> Vec<Check> {
        self.names().into_iter().map(|name| Check::NameFree { name }).collect()
    }

    /// An index's name once the table is the first partition.
    pub(crate) fn index_of_first(&self, index: &str) -> String {
        let own = index.strip_prefix(&self.table.name.name).map(|rest| rest.trim_start_matches('_'));
        let own = own.filter(|own| !own.is_empty()).unwrap_or(index);
        self.context.name(&format!("{}_{own}", self.first.name))
    }

    /// An index's name while the partitioned table is beside.
    pub(crate) fn index_beside(&self, index: &str) -> String {
        self.context.name(&format!("altimeter_parent_{index}"))
    }

    /// Indexes that the partitioned table has too.
    pub(crate) fn indexes(&self) -> impl Iterator<Item = &'a altimeter_catalog::Index> {
        self.table.indexes.iter().filter(|i| i.valid)
    }

    pub(crate) fn attach(&self) -> Change {
        Change::Partition(PartitionChange::Attach {
            parent: self.table.name.clone(),
            child: self.first.clone(),
            bound: self.bound(),
        })
    }

    /// The plain way, with the applications stopped.
    fn plain(&self) -> Result<Vec<Change>, PlanError> {
        if self.copied { self.copied_plainly() } else { self.attached_plainly() }
    }

    /// The keys are built and the rows read under the lock.
    fn attached_plainly(&self) -> Result<Vec<Change>, PlanError> {
        let (name, first) = (&self.table.name, &self.first);
        let mut all = Sequence::on(self.context.catalog);
        let dependants = Dependants::of_table_at_once(self.context, name)?;
        all.extend(dependants.dropped())?;
        for key in &self.keys {
            all.extend(key.widened_plainly(name))?;
        }
        let lost =
            comments::lost(self.context.catalog, &all.schema, &all.changes, std::slice::from_ref(name));
        all.extend(lost)?;
        if self.table.column(self.column).is_some_and(|c| !c.not_null) {
            all.push(Change::SetNotNull { table: name.clone(), column: self.column.to_owned() })?;
        }
        all.extend(self.drop_triggers())?;
        all.push(Change::rename_relation(RelationWord::Table, name, &first.name))?;
        for index in self.indexes() {
            let index = &index.definition.name;
            all.push(Change::rename_relation(
                RelationWord::Index,
                &name.sibling(index),
                self.index_of_first(index),
            ))?;
        }
        let names = |index: &str| (self.index_of_first(index), index.to_owned());
        self.make_parent(&mut all, (first, name), &names)?;
        let triggers = self.make_triggers(&all.schema, name)?;
        all.extend(triggers)?;
        self.comment(&mut all, name, &names)?;
        let handed = self.hand_over(&all.schema, first, name);
        if !handed.is_empty() {
            all.push(Change::Together(handed))?;
        }
        all.push(self.attach())?;
        all.extend(self.send_via_root())?;
        all.extend(self.unpublish(first))?;
        all.extend(self.publish(name))?;
        all.extend(dependants.made_again())?;
        let lost = comments::lost(self.context.catalog, &all.schema, &all.changes, &self.concerned());
        all.extend(lost)?;
        Ok(all.changes)
    }
}
