//! Tables made.

use super::super::{ObjectKind, exists, missing, refused};
use crate::{ApplyError, Catalog, Key, Name, Table, TableDefinition, TableKind};

impl Catalog {
    pub(super) fn create_table(&mut self, it: &TableDefinition) -> Result<(), ApplyError> {
        let name = &it.table.name;
        if self.has_relation(name) {
            return if it.if_not_exists { Ok(()) } else { Err(exists(ObjectKind::Table, name)) };
        }
        if self.user_type(name).is_some() {
            return Err(exists(ObjectKind::Type, name));
        }
        if let Some(why) = &it.refused {
            return refused(why.clone());
        }
        self.need_schema(&name.schema)?;
        self.need_parents(&it.table)?;
        for index in &it.table.indexes {
            self.need_free(ObjectKind::Index, &name.sibling(&index.definition.name))?;
        }
        for sequence in &it.sequences {
            self.need_free(ObjectKind::Sequence, &sequence.name)?;
        }
        if let Some(lost) = it.references().into_iter().find(|t| self.table(t).is_none()) {
            return Err(missing(ObjectKind::Table, lost));
        }
        let reads = it.source.iter().flat_map(|s| &s.query.reads).map(|r| &r.relation.name);
        if let Some(lost) = it.like.iter().chain(reads).find(|r| !self.has_relation(r)) {
            return Err(missing(ObjectKind::Table, lost));
        }
        self.tables.insert(it.table.clone());
        for column in it.table.columns.iter().filter(|c| c.not_null) {
            self.name_not_null(name, &column.name);
        }
        self.sequences.extend(it.sequences.iter().cloned());
        Ok(())
    }

    fn need_parents(&self, table: &Table) -> Result<(), ApplyError> {
        for parent in table.partition_of.iter().chain(&table.inherits) {
            let found = self.table(parent).ok_or_else(|| missing(ObjectKind::Table, parent))?;
            let partitioned = found.kind == TableKind::PartitionedTable;
            if table.partition_of.is_some() != partitioned {
                let not = if partitioned { "is partitioned" } else { "is not partitioned" };
                return refused(format!("{parent} {not}"));
            }
        }
        let Some(parent) = &table.partition_of else { return Ok(()) };
        match self.default_partition(parent) {
            Some(default) if table.partition_bound.as_deref() == Some("DEFAULT") => {
                refused(format!("{parent} has a default partition already, {default}"))
            }
            _ => match self
                .direct_partitions_of(parent)
                .find(|t| t.partition_bound.is_some() && t.partition_bound == table.partition_bound)
            {
                Some(other) => refused(format!("the partition {} has the same bound", other.name)),
                None => Ok(()),
            },
        }
    }

    /// Ends a transaction: temporary tables that were for it alone go.
    pub fn end_transaction(&mut self) {
        self.drop_own(&|t| t.until_commit);
    }

    /// Ends a session: its temporary relations go.
    pub fn end_session(&mut self) {
        self.drop_own(&|_| true);
        self.views.remove_with(Key::temporary(), |v| v.name.schema == "pg_temp");
        self.sequences.remove_with(Key::temporary(), |s| s.name.schema == "pg_temp");
    }

    fn drop_own(&mut self, wanted: &dyn Fn(&Table) -> bool) {
        let temporary = self.tables.with(Key::temporary());
        let own = temporary.filter(|t| t.name.schema == "pg_temp" && wanted(t));
        let roots: Vec<crate::Object> = own.map(|t| crate::Object::Table(t.name.clone())).collect();
        if roots.is_empty() {
            return;
        }
        if let Ok(objects) = self.going_with(&roots, true) {
            self.remove(&objects);
        }
    }

    /// The default partition of a partitioned table.
    pub fn default_partition(&self, parent: &Name) -> Option<&Name> {
        let partitions = self.direct_partitions_of(parent);
        partitions.filter(|t| t.partition_bound.as_deref() == Some("DEFAULT")).map(|t| &t.name).next()
    }
}
