//! Indexes: `ALTER INDEX`, and the parent's own index made alone.

use super::super::{ObjectKind, missing, refused};
use crate::{ApplyError, Catalog, IndexAction, IndexDefinition, Name, RelationWord, TableKind};

impl Catalog {
    pub(super) fn alter_index(
        &mut self,
        name: &Name,
        if_exists: bool,
        actions: &[IndexAction],
    ) -> Result<(), ApplyError> {
        let Some((table, _)) = self.index(name) else {
            return match (if_exists, self.has_relation(name)) {
                (true, false) => Ok(()),
                (_, true) => self.wrong_kind(RelationWord::Index, name),
                (false, false) => Err(missing(ObjectKind::Index, name)),
            };
        };
        let partitioned = table.kind == TableKind::PartitionedTable;
        let table = table.name.clone();
        for action in actions {
            match action {
                IndexAction::Parameters(_) if partitioned => {
                    return refused(format!(
                        "{name} is a partitioned index, which has no storage parameters"
                    ));
                }
                IndexAction::Tablespace(to) => {
                    let indexes = self.table_mut(&table).into_iter().flat_map(|t| &mut t.indexes);
                    for index in indexes.filter(|i| i.definition.name == name.name) {
                        index.definition.tablespace = Some(to.clone()).filter(|t| t != "pg_default");
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// An index on a partitioned table alone is invalid until each partition's is attached.
    pub(super) fn create_index_only(&mut self, index: &IndexDefinition) -> Result<(), ApplyError> {
        let partitions: Vec<Name> = self.direct_partitions_of(&index.table).map(|t| t.name.clone()).collect();
        self.make_index(index, None)?;
        let indexes = self.table_mut(&index.table).into_iter().flat_map(|t| &mut t.indexes);
        for made in indexes.filter(|i| i.definition.name == index.name) {
            made.valid = partitions.is_empty();
        }
        Ok(())
    }
}
