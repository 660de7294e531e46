//! Indexes made and dropped, on a partitioned table with those of its partitions.

use super::{ApplyError, ObjectKind, exists, missing, refused};
use crate::expression::{output_name, words};
use crate::naming::{NameParts, joined};
use crate::{Catalog, Index, IndexDefinition, IndexTarget, Name, Table, TableKind};

impl Catalog {
    pub(super) fn create_index(
        &mut self,
        index: &IndexDefinition,
        if_not_exists: bool,
    ) -> Result<(), ApplyError> {
        let name = index.table.sibling(&index.name);
        if self.has_relation(&name) {
            return if if_not_exists { Ok(()) } else { Err(exists(ObjectKind::Index, name)) };
        }
        self.make_index(index, None)?;
        self.index_partitions(index)
    }

    /// One index on one table.
    pub(super) fn make_index(
        &mut self,
        index: &IndexDefinition,
        part_of: Option<String>,
    ) -> Result<(), ApplyError> {
        let name = index.table.sibling(&index.name);
        if self.has_relation(&name) {
            return Err(exists(ObjectKind::Index, name));
        }
        let t = self.need_table(&index.table)?;
        if t.kind == TableKind::ForeignTable {
            return refused(format!("{} is a foreign table", t.name));
        }
        for key in &index.keys {
            match &key.target {
                IndexTarget::Column(c) if t.column(c).is_none() && !is_system_column(c) => {
                    return Err(missing(ObjectKind::Column, format!("{}.{c}", t.name)));
                }
                _ => {}
            }
        }
        let covers =
            |c: &String| index.keys.iter().any(|k| matches!(&k.target, IndexTarget::Column(key) if key == c));
        if let Some(lacking) = t.partition_columns.iter().find(|c| index.unique && !covers(c)) {
            return refused(format!(
                "a unique index on {} must have the partition key's column {lacking}",
                t.name
            ));
        }
        let reads = reads(t, index);
        t.indexes.push(Index {
            comment: None,
            definition: index.clone(),
            primary: false,
            constraint: None,
            valid: true,
            part_of,
            reads,
            bytes: None,
            scans: None,
            printed: None,
        });
        t.indexes.sort_by(|a, b| a.definition.name.cmp(&b.definition.name));
        Ok(())
    }

    /// Makes an index of a partitioned table on its partitions, or attaches one that is there already.
    fn index_partitions(&mut self, parent: &IndexDefinition) -> Result<(), ApplyError> {
        let partitions = self.direct_partitions_of(&parent.table);
        let partitions: Vec<Name> =
            partitions.filter(|t| t.kind != TableKind::ForeignTable).map(|t| t.name.clone()).collect();
        for partition in partitions {
            if let Some(found) = self.index_to_attach(&partition, parent) {
                let indexes = self.table_mut(&partition).into_iter().flat_map(|t| &mut t.indexes);
                indexes
                    .filter(|i| i.definition.name == found)
                    .for_each(|i| i.part_of = Some(parent.name.clone()));
                continue;
            }
            let part = self.partition_index(&partition, parent);
            self.make_index(&part, Some(parent.name.clone()))?;
            self.index_partitions(&part)?;
        }
        Ok(())
    }

    /// An index of a partition that serves as its part of a partitioned table's index: the server takes the first
    /// that has the same keys, in whatever direction they are sorted (server source, `CompareIndexInfo`).
    pub fn index_to_attach(&self, partition: &Name, parent: &IndexDefinition) -> Option<String> {
        let fits = |i: &&Index| i.part_of.is_none() && i.definition.indexes_the_same(parent);
        self.table(partition)?.indexes.iter().find(fits).map(|i| i.definition.name.clone())
    }

    /// A partition's part of a partitioned table's index, under the name the server chooses.
    pub fn partition_index(&self, partition: &Name, parent: &IndexDefinition) -> IndexDefinition {
        let mut part = IndexDefinition { table: partition.clone(), name: String::new(), ..parent.clone() };
        part.name = self.default_index_name(&part, "idx");
        part
    }

    /// The name the server chooses for an index, or the constraint it serves: `idx`, `key`, `excl`, `pkey`.
    pub fn default_index_name(&self, index: &IndexDefinition, label: &str) -> String {
        self.default_index_name_beside(index, label, &[])
    }

    /// The same where the statement has given or chosen other names already.
    pub fn default_index_name_beside(
        &self,
        index: &IndexDefinition,
        label: &str,
        taken: &[String],
    ) -> String {
        let names = if label == "pkey" { Vec::new() } else { Self::index_column_names(index) };
        let columns = joined(names.iter().map(String::as_str));
        let parts = NameParts { table: &index.table.name, columns: &columns, label };
        match label {
            "idx" => self.default_relation_name(&index.table.schema, parts, taken),
            _ => self.default_index_constraint_name(&index.table.schema, parts, taken),
        }
    }

    pub(super) fn drop_index(&mut self, name: &Name, if_exists: bool) -> Result<(), ApplyError> {
        let target = crate::DropTarget::Relation { word: crate::RelationWord::Index, name: name.clone() };
        self.drop_objects(&[target], if_exists, false)
    }

    /// What an index is called after, column by column: names, an expression's own name, each made different from
    /// those before it (server source, `ChooseIndexColumnNames`).
    pub fn index_column_names(index: &IndexDefinition) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let keys = index.keys.iter().map(|k| match &k.target {
            IndexTarget::Column(c) => c.clone(),
            IndexTarget::Expression(e) => output_name(e).unwrap_or_else(|| "expr".to_owned()),
        });
        for name in keys.chain(index.include.iter().cloned()) {
            let numbered = (1..).map(|n: u32| format!("{name}{n}"));
            let free = std::iter::once(name.clone()).chain(numbered).find(|n| !names.contains(n));
            names.extend(free);
        }
        names
    }

    /// Whether any partition, at any depth, is a foreign table: no unique index can be made over those.
    pub fn has_foreign_partition(&self, table: &Name) -> bool {
        self.partitions_of(table).iter().any(|t| t.kind == TableKind::ForeignTable)
    }
}

/// The table's columns an index reads.
pub(super) fn reads(table: &Table, index: &IndexDefinition) -> Vec<String> {
    let of_table = |text: &str| -> Vec<String> {
        words(text).into_iter().filter(|w| table.column(w).is_some()).collect()
    };
    let keys = index.keys.iter().flat_map(|k| match &k.target {
        IndexTarget::Column(c) => vec![c.clone()],
        IndexTarget::Expression(e) => of_table(e),
    });
    let predicate = index.predicate.as_deref().map(of_table).unwrap_or_default();
    let mut reads: Vec<String> = keys.chain(index.include.iter().cloned()).chain(predicate).collect();
    reads.sort();
    reads.dedup();
    reads
}

fn is_system_column(name: &str) -> bool {
    matches!(name, "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "tableoid")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, IndexKey};

    fn table(name: &str, parent: Option<&str>) -> Table {
        let columns = ["id", "k"].map(|c| Column { name: c.to_owned(), ..Column::default() }).to_vec();
        let kind = if parent.is_none() { TableKind::PartitionedTable } else { TableKind::Table };
        Table {
            name: Name::new("public", name),
            columns,
            kind,
            partition_of: parent.map(|p| Name::new("public", p)),
            partition_columns: if parent.is_none() { vec!["k".to_owned()] } else { Vec::new() },
            ..Table::default()
        }
    }

    fn index(name: &str, table: &str, descending: bool) -> IndexDefinition {
        IndexDefinition {
            name: name.to_owned(),
            table: Name::new("public", table),
            method: "btree".to_owned(),
            keys: vec![IndexKey { descending, ..IndexKey::column("id") }],
            ..IndexDefinition::default()
        }
    }

    #[test]
    fn partitions_get_their_part_or_give_the_one_they_have() {
        let tables = vec![table("p", None), table("p1", Some("p")), table("p2", Some("p"))];
        let mut catalog = Catalog { tables: tables.into(), ..Catalog::default() };
        catalog.create_index(&index("own", "p2", true), false).unwrap();
        catalog.create_index(&index("p_i", "p", false), false).unwrap();
        let parts = |t: &str| {
            let t = catalog.table(&Name::new("public", t)).unwrap();
            t.indexes.iter().map(|i| (i.definition.name.clone(), i.part_of.clone())).collect::<Vec<_>>()
        };
        assert_eq!(parts("p1"), [("p1_id_idx".to_owned(), Some("p_i".to_owned()))]);
        assert_eq!(parts("p2"), [("own".to_owned(), Some("p_i".to_owned()))]);
        let unique = IndexDefinition { unique: true, ..index("u", "p", false) };
        assert!(catalog.create_index(&unique, false).is_err());
    }

    #[test]
    fn columns_give_an_index_its_name_each_once() {
        let mut named = index("", "t", false);
        named.keys.push(IndexKey {
            target: IndexTarget::Expression("lower(k)".to_owned()),
            ..IndexKey::column("")
        });
        named
            .keys
            .push(IndexKey { target: IndexTarget::Expression("id + 1".to_owned()), ..IndexKey::column("") });
        named.include = vec!["id".to_owned()];
        assert_eq!(Catalog::index_column_names(&named), ["id", "lower", "expr", "id1"]);
    }
}
