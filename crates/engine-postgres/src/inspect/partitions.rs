//! Partitioned tables: what the server keeps of a parent is empty, so its size and activity are those of its
//! partitions, summed.

use std::collections::HashMap;

use altimeter_catalog::{Name, Size, Table, TableActivity, TableKind, TableRates};

/// Which tables are the partitions of which, by their place in the list.
pub(super) struct Children(HashMap<Name, Vec<usize>>);

impl Children {
    pub(super) fn of(tables: &[Table]) -> Self {
        let mut children: HashMap<Name, Vec<usize>> = HashMap::new();
        for (at, table) in tables.iter().enumerate() {
            if let Some(parent) = &table.partition_of {
                children.entry(parent.clone()).or_default().push(at);
            }
        }
        Self(children)
    }

    /// All partitions below a table, on every level.
    pub(super) fn below(&self, tables: &[Table], parent: &Name) -> Vec<usize> {
        let mut below = Vec::new();
        let mut parents = vec![parent];
        while let Some(parent) = parents.pop() {
            for &at in self.0.get(parent).into_iter().flatten() {
                below.push(at);
                parents.extend(tables.get(at).map(|t| &t.name));
            }
        }
        below
    }
}

/// Gives every partitioned table, and every index of one, the sum of what lies below. Foreign partitions are left
/// out: they take no room here.
pub(super) fn sum_partitions(tables: &mut [Table]) {
    let children = Children::of(tables);
    let parents: Vec<usize> =
        (0..tables.len()).filter(|at| tables[*at].kind == TableKind::PartitionedTable).collect();
    for parent in parents {
        let below = children.below(tables, &tables[parent].name);
        let leaves: Vec<&Table> =
            below.iter().filter_map(|at| tables.get(*at)).filter(|t| t.kind == TableKind::Table).collect();
        let size = sum_sizes(&leaves);
        let activity = sum_activity(&leaves);
        let rates = sum_rates(&leaves);
        let indexes: Vec<(Option<u64>, Option<u64>)> = tables[parent]
            .indexes
            .iter()
            .map(|i| {
                let parts = index_parts(tables, &below, &tables[parent].name, &i.definition.name);
                (parts.iter().map(|p| p.0).sum(), parts.iter().map(|p| p.1).sum())
            })
            .collect();
        let table = &mut tables[parent];
        (table.size, table.activity, table.rates) = (size, activity, rates);
        for (index, (bytes, scans)) in table.indexes.iter_mut().zip(indexes) {
            (index.bytes, index.scans) = (bytes, scans);
        }
    }
}

/// Bytes and scans of the indexes of leaves that are, on any level, parts of an index.
fn index_parts(
    tables: &[Table],
    below: &[usize],
    parent: &Name,
    index: &str,
) -> Vec<(Option<u64>, Option<u64>)> {
    let mut found = Vec::new();
    let mut wanted: Vec<(&Name, &str)> = vec![(parent, index)];
    while let Some((parent, index)) = wanted.pop() {
        for table in
            below.iter().filter_map(|at| tables.get(*at)).filter(|t| t.partition_of.as_ref() == Some(parent))
        {
            for part in table.indexes.iter().filter(|i| i.part_of.as_deref() == Some(index)) {
                match table.kind {
                    TableKind::PartitionedTable => wanted.push((&table.name, &part.definition.name)),
                    _ => found.push((part.bytes, part.scans)),
                }
            }
        }
    }
    found
}

/// A sum is unknown as soon as one of its parts is.
fn sum_sizes(leaves: &[&Table]) -> Size {
    Size {
        rows: leaves.iter().try_fold(0.0, |sum, t| Some(sum + t.size.rows?)),
        pages: leaves.iter().try_fold(0.0, |sum, t| Some(sum + t.size.pages?)),
        heap_bytes: leaves.iter().map(|t| t.size.heap_bytes).sum(),
        toast_bytes: leaves.iter().map(|t| t.size.toast_bytes).sum(),
        index_bytes: leaves.iter().map(|t| t.size.index_bytes).sum(),
        frozen_age: leaves.iter().filter_map(|t| t.size.frozen_age).max(),
        summed_partitions: u32::try_from(leaves.len()).unwrap_or(u32::MAX),
    }
}

/// The counters summed; vacuumed and analysed is what the partition is that waits longest for it.
fn sum_activity(leaves: &[&Table]) -> Option<TableActivity> {
    let all =
        leaves.iter().map(|t| t.activity.as_ref()).collect::<Option<Vec<_>>>().filter(|a| !a.is_empty())?;
    let sum = |of: fn(&TableActivity) -> u64| all.iter().map(|a| of(a)).sum();
    let longest = |of: fn(&TableActivity) -> Option<f64>| {
        all.iter().map(|a| of(a)).collect::<Option<Vec<f64>>>()?.into_iter().max_by(f64::total_cmp)
    };
    Some(TableActivity {
        seq_scans: sum(|a| a.seq_scans),
        index_scans: sum(|a| a.index_scans),
        inserted: sum(|a| a.inserted),
        updated: sum(|a| a.updated),
        hot_updated: sum(|a| a.hot_updated),
        deleted: sum(|a| a.deleted),
        live_rows: sum(|a| a.live_rows),
        dead_rows: sum(|a| a.dead_rows),
        vacuumed_hours_ago: longest(|a| a.vacuumed_hours_ago),
        analyzed_hours_ago: longest(|a| a.analyzed_hours_ago),
    })
}

fn sum_rates(leaves: &[&Table]) -> Option<TableRates> {
    let all = leaves.iter().map(|t| t.rates.as_ref()).collect::<Option<Vec<_>>>()?;
    (!all.is_empty()).then(|| TableRates {
        scans: all.iter().fold(0.0, |sum, r| sum + r.scans),
        rows_written: all.iter().fold(0.0, |sum, r| sum + r.rows_written),
    })
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::Persistence;

    use super::*;

    fn table(name: &str, kind: TableKind, parent: Option<&str>, rows: Option<f64>) -> Table {
        Table {
            comment: None,
            name: Name::new("s", name),
            kind,
            persistence: Persistence::Permanent,
            columns: Vec::new(),
            indexes: Vec::new(),
            constraints: Vec::new(),
            triggers: Vec::new(),
            policies: Vec::new(),
            row_security: false,
            row_security_forced: false,
            replica_identity: "default".to_owned(),
            partition_of: parent.map(|p| Name::new("s", p)),
            partition_key: None,
            partition_columns: Vec::new(),
            inherits: Vec::new(),
            fillfactor: None,
            tablespace: None,
            partition_bound: None,
            access_method: None,
            of_type: None,
            clustered_on: None,
            detach_pending: false,
            until_commit: false,
            unpopulated: false,
            owner: None,
            grants: Vec::new(),
            statistics: Vec::new(),
            rules: Vec::new(),
            size: Size {
                rows,
                pages: Some(1.0),
                heap_bytes: Some(10),
                toast_bytes: Some(0),
                index_bytes: Some(5),
                frozen_age: rows.map(|r| r as u64),
                summed_partitions: 0,
            },
            activity: rows.map(|r| TableActivity {
                vacuumed_hours_ago: Some(r),
                inserted: 2,
                ..TableActivity::default()
            }),
            rates: None,
        }
    }

    #[test]
    fn a_parent_is_the_sum_of_its_leaves_on_every_level() {
        let mut tables = vec![
            table("top", TableKind::PartitionedTable, None, Some(-1.0)),
            table("a", TableKind::Table, Some("top"), Some(7.0)),
            table("middle", TableKind::PartitionedTable, Some("top"), Some(-1.0)),
            table("b", TableKind::Table, Some("middle"), Some(3.0)),
            table("far", TableKind::ForeignTable, Some("middle"), None),
            table("other", TableKind::Table, None, Some(100.0)),
        ];
        sum_partitions(&mut tables);
        let size = &tables[0].size;
        assert_eq!((size.rows, size.heap_bytes, size.index_bytes), (Some(10.0), Some(20), Some(10)));
        assert_eq!((size.summed_partitions, size.frozen_age), (2, Some(7)));
        let activity = tables[0].activity.as_ref().unwrap();
        assert_eq!((activity.inserted, activity.vacuumed_hours_ago), (4, Some(7.0)));
        assert_eq!((tables[2].size.rows, tables[2].size.summed_partitions), (Some(3.0), 1));
        assert_eq!(tables[5].size.rows, Some(100.0));
    }

    #[test]
    fn one_unknown_part_makes_the_sum_unknown_and_no_part_makes_it_zero() {
        let mut tables = vec![
            table("top", TableKind::PartitionedTable, None, None),
            table("a", TableKind::Table, Some("top"), Some(7.0)),
            table("b", TableKind::Table, Some("top"), None),
            table("empty", TableKind::PartitionedTable, None, None),
        ];
        sum_partitions(&mut tables);
        assert_eq!((tables[0].size.rows, tables[0].size.heap_bytes), (None, Some(20)));
        assert!(tables[0].activity.is_none());
        assert_eq!((tables[3].size.rows, tables[3].size.heap_bytes), (Some(0.0), Some(0)));
    }
}
