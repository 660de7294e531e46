//! Adding an index, as in `add an index on users(email)`.

use altimeter_catalog::{Change, IndexDefinition, IndexTarget, Name, Table};

use super::keys::{ON_KEYS, read_keys, shown_keys};
use super::matching::Clause;
use super::pattern::Slot;
use super::reader::{Found, Reader, existing_table, fitting_name};
use super::resolve::{Names, shown};
use super::token::Part;
use super::trouble::{Progress, Trouble};

/// Reads requests to add an index.
pub(super) struct AddIndex;

const CLAUSES: &[Clause] = &[
    Clause { required: false, patterns: &["add"] },
    Clause {
        required: true,
        patterns: &[
            "[{unique}] [{concurrently}] [partial|composite|compound|multicolumn|covering|plain] [<method>] index \
             [{concurrently}] [{if_not_exists}] [<index>]",
            "index {table} by|on|over|for|using [column] <keys> [column]",
            "index {table} [using <method>] ( <keys> )",
            "index [column] <keys> [column]",
            "index {table} 's [column] <keys> [column]",
        ],
    },
    Clause { required: false, patterns: &ON_KEYS },
    Clause { required: false, patterns: &["{on_table}", "{to_table}", "{apart}"] },
    Clause {
        required: false,
        patterns: &["called|named|name <index>", "name <index>", "as <index>", "call|name it <index>"],
    },
    Clause {
        required: false,
        patterns: &["using|with <method> [index|method]", "as <method> index", "of type <method>"],
    },
    Clause {
        required: false,
        patterns: &["only where <predicate>", "where|when <predicate>", "for rows where <predicate>"],
    },
    Clause {
        required: false,
        patterns: &[
            "include|including|includes ( <include> )",
            "include|including|includes|covering [column] <include>",
        ],
    },
    Clause { required: false, patterns: &["{nulls_not_distinct}"] },
    Clause { required: false, patterns: &["{concurrently}"] },
    Clause { required: false, patterns: &["{if_not_exists}"] },
];

impl Reader for AddIndex {
    fn doing(&self) -> &'static str {
        "adding an index"
    }

    fn clauses(&self) -> &'static [Clause] {
        CLAUSES
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, keys) = read_keys(found)?;
        let method = found.sql(Slot::Method).unwrap_or_else(|| "btree".to_owned());
        let mut index = IndexDefinition {
            name: String::new(),
            table: table.name.clone(),
            method: method.replace([' ', '-'], "").to_lowercase(),
            unique: found.has(Slot::Unique),
            nulls_not_distinct: found.has(Slot::NullsNotDistinct),
            keys,
            include: included(found, table)?,
            predicate: found.sql(Slot::Predicate),
            options: std::collections::BTreeMap::new(),
            tablespace: None,
        };
        let Names { engine, catalog, .. } = found.names;
        let given = name_given(found, table)?;
        let chosen = |index: &IndexDefinition| engine.default_index_name(catalog, index);
        index.name = given.clone().unwrap_or_else(|| chosen(&index));
        let concurrently = found.has(Slot::Concurrently);
        let if_not_exists = found.has(Slot::IfNotExists);
        let asked = Change::CreateIndex { index: index.clone(), concurrently, if_not_exists };
        // The engine's own reading of expressions is what SQL would have given, also for the name it chooses.
        let Change::CreateIndex { index: mut read, .. } = found.confirm(&asked, "the index")? else {
            return Err(not_an_index());
        };
        let same = read.table == index.table
            && read.unique == index.unique
            && read.method == index.method
            && read.keys.len() == index.keys.len()
            && read.predicate.is_some() == index.predicate.is_some()
            && read.include == index.include
            && read.options.is_empty()
            && read.tablespace.is_none();
        if !same {
            return Err(not_an_index());
        }
        if given.is_none() {
            read.name = chosen(&read);
        }
        Ok(Change::CreateIndex { index: read, concurrently, if_not_exists })
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::CreateIndex { index, if_not_exists, .. } = change else { return None };
        Some(existing_table(names, &index.table).and_then(|table| {
            let keys = index.keys.iter().filter_map(|k| match &k.target {
                IndexTarget::Column(column) => Some(column),
                IndexTarget::Expression(_) => None,
            });
            for column in keys.chain(&index.include) {
                names.column(table, &Part { text: column.clone(), quote: Some('"') })?;
            }
            fitting_name(names, &index.name)?;
            free_relation_name(names, &index.table.sibling(&index.name), *if_not_exists)
        }))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::CreateIndex { index, concurrently, if_not_exists } = change else { return None };
        let unique = if index.unique { "unique " } else { "" };
        let concurrently = if *concurrently { " concurrently" } else { "" };
        let using = if index.method == "btree" { String::new() } else { format!(" using {}", index.method) };
        let mut says =
            format!("add {unique}index {}{concurrently} on {}{using}", shown(&index.name), index.table);
        says += &format!(" ({})", shown_keys(&index.keys));
        if !index.include.is_empty() {
            says += &format!(
                " including {}",
                index.include.iter().map(|c| shown(c)).collect::<Vec<_>>().join(", ")
            );
        }
        if index.nulls_not_distinct {
            says += " with NULLs not distinct";
        }
        if let Some(predicate) = &index.predicate {
            says += &format!(
                " where {}",
                predicate.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\"")
            );
        }
        if *if_not_exists {
            says += " if it does not exist";
        }
        Some(says)
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("add an index on {table} ({column})")
    }
}

fn not_an_index() -> Trouble {
    Trouble::new(
        Progress::Named,
        "the index's columns, expressions or condition are not understood as SQL",
        "write it as SQL: create index on users (email) where deleted_at is null",
    )
}

/// The name the request gives; a schema before it can only be the table's.
fn name_given(found: &Found<'_>, table: &Table) -> Result<Option<String>, Trouble> {
    let Some(parts) = found.parts(Slot::Index) else { return Ok(None) };
    let Some((name, before)) = parts.split_last() else { return Ok(None) };
    let elsewhere = match before {
        [] => false,
        [schema] => schema.text != table.name.schema,
        _ => true,
    };
    if elsewhere {
        return Err(Trouble::new(
            Progress::Named,
            format!("an index lives in its table's schema, {}", shown(&table.name.schema)),
            "name the index without a schema",
        ));
    }
    Ok(Some(found.new_name(name)))
}

fn included(found: &Found<'_>, table: &Table) -> Result<Vec<String>, Trouble> {
    let Some(range) = found.tokens_of(Slot::Include) else { return Ok(Vec::new()) };
    let tokens = found.tokens.get(range).unwrap_or_default();
    let names = tokens.iter().filter(|t| !super::matching::one_of(t, &[",", "and", "&", "then"]));
    names
        .map(|t| match t.parts() {
            Some([part]) => Ok(found.names.column(table, part)?.name.clone()),
            _ => Err(not_an_index()),
        })
        .collect()
}

fn free_relation_name(names: Names<'_>, name: &Name, if_not_exists: bool) -> Result<(), Trouble> {
    if if_not_exists || !names.catalog.has_relation(name) {
        return Ok(());
    }
    let what = match names.catalog.index(name) {
        Some((table, index)) => {
            format!("it is an index on {} ({})", table.name, shown_keys(&index.definition.keys))
        }
        None => "a table, view or sequence has that name".to_owned(),
    };
    let message = format!("there is a relation {name} already: {what}");
    Err(Trouble::new(Progress::Named, message, "choose another name for the index"))
}
