//! Publications of a table that becomes partitioned.
//!
//! Subscribers know the table by its name. With `publish_via_partition_root` the rows of every partition arrive under the
//! name of the partitioned table, so nothing has to be done at them: the server then sends and identifies rows as those
//! of the topmost published table (manual, `CREATE PUBLICATION`; shown by tests/e2e/published.rs).

use altimeter_catalog::{Change, Name, ObjectChange, Publication, PublicationVerb, Published, TableKind};

use super::Layout;
use crate::draft::DraftStep;
use crate::plan::{PhaseKind, PlanError};
use crate::recipe::refuse;

impl<'a> Layout<'a> {
    fn publications(&self) -> Vec<&'a Publication> {
        self.context.catalog.publications_of(&self.table.name)
    }

    /// The publications that would send each partition under its own name.
    fn not_via_root(&self) -> impl Iterator<Item = &'a Publication> {
        self.publications().into_iter().filter(|p| !p.via_root)
    }

    /// # Errors
    /// If rows could not go on arriving under the table's name.
    pub(super) fn refuse_published(&self) -> Result<(), PlanError> {
        let (catalog, name) = (self.context.catalog, &self.table.name);
        for publication in self.not_via_root() {
            let others: Vec<String> = catalog
                .published_by(publication)
                .filter(|t| t.kind == TableKind::PartitionedTable)
                .map(|t| t.name.to_string())
                .collect();
            if !others.is_empty() {
                return Err(refuse(
                    format!(
                        "{name} is published by {}, which sends the partitions of {} under their own names: those of {name} \
                         subscribers do not know",
                        publication.name,
                        others.join(", ")
                    ),
                    format!(
                        "give {name} a publication of its own with publish_via_partition_root, then its rows arrive under its \
                         name"
                    ),
                ));
            }
        }
        for publication in self.publications() {
            let unread = |f: &altimeter_catalog::RowFilter| f.condition.is_none();
            if publication.named(name).and_then(|t| t.filter.as_ref()).is_some_and(unread) {
                return Err(refuse(
                    format!(
                        "which rows of {name} the publication {} sends could not be read",
                        publication.name
                    ),
                    "inspect the database again, when no schema change is under way",
                ));
            }
        }
        Ok(())
    }

    /// What publications send of partitions, they send as the table's.
    pub(crate) fn send_via_root(&self) -> Vec<Change> {
        let on =
            |p: &Publication| Change::Object(ObjectChange::PublishViaRoot { name: p.name.clone(), on: true });
        self.not_via_root().map(on).collect()
    }

    /// The same as a step, where there is anything to do.
    pub(crate) fn send_via_root_first(&self) -> Option<DraftStep> {
        let up = self.send_via_root();
        if up.is_empty() {
            return None;
        }
        let why = format!(
            "the rows of all partitions then arrive at subscribers as those of {}, under its name; nothing else of what is \
             published has partitions, so nothing changes before {} has any",
            self.table.name, self.table.name
        );
        let mut step = DraftStep::sql(PhaseKind::Expand, "publish partitions under the table's name", why);
        for change in up.iter().rev() {
            step.down.extend(self.context.engine.undo(self.context.catalog, change).into_iter().flatten());
        }
        step.up = up;
        Some(step)
    }

    /// Takes a table, which has that name by now, out of the publications that named the original.
    pub(crate) fn unpublish(&self, table: &Name) -> Vec<Change> {
        self.in_each(PublicationVerb::Drop, table)
    }

    /// Puts a table, which has that name by now, into the publications that named the original, with the same columns
    /// and rows.
    pub(crate) fn publish(&self, table: &Name) -> Vec<Change> {
        self.in_each(PublicationVerb::Add, table)
    }

    fn in_each(&self, verb: PublicationVerb, table: &Name) -> Vec<Change> {
        let one = |publication: &Publication| {
            let mut named = publication.named(&self.table.name)?.clone();
            named.on = table.clone();
            if verb == PublicationVerb::Drop {
                (named.columns, named.filter) = (Vec::new(), None);
            }
            Some(Change::Object(ObjectChange::AlterPublication {
                name: publication.name.clone(),
                verb,
                objects: Published { tables: vec![(named, false)], ..Published::default() },
            }))
        };
        self.publications().into_iter().filter_map(one).collect()
    }

    /// What is to be known about subscribers.
    pub(crate) fn about_subscribers(&self) -> Vec<String> {
        let name = &self.table.name;
        let mut cautions = Vec::new();
        for publication in self.publications() {
            cautions.push(format!(
                "{name} is published by {}: rows go on arriving under its name, with all partitions; a row that moves to \
                 another partition arrives as a DELETE and an INSERT. Subscribers need nothing; a table that is partitioned \
                 there, too, needs partitions of its own",
                publication.name
            ));
            if publication.implies(name) && !self.copied {
                cautions.push(format!(
                    "{} publishes it without naming it: before going back past the step that makes {name} partitioned, make an \
                     empty table {} with the same columns at every subscriber, because the rows that come home are sent under \
                     that name, too; what arrives there is passed over",
                    publication.name, self.first
                ));
            }
        }
        cautions
    }
}
