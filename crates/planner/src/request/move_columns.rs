//! Columns that move from one table into another of the same key, as in `move street and city of customers into a new table
//! addresses` and `merge table addresses back into customers`.

use altimeter_catalog::{Change, Column, MoveColumns, Name, Table, Way};

use super::matching::Clause;
use super::pattern::Slot;
use super::reader::{Found, Reader, existing_table, fitting_name, incomplete};
use super::reshape_columns::listed;
use super::resolve::{Names, shown};
use super::token::Part;
use super::trouble::{Progress, Trouble};
use crate::recipe::RecipeContext;
use crate::{apart, joined};

/// Reads requests to split a table.
pub(super) struct SplitTable;

const SPLIT: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "move|moving|extract|extracting|normalise|normalize|normalising|normalizing|pull|transfer|outsource [out] \
             [column] <keys> [column] [{on_table}] [out] into|to [table] <new> [table]",
            "[vertically] split|divide|separate|break [off|out|up] [column] <keys> [column] {on_table} [off|out] into|to \
             table <new>",
            "[vertically] split|divide|separate|break [column] <keys> [column] off|out [of] {table} into|to table <new>",
            "[vertically] split|divide|separate|break [up] {table} [vertically] [by] [move|moving|with] [column] <keys> \
             [column] [go|goes|move|moves] into|to [table] <new> [table]",
            "move|moving|extract|extracting [column] <keys> [column] [out] into|to [table] <new> [table]",
            "add table <new> with|from|of|for [column] <keys> [column] {on_table}",
            "add table <new> {on_table} with|of|for [column] <keys> [column]",
        ],
    },
    Clause {
        required: false,
        patterns: &["[keyed|identified|referenced|linked|connected] by [key] <key>", "with key <key>"],
    },
    Clause { required: false, patterns: &["with foreign key [back]", "with foreign key [back] {to_table}"] },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
];

impl Reader for SplitTable {
    fn doing(&self) -> &'static str {
        "moving columns into a new table"
    }

    fn clauses(&self) -> &'static [Clause] {
        SPLIT
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, columns) = listed(found, "which columns move")?;
        let parts = found.parts(Slot::NewName).ok_or_else(|| incomplete("what the new table is called"))?;
        let child = new_table(found, table, &parts)?;
        let mut key = apart::key_beside(table).unwrap_or_default();
        if let Some(named) = found.parts(Slot::Key).and_then(|mut parts| parts.pop()) {
            let named = found.new_name(&named);
            match key.as_mut_slice() {
                [(_, beside)] => *beside = named,
                _ => {
                    return Err(Trouble::new(
                        Progress::Named,
                        format!(
                            "the key of {} is not one column, which {} could stand for",
                            table.name,
                            shown(&named)
                        ),
                        "leave the key's name out: its columns are called the same in the new table",
                    ));
                }
            }
        }
        let columns = columns.into_iter().map(|c: &Column| c.name.clone()).collect();
        let Names { engine, catalog, .. } = found.names;
        let context = RecipeContext { engine, catalog, prefer: None };
        let parent = table.name.clone();
        let wanted = MoveColumns { parent, child, key, columns, way: Way::Apart, plain: Vec::new() };
        Ok(apart::change(&context, wanted))
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let it = apart::is_split(change)?;
        Some(existing_table(names, &it.parent).and_then(|_| {
            fitting_name(names, &it.child.name)?;
            it.key.iter().try_for_each(|(_, beside)| fitting_name(names, beside))
        }))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let it = apart::is_split(change)?;
        let columns: Vec<String> = it.columns.iter().map(|c| format!("{}.{}", it.parent, shown(c))).collect();
        let key = match it.key.as_slice() {
            [(_, beside)] => format!(" keyed by {}", shown(beside)),
            _ => String::new(),
        };
        Some(format!("move {} into a new table {}{key}", columns.join(", "), it.child))
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("move {table}.its_other and {table}.{column} into a new table beside_it")
    }
}

/// The name of a table to be made, in the schema of another unless it is said.
fn new_table(found: &Found<'_>, beside: &Table, parts: &[Part]) -> Result<Name, Trouble> {
    let name = match parts {
        [name] => beside.name.sibling(found.new_name(name)),
        [schema, name] => Name::new(found.new_name(schema), found.new_name(name)),
        _ => return Err(incomplete("what the new table is called")),
    };
    if found.names.catalog.has_relation(&name) {
        return Err(Trouble::new(
            Progress::Named,
            format!("there is a relation {name} already"),
            "choose another name for the new table",
        ));
    }
    Ok(name)
}

/// Reads requests to merge two tables.
pub(super) struct MergeTables;

const MERGE: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "merge|merging|combine|combining|join|fold|unite|inline {table} [back] into|to|with [table] <new> [table]",
            "move|put|bring {table} back into|to [table] <new> [table]",
            "move|merge|bring all|everything [column] {on_table} [back] into|to [table] <new> [table]",
        ],
    },
    Clause { required: false, patterns: &["drop [it|table]"] },
];

impl Reader for MergeTables {
    fn doing(&self) -> &'static str {
        "merging two tables"
    }

    fn clauses(&self) -> &'static [Clause] {
        MERGE
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let child = found.named_table()?.ok_or_else(|| incomplete("which table is merged"))?;
        let parts = found.parts(Slot::NewName).ok_or_else(|| incomplete("into which table it is merged"))?;
        let parent = found.names.table(&parts, found.schema().as_ref())?;
        if parent.name == child.name {
            return Err(incomplete("into which other table it is merged"));
        }
        let Names { engine, catalog, .. } = found.names;
        let context = RecipeContext { engine, catalog, prefer: None };
        Ok(joined::change(&context, parent, child))
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let it = joined::is_merge(change)?;
        Some(existing_table(names, &it.parent).and_then(|_| existing_table(names, &it.child)).map(|_| ()))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let it = joined::is_merge(change)?;
        Some(format!("merge table {} back into {}", it.child, it.parent))
    }

    fn example(&self, table: &str, _column: &str) -> String {
        format!("merge table its_child back into {table}")
    }
}
