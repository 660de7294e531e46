//! What is said about names that are not there or cannot be meant: the nearest ones, and where else they are.

use altimeter_catalog::{Name, Table, TableKind, View};

use super::nearest::{all_of, nearest, one_of};
use super::resolve::{Names, remembered, shown};
use super::token::Part;
use super::trouble::{Progress, Trouble};

impl Names<'_> {
    /// There is no such table: the nearest names, and how many there are.
    pub(super) fn no_table(&self, name: &Part, schema: Option<&str>) -> Trouble {
        let tables: Vec<&Table> = self.tables().collect();
        let full = schema.map_or_else(|| shown(&name.text), |s| Name::new(s, &name.text).to_string());
        let mut near: Vec<&Name> =
            tables.iter().filter(|t| t.name.name == name.text).map(|t| &t.name).take(3).collect();
        if near.is_empty() {
            near = nearest(&name.text, tables.iter().map(|t| (t.name.name.as_str(), &t.name)));
        }
        let count = match tables.len() {
            0 => "the database has no tables".to_owned(),
            1 => "the database has 1 table".to_owned(),
            n => format!("the database has {n} tables"),
        };
        let instead = match (near.as_slice(), tables.as_slice()) {
            ([], []) => {
                "look whether this is the right database, and whether its role may see the tables".to_owned()
            }
            ([], _) => "no name is like it; `altimeter inspect` lists the tables".to_owned(),
            (near, _) => format!("did you mean {}?", one_of(near)),
        };
        Trouble::new(Progress::Table, format!("there is no table {full}; {count}"), instead)
    }

    /// Tables that can be changed.
    fn tables(&self) -> impl Iterator<Item = &Table> {
        let all = self.catalog.tables.iter();
        all.filter(|t| t.kind != TableKind::MaterializedView)
    }

    /// There is no such index: the nearest names.
    pub(super) fn no_index(&self, name: &str, schema: Option<&str>) -> Trouble {
        let full = schema.map_or_else(|| shown(name), |s| Name::new(s, name).to_string());
        let all = self.catalog.tables.iter().flat_map(|t| {
            t.indexes.iter().map(|i| (i.definition.name.as_str(), t.name.sibling(&i.definition.name)))
        });
        let near: Vec<Name> = nearest(name, all);
        let instead = if near.is_empty() {
            "no name is like it; name it by its columns: `drop the index on users (email)`".to_owned()
        } else {
            format!("did you mean {}?", one_of(&near))
        };
        Trouble::new(Progress::Inside, format!("there is no index {full}"), instead)
    }

    /// There is no such column: the nearest ones, and tables that have one.
    pub(super) fn no_column(&self, table: &Table, name: &str) -> Trouble {
        let near: Vec<String> =
            nearest(name, table.columns.iter().map(|c| (c.name.as_str(), shown(&c.name))));
        let others = self.tables_with(name);
        let mut instead = Vec::new();
        if !near.is_empty() {
            instead.push(format!("did you mean {}?", one_of(&near)));
        }
        if !others.is_empty() {
            instead.push(format!("there is a column {} in {}", shown(name), all_of(&others)));
        }
        if instead.is_empty() {
            let columns: Vec<String> = table.columns.iter().take(12).map(|c| shown(&c.name)).collect();
            let more = table.columns.len().saturating_sub(columns.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            instead.push(format!("its columns are {}{more}", columns.join(", ")));
        }
        let message = format!("there is no column {} in {}", shown(name), table.name);
        Trouble::new(Progress::Inside, message, instead.join("; "))
    }

    /// Tables that have a column of that name, at most three.
    pub(super) fn tables_with(&self, column: &str) -> Vec<Name> {
        remembered(&self.memory.having, column.to_owned(), |column| {
            let have = self.tables().filter(|t| t.partition_of.is_none() && t.column(column).is_some());
            have.map(|t| t.name.clone()).take(3).collect()
        })
    }
}

/// Columns every PostgreSQL table has (manual, "System Columns").
const SYSTEM_COLUMNS: &[&str] = &["tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"];

/// System columns are no column of a table's own.
pub(super) fn refuse_system_column(name: &str) -> Result<(), Trouble> {
    if !SYSTEM_COLUMNS.contains(&name.to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    Err(Trouble::new(
        Progress::Inside,
        format!("{name} is a system column: the server keeps it itself, in every table"),
        "name a column of the table's own",
    ))
}

/// A view where a table is needed.
pub(super) fn is_view(view: &View) -> Trouble {
    let kind = if view.materialized { "a materialized view" } else { "a view" };
    let reads: Vec<&Name> = view.needs.iter().map(|n| &n.on).collect();
    let (reads, instead) = if reads.is_empty() {
        (String::new(), "change the table it reads".to_owned())
    } else {
        (format!("; it reads {}", all_of(&reads)), format!("change the table instead: {}", one_of(&reads)))
    };
    Trouble::new(Progress::Table, format!("{} is {kind}, not a table{reads}", view.name), instead)
}

pub(super) fn too_many_parts(parts: &[Part]) -> Trouble {
    let name: Vec<String> = parts.iter().map(|p| shown(&p.text)).collect();
    Trouble::new(
        Progress::Table,
        format!("{} has more parts than a name of this database has", name.join(".")),
        "write table.column or schema.table.column",
    )
}
