//! Dropping an index, by name or by its columns, as in `remove the index on users.email`.

use altimeter_catalog::{Change, Index, Name, Table};

use super::keys::{ON_KEYS, key_columns};
use super::matching::Clause;
use super::nearest::{all_of, one_of};
use super::pattern::Slot;
use super::reader::{Found, Reader, incomplete};
use super::resolve::{Names, shown};
use super::trouble::{Progress, Trouble};

/// Reads requests to drop an index.
pub(super) struct DropIndex;

const CLAUSES: &[Clause] = &[
    Clause { required: true, patterns: &["drop", "get rid of"] },
    Clause {
        required: true,
        patterns: &[
            "[{unique}] [{concurrently}] index [{concurrently}] [{if_exists}] [<index>]",
            "<index> index",
        ],
    },
    Clause {
        required: false,
        patterns: &[ON_KEYS[0], ON_KEYS[1], ON_KEYS[2], ON_KEYS[3], ON_KEYS[4], ON_KEYS[5]],
    },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
    Clause { required: false, patterns: &["{concurrently}"] },
    Clause { required: false, patterns: &["{if_exists}"] },
];

impl Reader for DropIndex {
    fn doing(&self) -> &'static str {
        "dropping an index"
    }

    fn clauses(&self) -> &'static [Clause] {
        CLAUSES
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, index) = match found.parts(Slot::Index) {
            Some(parts) => {
                let (table, index) = found.names.index(&parts, found.schema().as_ref())?;
                belongs(found, table, index)?;
                (table, index)
            }
            None => by_columns(found)?,
        };
        Ok(Change::DropIndex {
            index: table.name.sibling(&index.definition.name),
            concurrently: found.has(Slot::Concurrently),
            if_exists: found.has(Slot::IfExists),
        })
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::DropIndex { index, if_exists, .. } = change else { return None };
        Some(match names.catalog.index(index) {
            Some((table, found)) => free_to_go(table, found),
            None if *if_exists => Ok(()),
            None => Err(names.no_index(&index.name, Some(&index.schema))),
        })
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::DropIndex { index, concurrently, if_exists } = change else { return None };
        let concurrently = if *concurrently { " concurrently" } else { "" };
        let exists = if *if_exists { " if it exists" } else { "" };
        Some(format!("drop index {index}{concurrently}{exists}"))
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("drop the index on {table} ({column}), or: drop index its_name")
    }
}

/// The index stands on the table and columns that were named beside it, if any were.
fn belongs(found: &Found<'_>, table: &Table, index: &Index) -> Result<(), Trouble> {
    let wrong = |named: &Name, columns: &str| {
        let name = table.name.sibling(&index.definition.name);
        let message = format!(
            "{name} is not an index on {named}{columns}: it is on {}{}",
            table.name,
            keys_shown(index)
        );
        Err(Trouble::new(Progress::Inside, message, "name the index alone, or its table and columns alone"))
    };
    if let Some(named) = found.named_table()?.filter(|t| t.name != table.name) {
        return wrong(&named.name, "");
    }
    if found.has(Slot::Keys) {
        let (on, columns) = key_columns(found)?;
        if on.name != table.name || index.definition.columns().as_ref() != Some(&columns) {
            return wrong(&on.name, &format!(" ({})", columns.join(", ")));
        }
    }
    Ok(())
}

fn by_columns<'a>(found: &Found<'a>) -> Result<(&'a Table, &'a Index), Trouble> {
    if !found.has(Slot::Keys) {
        let mut trouble = incomplete("which index to drop");
        if let Some(table) = found.named_table()? {
            let all: Vec<&Index> = table.indexes.iter().collect();
            trouble.progress = Progress::Inside;
            trouble.instead = listed(table, &all);
        }
        return Err(trouble);
    }
    let (table, columns) = key_columns(found)?;
    let wanted = |i: &&Index| {
        i.definition.columns().as_ref() == Some(&columns) && (i.definition.unique || !found.has(Slot::Unique))
    };
    let these: Vec<&Index> = table.indexes.iter().filter(wanted).collect();
    let shown_columns: Vec<String> = columns.iter().map(|c| shown(c)).collect();
    let columns_shown = shown_columns.join(", ");
    match these.as_slice() {
        [one] => Ok((table, one)),
        [] => {
            let with_one = |i: &&Index| columns.iter().any(|c| i.reads.contains(c));
            let near: Vec<&Index> = table.indexes.iter().filter(with_one).collect();
            let near = if near.is_empty() { table.indexes.iter().collect() } else { near };
            let message = format!("there is no index on just {} ({columns_shown})", table.name);
            Err(Trouble::new(Progress::Inside, message, listed(table, &near)))
        }
        several => {
            let names: Vec<Name> = several.iter().map(|i| table.name.sibling(&i.definition.name)).collect();
            Err(Trouble::new(
                Progress::Named,
                format!("several indexes are on {} ({columns_shown}): {}", table.name, all_of(&names)),
                format!("name the one you mean: drop index {}", one_of(&names)),
            ))
        }
    }
}

fn listed(table: &Table, indexes: &[&Index]) -> String {
    if indexes.is_empty() {
        return format!("{} has no indexes", table.name);
    }
    let show = |i: &&Index| format!("{}{}", table.name.sibling(&i.definition.name), keys_shown(i));
    let some: Vec<String> = indexes.iter().take(8).map(show).collect();
    format!("the indexes there are {}", all_of(&some))
}

fn keys_shown(index: &Index) -> String {
    format!(" ({})", super::keys::shown_keys(&index.definition.keys))
}

/// An index that something else stands on does not go by itself.
fn free_to_go(table: &Table, index: &Index) -> Result<(), Trouble> {
    let name = table.name.sibling(&index.definition.name);
    if let Some(constraint) = &index.constraint {
        return Err(Trouble::new(
            Progress::Named,
            format!(
                "{name} belongs to the constraint {} of {}: it goes with that only",
                shown(constraint),
                table.name
            ),
            format!("drop the constraint {} from {}", shown(constraint), table.name),
        ));
    }
    if let Some(parent) = &index.part_of {
        return Err(Trouble::new(
            Progress::Named,
            format!(
                "{name} is a part of the partitioned table's index {}: it goes with that only",
                shown(parent)
            ),
            format!("drop index {}", shown(parent)),
        ));
    }
    Ok(())
}
