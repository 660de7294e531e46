//! Renaming a table, or moving it to another schema, as in `rename the table users to people`.

use altimeter_catalog::{Change, Name, RelationChange, RelationWord};

use super::matching::Clause;
use super::pattern::Slot;
use super::reader::{Found, Reader, fitting_name, incomplete};
use super::resolve::{Names, shown};
use super::trouble::{Progress, Trouble};

/// Reads requests to rename a table.
pub(super) struct RenameTable;

/// Reads requests to move a table to another schema.
pub(super) struct MoveTable;

const RENAME: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "rename [name of] {table}",
            "alter|set|correct name of {table}",
            "alter|set table name [of] {table}",
            "{table} should|must|shall|will be rename",
            "{table} should|must|shall|will be called|named <new>",
        ],
    },
    Clause { required: false, patterns: &["to|as|into|-> [be] [table] <new>"] },
];

const MOVE: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "move|shift|transfer {table}",
            "{table} should|must|shall|will be moved",
            "set schema of {table}",
        ],
    },
    Clause {
        required: true,
        patterns: &["to|into [schema] <new> [schema]", "to|into [schema] <new> , schema"],
    },
];

impl Reader for RenameTable {
    fn doing(&self) -> &'static str {
        "renaming a table"
    }

    fn clauses(&self) -> &'static [Clause] {
        RENAME
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        // `rename email to mail` without the word is rather about a column.
        let said = found.tokens.iter().any(|t| super::matching::one_of(t, &["table", "relation"]));
        let named = found.named_table().map_err(|trouble| match said {
            true => trouble,
            false => Trouble { progress: Progress::Incomplete, ..trouble },
        })?;
        let table = named.ok_or_else(|| incomplete("which table to rename"))?;
        let parts = found
            .parts(Slot::NewName)
            .ok_or_else(|| incomplete(&format!("what {} shall be called", table.name)))?;
        let (to, before) = parts.split_last().ok_or_else(|| incomplete("the new name"))?;
        if before.last().is_some_and(|schema| schema.text != table.name.schema) {
            return Err(Trouble::new(
                Progress::Named,
                format!("a rename keeps {} in its schema", table.name),
                "ask to move it to the other schema",
            ));
        }
        Ok(rename(&table.name, found.new_name(to)))
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::Relation(RelationChange::Rename { relation, to, .. }) = change else { return None };
        names.catalog.table(relation)?;
        Some(fitting_name(names, to).and_then(|()| free(names, &relation.sibling(to))))
    }

    fn says(&self, change: &Change) -> Option<String> {
        match change {
            Change::Relation(RelationChange::Rename {
                word: RelationWord::Table,
                relation,
                to,
                if_exists: false,
            }) => Some(format!("rename {relation} to {}", shown(to))),
            _ => None,
        }
    }

    fn example(&self, table: &str, _column: &str) -> String {
        format!("rename the table {table} to new_name")
    }
}

impl Reader for MoveTable {
    fn doing(&self) -> &'static str {
        "moving a table to another schema"
    }

    fn clauses(&self) -> &'static [Clause] {
        MOVE
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let table = found.named_table()?.ok_or_else(|| incomplete("which table to move"))?;
        let parts = found.parts(Slot::NewName).ok_or_else(|| incomplete("to which schema"))?;
        let [schema] = parts.as_slice() else { return Err(incomplete("to which schema")) };
        Ok(Change::Relation(RelationChange::SetSchema {
            word: RelationWord::Table,
            relation: table.name.clone(),
            schema: found.new_name(schema),
            if_exists: false,
        }))
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::Relation(RelationChange::SetSchema { relation, schema, .. }) = change else {
            return None;
        };
        names.catalog.table(relation)?;
        if !names.catalog.schemas.contains(schema) {
            let message = format!("there is no schema {}", shown(schema));
            return Some(Err(Trouble::new(Progress::Named, message, "make it first: CREATE SCHEMA")));
        }
        Some(free(names, &Name::new(schema, &relation.name)))
    }

    fn says(&self, change: &Change) -> Option<String> {
        match change {
            Change::Relation(RelationChange::SetSchema {
                word: RelationWord::Table,
                relation,
                schema,
                if_exists: false,
            }) => Some(format!("move {relation} to schema {}", shown(schema))),
            _ => None,
        }
    }

    fn example(&self, table: &str, _column: &str) -> String {
        let schema = if table.starts_with("public.") { "archive" } else { "public" };
        format!("move {table} to schema {schema}")
    }
}

fn rename(relation: &Name, to: String) -> Change {
    Change::rename_relation(RelationWord::Table, relation, to)
}

fn free(names: Names<'_>, name: &Name) -> Result<(), Trouble> {
    match names.catalog.has_relation(name) {
        true => Err(Trouble::new(
            Progress::Named,
            format!("something is called {name} already"),
            "choose another name",
        )),
        false => Ok(()),
    }
}
