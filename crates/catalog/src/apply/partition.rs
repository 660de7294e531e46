//! Partitions coming and going.

use super::{ApplyError, ObjectKind, missing, refused};
use crate::{Catalog, Constraint, ConstraintKind, DetachMode, Index, Name, PartitionChange, Table};

impl Catalog {
    pub(super) fn apply_partition(&mut self, change: &PartitionChange) -> Result<(), ApplyError> {
        match change {
            PartitionChange::Attach { parent, child, bound } => self.attach(parent, child, bound),
            PartitionChange::Detach { parent, child, mode } => self.detach(parent, child, *mode),
            PartitionChange::AttachIndex { parent, child } => self.attach_index(parent, child),
            PartitionChange::Partition(wanted) => wanted.plain.iter().try_for_each(|c| self.apply(c)),
        }
    }

    /// The table has all its parent has: parts of its indexes, its foreign keys, its row triggers.
    fn attach(&mut self, parent: &Name, child: &Name, bound: &str) -> Result<(), ApplyError> {
        let above = self.table(parent).ok_or_else(|| missing(ObjectKind::Table, parent))?.clone();
        if child == parent || self.partitions_of(child).iter().any(|t| &t.name == parent) {
            return refused(format!("{parent} would be a part of itself"));
        }
        let table = self.need_table(child)?;
        table.partition_of = Some(parent.clone());
        table.partition_bound = Some(bound.to_owned());
        for column in &mut table.columns {
            column.inherited = true;
        }
        for of in &above.indexes {
            take_part(table, of);
        }
        for of in above.constraints.iter().filter(|c| passes_on(c)) {
            match table.constraints.iter_mut().find(|own| is_same(own, of)) {
                Some(own) => own.inherited = true,
                None => table.constraints.push(Constraint { inherited: true, ..of.clone() }),
            }
        }
        for trigger in above.triggers.iter().filter(|t| t.per_row) {
            if !table.triggers.iter().any(|t| t.name == trigger.name) {
                table.triggers.push(trigger.clone());
            }
        }
        Ok(())
    }

    /// The table keeps what it has, as its own. Concurrently, a CHECK says what the bound said.
    fn detach(&mut self, parent: &Name, child: &Name, _mode: DetachMode) -> Result<(), ApplyError> {
        let above = self.table(parent).ok_or_else(|| missing(ObjectKind::Table, parent))?.clone();
        let table = self.need_table(child)?;
        table.partition_of = None;
        table.partition_bound = None;
        table.columns.iter_mut().for_each(|c| c.inherited = false);
        table.indexes.iter_mut().for_each(|i| i.part_of = None);
        table.constraints.iter_mut().for_each(|c| c.inherited = false);
        table.triggers.retain(|t| !above.triggers.iter().any(|of| of.per_row && of.name == t.name));
        Ok(())
    }

    /// A part of an index; with the last one missing the whole becomes valid.
    fn attach_index(&mut self, parent: &Name, child: &Name) -> Result<(), ApplyError> {
        let not_there = |name: &Name| missing(ObjectKind::Index, name);
        let of = self.index(parent).map(|(t, _)| t.name.clone()).ok_or_else(|| not_there(parent))?;
        let own = self.index(child).map(|(t, _)| t.name.clone()).ok_or_else(|| not_there(child))?;
        let part = |i: &&mut Index| i.definition.name == child.name;
        for index in self.need_table(&own)?.indexes.iter_mut().filter(part) {
            index.part_of = Some(parent.name.clone());
        }
        let has_part =
            |t: &Table| t.indexes.iter().any(|i| i.valid && i.part_of.as_ref() == Some(&parent.name));
        let complete = self.direct_partitions_of(&of).all(has_part);
        let whole = |i: &&mut Index| i.definition.name == parent.name && complete;
        self.need_table(&of)?.indexes.iter_mut().filter(whole).for_each(|i| i.valid = true);
        Ok(())
    }
}

/// An index of the table becomes part of one of its parent's, or is made.
fn take_part(table: &mut Table, of: &Index) {
    let fits = |own: &&mut Index| {
        let constraint = of.constraint.is_none() || own.constraint.is_some();
        own.part_of.is_none() && constraint && own.definition.indexes_the_same(&of.definition)
    };
    let part_of = Some(of.definition.name.clone());
    if let Some(own) = table.indexes.iter_mut().find(fits) {
        own.part_of = part_of;
        return;
    }
    let columns = of.definition.columns().unwrap_or_else(|| vec!["expr".to_owned()]).join("_");
    let name = match (of.primary, &of.constraint) {
        (true, _) => format!("{}_pkey", table.name.name),
        (_, Some(_)) => format!("{}_{columns}_key", table.name.name),
        (_, None) => format!("{}_{columns}_idx", table.name.name),
    };
    let mut made = of.clone();
    made.constraint = of.constraint.as_ref().map(|_| name.clone());
    made.definition.table = table.name.clone();
    made.definition.name = name;
    made.part_of = part_of;
    (made.bytes, made.scans, made.printed) = (None, None, None);
    table.indexes.push(made);
}

/// Constraints a partition gets from its parent, those with an index of their own left out.
fn passes_on(constraint: &Constraint) -> bool {
    matches!(constraint.kind, ConstraintKind::ForeignKey | ConstraintKind::Check) && !constraint.no_inherit
}

fn is_same(own: &Constraint, of: &Constraint) -> bool {
    match of.kind {
        ConstraintKind::ForeignKey => {
            own.kind == of.kind && own.columns == of.columns && own.foreign == of.foreign
        }
        _ => own.kind == of.kind && own.name == of.name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IndexDefinition, IndexKey, Trigger};

    fn index(table: &Name, name: &str) -> Index {
        Index {
            comment: None,
            definition: IndexDefinition {
                name: name.into(),
                table: table.clone(),
                method: "btree".into(),
                unique: false,
                nulls_not_distinct: false,
                keys: vec![IndexKey::column("k")],
                include: Vec::new(),
                predicate: None,
                options: Default::default(),
                tablespace: None,
            },
            primary: false,
            constraint: None,
            valid: true,
            part_of: None,
            reads: vec!["k".into()],
            bytes: None,
            scans: None,
            printed: None,
        }
    }

    #[test]
    fn what_is_attached_and_detached_again_keeps_its_own() {
        let (parent, child) = (Name::new("public", "pt"), Name::new("public", "s"));
        let trigger = Trigger {
            comment: None,
            name: "g".into(),
            function: parent.sibling("f"),
            before: false,
            per_row: true,
            events: vec!["INSERT".into()],
            columns: Vec::new(),
            enabled: "origin".into(),
            definition: None,
        };
        let above = Table {
            name: parent.clone(),
            indexes: vec![index(&parent, "pt_k")],
            triggers: vec![trigger],
            ..Table::default()
        };
        let table = Table { name: child.clone(), indexes: vec![index(&child, "s_k")], ..Table::default() };
        let mut catalog = Catalog { tables: vec![above, table].into(), ..Catalog::default() };
        let bound = "FOR VALUES FROM (1) TO (2)".to_owned();
        catalog
            .apply_partition(&PartitionChange::Attach { parent: parent.clone(), child: child.clone(), bound })
            .unwrap();
        let attached = catalog.table(&child).unwrap();
        assert_eq!(attached.partition_of.as_ref(), Some(&parent));
        assert_eq!(attached.indexes[0].part_of.as_deref(), Some("pt_k"));
        assert_eq!((attached.indexes.len(), attached.triggers.len()), (1, 1));
        let mode = DetachMode::Plain;
        catalog.apply_partition(&PartitionChange::Detach { parent, child: child.clone(), mode }).unwrap();
        let detached = catalog.table(&child).unwrap();
        assert_eq!((detached.partition_of.as_ref(), detached.triggers.len()), (None, 0));
        assert_eq!(detached.indexes[0].part_of, None);
    }
}
