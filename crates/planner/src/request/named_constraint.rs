//! Constraints that are there, as in `drop the constraint users_age_check from users`.

use altimeter_catalog::{Change, Constraint, ConstraintKind, Name, Table, TableAction};

use super::keys::{ON_KEYS, key_columns};
use super::matching::Clause;
use super::nearest::{nearest, one_of};
use super::pattern::Slot;
use super::reader::{Found, Reader, existing_table, fitting_name, incomplete};
use super::resolve::{Names, shown};
use super::trouble::{Progress, Trouble};

/// Reads requests to drop a constraint.
pub(super) struct DropConstraint;

/// Reads requests to rename a constraint.
pub(super) struct RenameConstraint;

/// Reads requests to validate a constraint.
pub(super) struct ValidateConstraint;

const DROP: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "drop [unique|check] constraint [{if_exists}] <index>",
            "drop <index> constraint",
            "drop foreign key [constraint] [<index>]",
            "drop unique constraint",
            "drop {primary_key} [constraint]",
        ],
    },
    Clause {
        required: false,
        patterns: &[
            ON_KEYS[0],
            ON_KEYS[1],
            "on|from [column] <keys> [column]",
            "on|from {table} ( <keys> )",
            ON_KEYS[4],
            ON_KEYS[5],
        ],
    },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
    Clause { required: false, patterns: &["{if_exists}"] },
];

const RENAME: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "rename constraint <index>",
            "rename <index> constraint",
            "rename constraint <index> {on_table}",
        ],
    },
    Clause { required: true, patterns: &["to|as|into|-> [be] <new>"] },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
];

const VALIDATE: &[Clause] = &[
    Clause { required: true, patterns: &["validate constraint <index>", "validate <index> [constraint]"] },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
];

impl<'a> Found<'a> {
    /// A constraint by its name, of the table named beside it or of whichever has one.
    fn constraint(&self) -> Result<(&'a Table, &'a Constraint), Trouble> {
        let parts = self.parts(Slot::Index).ok_or_else(|| incomplete("which constraint"))?;
        let (name, before) = parts.split_last().ok_or_else(|| incomplete("which constraint"))?;
        let named = match before {
            [] => self.named_table()?,
            before => Some(self.names.table(before, self.schema().as_ref())?),
        };
        let tables: Vec<&Table> = match named {
            Some(table) => vec![table],
            None => self.names.catalog.tables.iter().collect(),
        };
        let wanted = self.new_name(name);
        let all = tables.iter().flat_map(|t| t.constraints.iter().map(move |c| (*t, c)));
        let found: Vec<(&Table, &Constraint)> = all
            .clone()
            .filter(|(t, c)| {
                c.name == wanted && (named.is_some() || !(c.inherited && t.partition_of.is_some()))
            })
            .collect();
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(none_of_that_name(&wanted, named, all.map(|(_, c)| c.name.as_str()))),
            several => {
                let tables: Vec<&Name> = several.iter().map(|(t, _)| &t.name).collect();
                Err(Trouble::new(
                    Progress::Table,
                    format!("there is a constraint {} on several tables", shown(&wanted)),
                    format!("name the table: {}", one_of(&tables)),
                ))
            }
        }
    }

    /// A constraint by its kind and columns.
    fn constraint_on(&self, kind: ConstraintKind) -> Result<(&'a Table, &'a Constraint), Trouble> {
        let (table, columns) = match (kind, self.has(Slot::Keys)) {
            (ConstraintKind::PrimaryKey, false) => {
                (self.named_table()?.ok_or_else(|| incomplete("which table's primary key"))?, None)
            }
            _ => key_columns(self).map(|(table, columns)| (table, Some(columns)))?,
        };
        let fits =
            |c: &&Constraint| c.kind == kind && columns.as_ref().is_none_or(|wanted| *wanted == c.columns);
        let found: Vec<&Constraint> = table.constraints.iter().filter(fits).collect();
        match found.as_slice() {
            [one] => Ok((table, one)),
            several => {
                let names: Vec<String> = match several {
                    [] => {
                        table.constraints.iter().filter(|c| c.kind == kind).map(|c| shown(&c.name)).collect()
                    }
                    several => several.iter().map(|c| shown(&c.name)).collect(),
                };
                let many = if several.is_empty() { "no such constraint" } else { "several such constraints" };
                let instead = if names.is_empty() {
                    "name the constraint".to_owned()
                } else {
                    format!("drop the constraint {} from {}", one_of(&names), table.name)
                };
                Err(Trouble::new(Progress::Inside, format!("there is {many} on {}", table.name), instead))
            }
        }
    }
}

fn none_of_that_name<'n>(name: &str, table: Option<&Table>, names: impl Iterator<Item = &'n str>) -> Trouble {
    let near: Vec<String> = nearest(name, names.map(|n| (n, shown(n))));
    let on = table.map(|t| format!(" on {}", t.name)).unwrap_or_default();
    let instead = if near.is_empty() {
        "`altimeter inspect` lists the constraints of a table".to_owned()
    } else {
        format!("did you mean {}?", one_of(&near))
    };
    Trouble::new(Progress::Inside, format!("there is no constraint {}{on}", shown(name)), instead)
}

/// Whether the table of a change read from SQL has the constraint.
fn there(names: Names<'_>, table: &Name, constraint: &str) -> Result<(), Trouble> {
    let table = existing_table(names, table)?;
    if table.constraints.iter().any(|c| c.name == constraint) {
        return Ok(());
    }
    Err(none_of_that_name(constraint, Some(table), table.constraints.iter().map(|c| c.name.as_str())))
}

impl Reader for DropConstraint {
    fn doing(&self) -> &'static str {
        "dropping a constraint"
    }

    fn clauses(&self) -> &'static [Clause] {
        DROP
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let says = |word: &str| found.tokens.iter().any(|t| t.is(word));
        let (table, constraint) = if found.has(Slot::Index) {
            found.constraint()?
        } else if found.has(Slot::PrimaryKey) {
            found.constraint_on(ConstraintKind::PrimaryKey)?
        } else if says("foreign") {
            found.constraint_on(ConstraintKind::ForeignKey)?
        } else {
            found.constraint_on(ConstraintKind::Unique)?
        };
        Ok(Change::DropConstraint {
            table: table.name.clone(),
            name: constraint.name.clone(),
            if_exists: found.has(Slot::IfExists),
            cascade: false,
        })
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::DropConstraint { table, name, if_exists: false, .. } = change else { return None };
        Some(there(names, table, name))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::DropConstraint { table, name, if_exists, cascade } = change else { return None };
        let exists = if *if_exists { " if it exists" } else { "" };
        let cascade = if *cascade { ", with what depends on it (CASCADE)" } else { "" };
        Some(format!("drop constraint {} of {table}{exists}{cascade}", shown(name)))
    }

    fn example(&self, table: &str, _column: &str) -> String {
        format!("drop the constraint its_constraint from {table}")
    }
}

impl Reader for RenameConstraint {
    fn doing(&self) -> &'static str {
        "renaming a constraint"
    }

    fn clauses(&self) -> &'static [Clause] {
        RENAME
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, constraint) = found.constraint()?;
        let parts = found.parts(Slot::NewName).ok_or_else(|| incomplete("the new name"))?;
        let to = parts.last().map(|part| found.new_name(part)).ok_or_else(|| incomplete("the new name"))?;
        let action = TableAction::RenameConstraint { from: constraint.name.clone(), to };
        Ok(Change::AlterWhole { table: table.name.clone(), action })
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::AlterWhole { table, action: TableAction::RenameConstraint { from, to } } = change else {
            return None;
        };
        Some(there(names, table, from).and_then(|()| fitting_name(names, to)))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::AlterWhole { table, action: TableAction::RenameConstraint { from, to } } = change else {
            return None;
        };
        Some(format!("rename constraint {} of {table} to {}", shown(from), shown(to)))
    }

    fn example(&self, table: &str, _column: &str) -> String {
        format!("rename the constraint its_constraint on {table} to new_name")
    }
}

impl Reader for ValidateConstraint {
    fn doing(&self) -> &'static str {
        "validating a constraint"
    }

    fn clauses(&self) -> &'static [Clause] {
        VALIDATE
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, constraint) = found.constraint()?;
        Ok(Change::ValidateConstraint { table: table.name.clone(), name: constraint.name.clone() })
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::ValidateConstraint { table, name } = change else { return None };
        Some(there(names, table, name))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::ValidateConstraint { table, name } = change else { return None };
        Some(format!("validate constraint {} of {table}", shown(name)))
    }

    fn example(&self, table: &str, _column: &str) -> String {
        format!("validate the constraint its_constraint on {table}")
    }
}
