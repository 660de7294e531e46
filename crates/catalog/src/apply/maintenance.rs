//! What maintenance leaves behind.

use super::{ApplyError, ObjectKind, missing};
use crate::{Catalog, Maintenance, Movable, Name, Size, Table, TableKind, Target};

impl Catalog {
    pub(super) fn apply_maintenance(&mut self, change: &Maintenance) -> Result<(), ApplyError> {
        match change {
            Maintenance::Truncate { tables, cascade, .. } => {
                tables.iter().try_for_each(|t| self.truncate(t, *cascade))
            }
            Maintenance::Cluster { table: Some(name), index } => {
                let table = self.need_table(name)?;
                if index.is_some() && table.kind != TableKind::PartitionedTable {
                    table.clustered_on.clone_from(index);
                }
                Ok(())
            }
            Maintenance::Reindex { .. } => {
                change.tables().into_iter().for_each(|name| self.rebuilt(name));
                Ok(())
            }
            Maintenance::MoveTablespace { kind, from, to, owners } => {
                self.move_tablespace(*kind, from, to, owners);
                Ok(())
            }
            Maintenance::Lock { relations, .. } => relations.iter().try_for_each(|t| {
                let there = self.has_relation(&t.name);
                there.then_some(()).ok_or_else(|| missing(ObjectKind::Table, &t.name))
            }),
            Maintenance::Vacuum(it) => {
                it.tables.iter().try_for_each(|t| self.need_table(&t.name).map(|_| ()))
            }
            Maintenance::Cluster { table: None, .. } | Maintenance::Analyze { .. } => Ok(()),
        }
    }

    /// Empty, with all below it, and with `CASCADE` all that references it.
    fn truncate(&mut self, target: &Target, cascade: bool) -> Result<(), ApplyError> {
        self.need_table(&target.name)?;
        let mut emptied = vec![target.name.clone()];
        let mut next = 0;
        while let Some(name) = emptied.get(next).cloned() {
            let below = self.heirs_of(&name).filter(|_| !target.only).map(|t| t.name.clone());
            let referencing = self.referencing(&name).into_iter().filter(|_| cascade);
            let more: Vec<Name> = below.chain(referencing.map(|(t, _)| t.name.clone())).collect();
            emptied.extend(more.into_iter().filter(|n| !emptied.contains(n)).collect::<Vec<_>>());
            next += 1;
        }
        for name in &emptied {
            if let Some(table) = self.table_mut(name) {
                empty(table);
            }
        }
        Ok(())
    }

    /// An index that a failed concurrent build left behind is valid after it is built anew.
    fn rebuilt(&mut self, name: &Name) {
        let table = self.index(name).map(|(t, _)| t.name.clone()).unwrap_or_else(|| name.clone());
        let whole = table == *name;
        for index in self.table_mut(&table).map(|t| &mut t.indexes).into_iter().flatten() {
            if whole || index.definition.name == name.name {
                index.valid = true;
            }
        }
    }

    fn move_tablespace(&mut self, kind: Movable, from: &str, to: &str, owners: &[String]) {
        let place = (to != "pg_default").then(|| to.to_owned());
        let there = |space: &Option<String>| space.as_deref().unwrap_or("pg_default") == from;
        let moved = |t: &Table| {
            let kind_fits = match kind {
                Movable::MaterializedViews => t.kind == TableKind::MaterializedView,
                Movable::Tables | Movable::Indexes => t.kind != TableKind::MaterializedView,
            };
            kind_fits && (owners.is_empty() || t.owner.as_ref().is_some_and(|o| owners.contains(o)))
        };
        self.tables.change(moved, |table| {
            if kind == Movable::Indexes {
                let indexes = table.indexes.iter_mut().filter(|i| there(&i.definition.tablespace));
                indexes.for_each(|i| i.definition.tablespace.clone_from(&place));
            } else if there(&table.tablespace) {
                table.tablespace.clone_from(&place);
            }
        });
    }
}

fn empty(table: &mut Table) {
    table.size = Size {
        rows: Some(0.0),
        pages: Some(0.0),
        heap_bytes: Some(0),
        toast_bytes: Some(0),
        index_bytes: Some(0),
        frozen_age: table.size.frozen_age,
        summed_partitions: table.size.summed_partitions,
    };
    table.indexes.iter_mut().for_each(|i| i.bytes = Some(0));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Constraint, ConstraintKind, ForeignKey};

    #[test]
    fn truncate_empties_all_that_goes_with_it() {
        let name = |n: &str| Name::new("public", n);
        let table = |n: &str| {
            let size = Size { rows: Some(7.0), heap_bytes: Some(8192), ..Size::default() };
            Table { name: name(n), size, ..Table::default() }
        };
        let mut child = table("c");
        child.constraints.push(Constraint {
            comment: None,
            name: "fk".into(),
            kind: ConstraintKind::ForeignKey,
            columns: vec!["p".into()],
            definition: String::new(),
            validated: true,
            deferrable: false,
            deferred: false,
            no_inherit: false,
            inherited: false,
            not_enforced: false,
            foreign: Some(ForeignKey { table: name("p"), columns: vec!["id".into()] }),
            index: None,
        });
        let heir = Table { inherits: vec![name("p")], ..table("h") };
        let before = Catalog {
            tables: [table("p"), child, heir, table("other")].map(Into::into).into(),
            ..Catalog::default()
        };
        let emptied = |only: bool, cascade: bool| {
            let mut catalog = before.clone();
            let tables = vec![Target { name: name("p"), only }];
            let truncate = Maintenance::Truncate { tables, restart_identity: false, cascade };
            catalog.apply_maintenance(&truncate).unwrap();
            let empty = catalog.tables.iter().filter(|t| t.size.heap_bytes == Some(0));
            empty.map(|t| t.name.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(emptied(false, true), ["c", "h", "p"]);
        assert_eq!(emptied(true, false), ["p"]);
    }
}
