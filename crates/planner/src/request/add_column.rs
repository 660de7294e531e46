//! Adding a column, as in `add a nullable text column nickname to users`.

use altimeter_catalog::{Change, Column};

use super::column_type::{read_type, refuse_bare_word};
use super::matching::Clause;
use super::pattern::Slot;
use super::reader::{Found, Reader, existing_table, free_column_name, incomplete};
use super::resolve::{Names, shown};
use super::trouble::{Progress, Trouble};

/// Reads requests to add a column.
pub(super) struct AddColumn;

const CLAUSES: &[Clause] = &[
    Clause { required: true, patterns: &["add"] },
    Clause {
        required: true,
        patterns: &[
            "column [{if_not_exists}] <column> [{typed}] <type>",
            "[column] <column> ( <type> )",
            "[column] <column> [column]",
            "<column> [{typed}] <type> [column]",
            "<column> [{not_null}] [{nullable}] <type> column",
            "<column> column {typed} <type>",
            "<type> [{not_null}] [{nullable}] column <column>",
            "<type> <column>",
            "{table} 's [column] <column> [column]",
        ],
    },
    Clause { required: false, patterns: &["{typed} <type>"] },
    Clause { required: false, patterns: &["{on_table}", "{to_table}", "{apart}"] },
    Clause { required: false, patterns: &["{not_null}", "{nullable}"] },
    Clause {
        required: false,
        patterns: &[
            "default [value] [to|of|is|=] <default>",
            "defaulting|defaults to <default>",
            "= <default>",
            "{no_default}",
        ],
    },
    Clause { required: false, patterns: &["{if_not_exists}"] },
];

impl Reader for AddColumn {
    fn doing(&self) -> &'static str {
        "adding a column"
    }

    fn clauses(&self) -> &'static [Clause] {
        CLAUSES
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, part) = found.column_name(Slot::Column, "add")?;
        let name = found.new_name(&part);
        let written = found.sql(Slot::Type).ok_or_else(|| {
            let mut trouble = incomplete(&format!("which type {}.{} shall have", table.name, shown(&name)));
            trouble.progress = Progress::Inside;
            trouble.instead = format!("add the type: `add column {} text to {}`", shown(&name), table.name);
            trouble
        })?;
        let type_name = read_type(found.names, &written)?;
        if !found.has(Slot::IfNotExists) {
            free_column_name(found.names, table, &name)?;
        }
        let default = found.tokens_of(Slot::Default).and_then(|range| found.tokens.get(range));
        refuse_bare_word(default.unwrap_or_default())?;
        let Names { engine, catalog, .. } = found.names;
        let canonical = |e: String| engine.canonical_default(catalog, &type_name, &e);
        let default = found.sql(Slot::Default).map(canonical);
        let not_null = found.has(Slot::NotNull);
        let has_default = default.is_some();
        let column = Column { name, type_name, not_null, default, ..Column::default() };
        let change = Change::AddColumn {
            table: table.name.clone(),
            column,
            if_not_exists: found.has(Slot::IfNotExists),
        };
        // Only a default is free text; all else was looked up.
        if has_default { confirmed(found, &change) } else { Ok(change) }
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::AddColumn { table, column, if_not_exists } = change else { return None };
        Some(existing_table(names, table).and_then(|table| {
            if *if_not_exists && table.column(&column.name).is_some() {
                return Ok(());
            }
            free_column_name(names, table, &column.name)
        }))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::AddColumn { table, column, if_not_exists } = change else { return None };
        let mut says = format!("add column {} {}", shown(&column.name), column.type_name);
        if column.not_null {
            says += " NOT NULL";
        }
        if let Some(default) = &column.default {
            says += &format!(
                " DEFAULT {}",
                default.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\"")
            );
        }
        says += &format!(" to {table}");
        if *if_not_exists {
            says += " if it does not exist";
        }
        Some(says)
    }

    fn example(&self, table: &str, _column: &str) -> String {
        format!(
            "add a text column note to {table}, or: add column score integer not null default 0 to {table}"
        )
    }
}

/// The change with its default as the engine reads it, if nothing but the default is read differently.
fn confirmed(found: &Found<'_>, change: &Change) -> Result<Change, Trouble> {
    let written = found.sql(Slot::Default).unwrap_or_default();
    let about = format!("the default {}", written.escape_debug());
    let read = found.confirm(change, &about)?;
    let (Change::AddColumn { column: asked, .. }, Change::AddColumn { column: got, .. }) = (change, &read)
    else {
        return Err(Trouble::new(
            Progress::Named,
            format!("{about} is not one expression"),
            "write it as SQL",
        ));
    };
    if *got != (Column { default: got.default.clone(), ..asked.clone() }) {
        return Err(Trouble::new(
            Progress::Named,
            format!("{about} says more than a default"),
            "say NOT NULL and the like apart from it",
        ));
    }
    Ok(read)
}
