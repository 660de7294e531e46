//! An index of a partitioned table, built while everybody works on.
//!
//! The server refuses CONCURRENTLY for the whole, so the whole is made alone, empty and invalid; then each partition
//! gets its part, concurrently, and each part is attached; with the last one the whole is valid (manual, `CREATE INDEX`,
//! "Building Indexes Concurrently"; measured on 13 to 18). Partitions of partitions the same way.

use altimeter_catalog::{
    Catalog, Change, Check, Index, IndexDefinition, Name, PartitionChange, RelationChange, Table, TableKind,
};

use crate::plan::PlanError;
use crate::recipe::{RecipeContext, refuse};

/// The changes that make an index of a partitioned table, and those that take it away.
pub(crate) struct Parts {
    /// Makes the whole and its parts, and attaches them.
    pub(crate) up: Vec<Change>,
    /// Takes all of it away again, whether it is there as a whole or in part.
    pub(crate) down: Vec<Change>,
    /// Names that are taken.
    pub(crate) made: Vec<Name>,
}

impl RecipeContext<'_> {
    /// How an index of a partitioned table comes without anybody waiting.
    ///
    /// # Errors
    /// If there is no such way.
    pub(crate) fn index_parts(&self, index: &IndexDefinition) -> Result<Parts, PlanError> {
        let plain = Change::CreateIndex { index: index.clone(), concurrently: false, if_not_exists: false };
        let wanted = self.after(&plain)?;
        if self.catalog.has_foreign_partition(&index.table) {
            return Err(refuse(
                format!(
                    "{} has partitions that are foreign tables: an index of the whole that is made part by part never \
                     becomes valid",
                    index.table
                ),
                "index each partition by itself",
            ));
        }
        let up = build(&wanted, self.catalog, index);
        let whole = index.table.sibling(&index.name);
        let mut down = vec![Change::DropIndex { index: whole, concurrently: false, if_exists: true }];
        let mut made = Vec::new();
        for change in &up {
            let (index, concurrently) = match change {
                Change::CreateIndex { index, .. } => (index, true),
                Change::Relation(RelationChange::CreateIndexOnly(index)) => (index, false),
                _ => continue,
            };
            let name = index.table.sibling(&index.name);
            // The first is the whole.
            if !made.is_empty() {
                down.push(Change::DropIndex { index: name.clone(), concurrently, if_exists: true });
            }
            made.push(name);
        }
        // Those that were there before go with the whole.
        let mut gone = wanted.clone();
        for change in &down {
            gone.apply(change).map_err(|e| refuse(e.to_string(), ""))?;
        }
        for own in self.given(&wanted, index)? {
            let again = build(self.catalog, &gone, &own);
            again.iter().try_for_each(|c| gone.apply(c)).map_err(|e| refuse(e.to_string(), ""))?;
            down.extend(again);
        }
        Ok(Parts { up, down, made })
    }

    /// Indexes of partitions that are there already and become parts.
    fn given(&self, wanted: &Catalog, whole: &IndexDefinition) -> Result<Vec<IndexDefinition>, PlanError> {
        let mut found = Vec::new();
        for (_, part) in parts(wanted, whole) {
            let name = part.definition.table.sibling(&part.definition.name);
            match self.catalog.index(&name) {
                Some((table, own)) if own.constraint.is_some() => {
                    return Err(refuse(
                        format!(
                            "{name} of {} would become a part of it, and serves a constraint",
                            table.name
                        ),
                        "make it a constraint of the whole instead",
                    ));
                }
                Some((_, own)) => found.push(own.definition.clone()),
                None => found.extend(self.given(wanted, &part.definition)?),
            }
        }
        Ok(found)
    }
}

/// Makes an index with the parts it has on the wanted schema; parts that are there now are attached only.
pub(crate) fn build(wanted: &Catalog, now: &Catalog, index: &IndexDefinition) -> Vec<Change> {
    let partitioned = wanted.table(&index.table).is_some_and(|t| t.kind == TableKind::PartitionedTable);
    if !partitioned {
        return vec![Change::CreateIndex { index: index.clone(), concurrently: true, if_not_exists: false }];
    }
    let mut all = vec![Change::Relation(RelationChange::CreateIndexOnly(index.clone()))];
    for (table, part) in parts(wanted, index) {
        let name = table.name.sibling(&part.definition.name);
        if now.index(&name).is_none() {
            all.extend(build(wanted, now, &part.definition));
        }
        all.push(Change::Partition(PartitionChange::AttachIndex {
            parent: index.table.sibling(&index.name),
            child: name,
        }));
    }
    all
}

/// The direct partitions with their parts of an index.
pub(crate) fn parts<'a>(
    catalog: &'a Catalog,
    whole: &'a IndexDefinition,
) -> impl Iterator<Item = (&'a Table, &'a Index)> {
    let of = |t: &'a Table| t.indexes.iter().find(|i| i.part_of.as_ref() == Some(&whole.name));
    catalog.direct_partitions_of(&whole.table).filter_map(move |t| Some((t, of(t)?)))
}

/// That all of it is there and valid.
pub(crate) fn valid(names: &[Name]) -> Vec<Check> {
    names.iter().map(|name| Check::IndexValid { index: name.clone() }).collect()
}
