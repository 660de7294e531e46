//! Adding a constraint, as in `users.email must be unique` and `add a foreign key from orders.user_id to users`.

use altimeter_catalog::{AlterTable, Change, ConstraintDefinition, ConstraintKind, IndexTarget, Name, Table};

use super::keys::{ON_KEYS, read_keys};
use super::matching::{Clause, one_of};
use super::nullability::one_line;
use super::pattern::Slot;
use super::reader::{Found, Reader, existing_table, fitting_name, incomplete};
use super::resolve::{Names, shown};
use super::token::Part;
use super::trouble::{Progress, Trouble};

/// Reads requests for a UNIQUE constraint.
pub(super) struct AddUnique;

/// Reads requests for a primary key, or another one.
pub(super) struct AddPrimaryKey;

/// Reads requests for a foreign key.
pub(super) struct AddForeignKey;

/// Reads requests for a CHECK.
pub(super) struct AddCheck;

const UNIQUE: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "make|making|mark|set|declare|alter [column] <keys> [column] [{on_table}] [to|as|be] unique [together]",
            "make|making|mark|set|declare {table} 's [column] <keys> [column] [to|as|be] unique",
            "make|making|mark|set|declare ( <keys> ) [{on_table}] [to|as|be] unique",
            "[column] <keys> [column] [{on_table}] should|must|shall [to] be unique [together]",
            "{table} 's [column] <keys> [column] should|must|shall be unique",
            "add|require|enforce unique|uniqueness constraint|key|rule [<index>]",
            "require|enforce unique|uniqueness [on] [column] <keys> [column]",
        ],
    },
    Clause {
        required: false,
        patterns: &[ON_KEYS[0], ON_KEYS[1], ON_KEYS[2], ON_KEYS[3], ON_KEYS[4], ON_KEYS[5]],
    },
    Clause { required: false, patterns: &["{on_table}", "{to_table}", "{apart}"] },
    Clause { required: false, patterns: &["called|named|name <index>", "call|name it <index>"] },
];

const PRIMARY: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "make|making|use|set|declare [column] <keys> [column] [to|as|be] primary key",
            "make|making|use|set|declare ( <keys> ) [to|as|be] primary key",
            "add|alter|set primary key",
            "[column] <keys> [column] should|must|shall [be] primary key",
            "primary key on {table} should|must|shall be [column] <keys> [column]",
            "primary key on {table} should|must|shall be ( <keys> )",
        ],
    },
    Clause {
        required: false,
        patterns: &[ON_KEYS[0], ON_KEYS[1], ON_KEYS[2], ON_KEYS[3], ON_KEYS[4], ON_KEYS[5]],
    },
    Clause { required: false, patterns: &["{on_table}", "{to_table}", "{apart}"] },
    Clause { required: false, patterns: &["called|named|name <index>", "call|name it <index>"] },
];

const FOREIGN: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "add foreign key [constraint] [<index>]",
            "make|making|let [column] <keys> [column] [{on_table}] reference|references|referencing",
            "make|making|let [column] <keys> [column] [{on_table}] [to|as|be] foreign key",
            "[column] <keys> [column] [{on_table}] should|must|shall reference",
        ],
    },
    Clause {
        required: false,
        patterns: &[
            "on|from [column] <keys> [column]",
            "on|from [{table}] ( <keys> )",
            "on|from {table} 's [column] <keys> [column]",
            "( <keys> )",
        ],
    },
    Clause {
        required: true,
        patterns: &[
            "to|into|-> [table] <new> [table] [( <include> )]",
            "reference|references|referencing|pointing [to|at] [table] <new> [table] [( <include> )]",
            "[table] <new> [table] [( <include> )]",
        ],
    },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
    Clause { required: false, patterns: &["called|named|name <index>", "call|name it <index>"] },
    Clause { required: false, patterns: &["{on_delete}"] },
];

const CHECK: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "add check [constraint] [<index>] [{on_table}] [{to_table}] [that|:] ( <predicate> )",
            "add constraint [<index>] [{on_table}] [{to_table}] check|that ( <predicate> )",
            "check|ensure|demand|require [that] ( <predicate> )",
            "make sure [that] ( <predicate> )",
            "add check [constraint] [<index>] [that|:] [column] <column> [column] {positive}",
            "add check [constraint] [<index>] [that|:] [column] <column> [column] {not_negative}",
            "add check [constraint] [<index>] [that|:] [column] <column> [column] {not_empty}",
            "ensure [that] [column] <column> [column] {positive}",
            "ensure [that] [column] <column> [column] {not_negative}",
            "ensure [that] [column] <column> [column] {not_empty}",
        ],
    },
    Clause { required: false, patterns: &["{on_table}", "{to_table}", "{apart}"] },
    Clause { required: false, patterns: &["called|named|name <index>", "call|name it <index>"] },
];

/// The constraint as the engine reads it, with the name the server will choose unless the request gives one.
fn added(found: &Found<'_>, table: &Table, kind: ConstraintKind, sql: String) -> Result<Change, Trouble> {
    let constraint =
        ConstraintDefinition { name: name_given(found)?, ..ConstraintDefinition::new(kind, sql.clone()) };
    let asked = Change::AddConstraint { table: table.name.clone(), constraint };
    match found.confirm(&asked, "the constraint")? {
        Change::AddConstraint { table: on, constraint } if on == table.name && constraint.kind == kind => {
            Ok(Change::AddConstraint { table: on, constraint })
        }
        _ => Err(Trouble::new(
            Progress::Named,
            format!("{} is not one constraint", one_line(&sql)),
            "write it as SQL: alter table … add …",
        )),
    }
}

/// The name the request gives. A word that belongs to the sentence is one only in quotes.
fn name_given(found: &Found<'_>) -> Result<Option<String>, Trouble> {
    let Some(parts) = found.parts(Slot::Index) else { return Ok(None) };
    let Some(part) = parts.last() else { return Ok(None) };
    let word = ["constraint", "that", "key", "check", "rule", "referencing", "references", "pointing"];
    if part.quote.is_none() && word.iter().any(|w| part.text.eq_ignore_ascii_case(w)) {
        return Err(incomplete("which name the constraint shall have"));
    }
    Ok(Some(found.new_name(part)))
}

/// The table and the names of its columns as they stand in SQL.
fn columns<'a>(found: &Found<'a>) -> Result<(&'a Table, Vec<String>), Trouble> {
    let (table, keys) = read_keys(found)?;
    let plain = keys.into_iter().map(|key| match key.target {
        IndexTarget::Column(column) if !key.descending && key.operator_class.is_none() => Ok(column),
        _ => Err(Trouble::new(
            Progress::Named,
            "a constraint is about columns, not about expressions",
            "ask for a unique index: add a unique index on …",
        )),
    });
    Ok((table, plain.collect::<Result<_, _>>()?))
}

fn list(names: Names<'_>, columns: &[String]) -> String {
    columns.iter().map(|c| quoted(names, c)).collect::<Vec<_>>().join(", ")
}

/// A name as it stands in SQL.
fn quoted(names: Names<'_>, name: &str) -> String {
    names.engine.replace_column("x", "x", name)
}

/// What every constraint to be added must satisfy.
fn possible(names: Names<'_>, change: &Change, kind: ConstraintKind) -> Option<Result<(), Trouble>> {
    let Change::AddConstraint { table, constraint } = change else { return None };
    if constraint.kind != kind {
        return None;
    }
    Some(existing_table(names, table).and_then(|table| {
        for column in constraint.columns.iter().filter(|_| constraint.expression.is_none()) {
            names.column(table, &Part { text: column.clone(), quote: Some('"') })?;
        }
        // Whether the name is free is known where it is planned: the same statement may drop the one that has it.
        let Some(own) = &constraint.name else { return Ok(()) };
        fitting_name(names, own)
    }))
}

/// `add … to public.users`, with the name the constraint will have.
fn said(change: &Change, kind: ConstraintKind) -> Option<String> {
    let Change::AddConstraint { table, constraint } = change else { return None };
    if constraint.kind != kind || constraint.using_index.is_some() {
        return None;
    }
    let name = constraint.name.as_deref().map(|n| format!("constraint {} ", shown(n))).unwrap_or_default();
    let not_valid = if constraint.not_valid { " NOT VALID" } else { "" };
    let not_enforced = if constraint.not_enforced { " NOT ENFORCED" } else { "" };
    let no_inherit = if constraint.no_inherit { " NO INHERIT" } else { "" };
    Some(format!("add {name}{}{no_inherit}{not_enforced}{not_valid} to {table}", one_line(&constraint.sql)))
}

impl Reader for AddUnique {
    fn doing(&self) -> &'static str {
        "making columns unique"
    }

    fn clauses(&self) -> &'static [Clause] {
        UNIQUE
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, columns) = columns(found)?;
        let sql = format!("UNIQUE ({})", list(found.names, &columns));
        added(found, table, ConstraintKind::Unique, sql)
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        possible(names, change, ConstraintKind::Unique)
    }

    fn says(&self, change: &Change) -> Option<String> {
        said(change, ConstraintKind::Unique)
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("{table}.{column} must be unique")
    }
}

impl Reader for AddPrimaryKey {
    fn doing(&self) -> &'static str {
        "making columns the primary key"
    }

    fn clauses(&self) -> &'static [Clause] {
        PRIMARY
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, columns) = columns(found)?;
        let sql = format!("PRIMARY KEY ({})", list(found.names, &columns));
        let old = table.constraints.iter().find(|c| c.kind == ConstraintKind::PrimaryKey);
        let Some(old) = old.filter(|old| old.columns != columns) else {
            return added(found, table, ConstraintKind::PrimaryKey, sql);
        };
        let constraint = ConstraintDefinition {
            name: name_given(found)?,
            ..ConstraintDefinition::new(ConstraintKind::PrimaryKey, sql)
        };
        let drop = Change::DropConstraint {
            table: table.name.clone(),
            name: old.name.clone(),
            if_exists: false,
            cascade: false,
        };
        let add = Change::AddConstraint { table: table.name.clone(), constraint };
        let both =
            AlterTable { table: table.name.clone(), only: false, if_exists: false, actions: vec![drop, add] };
        found.confirm(&Change::AlterTable(both), "the primary key")
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        possible(names, change, ConstraintKind::PrimaryKey)
    }

    fn says(&self, change: &Change) -> Option<String> {
        match change {
            Change::AlterTable(AlterTable { actions, only: false, if_exists: false, .. }) => {
                match actions.as_slice() {
                    [Change::DropConstraint { name, .. }, add @ Change::AddConstraint { constraint, .. }]
                        if constraint.kind == ConstraintKind::PrimaryKey =>
                    {
                        said(add, ConstraintKind::PrimaryKey)
                            .map(|add| format!("{add} in place of {}", shown(name)))
                    }
                    _ => None,
                }
            }
            one => said(one, ConstraintKind::PrimaryKey),
        }
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("make {column} the primary key of {table}")
    }
}

impl Reader for AddForeignKey {
    fn doing(&self) -> &'static str {
        "adding a foreign key"
    }

    fn clauses(&self) -> &'static [Clause] {
        FOREIGN
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, columns) = columns(found)?;
        let parts = found.parts(Slot::NewName).ok_or_else(|| incomplete("which table is referenced"))?;
        let (target, mut referenced) = target(found, &parts)?;
        if let Some(range) = found.tokens_of(Slot::Include) {
            let named = found.tokens.get(range).unwrap_or_default();
            for token in named.iter().filter(|t| !one_of(t, &[",", "and", "&"])) {
                let part = token
                    .parts()
                    .and_then(|p| p.last())
                    .ok_or_else(|| incomplete("which columns are referenced"))?;
                referenced.push(found.names.column(target, part)?.name.clone());
            }
        }
        if referenced.is_empty() {
            let primary = target.indexes.iter().find(|i| i.primary).and_then(|i| i.definition.columns());
            referenced = primary.ok_or_else(|| {
                Trouble::new(
                    Progress::Named,
                    format!("{} has no primary key that could be referenced", target.name),
                    format!("name the columns: … to {} (id)", target.name),
                )
            })?;
        }
        let names = found.names;
        let sql = format!(
            "FOREIGN KEY ({}) REFERENCES {} ({}){}",
            list(names, &columns),
            relation(names, &target.name),
            list(names, &referenced),
            on_delete(found)
        );
        added(found, table, ConstraintKind::ForeignKey, sql)
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        possible(names, change, ConstraintKind::ForeignKey)
    }

    fn says(&self, change: &Change) -> Option<String> {
        said(change, ConstraintKind::ForeignKey)
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("add a foreign key from {table} ({column}) to {table} ({column})")
    }
}

fn relation(names: Names<'_>, name: &Name) -> String {
    format!("{}.{}", quoted(names, &name.schema), quoted(names, &name.name))
}

/// The referenced table, and its column where the name goes on to it.
fn target<'a>(found: &Found<'a>, parts: &[Part]) -> Result<(&'a Table, Vec<String>), Trouble> {
    let table = found.names.table(parts, None);
    match (table, parts.split_last()) {
        (Err(trouble), Some((column, before))) if !before.is_empty() => {
            let Ok(table) = found.names.table(before, None) else { return Err(trouble) };
            Ok((table, vec![found.names.column(table, column)?.name.clone()]))
        }
        (table, _) => Ok((table?, Vec::new())),
    }
}

/// What shall become of rows whose parent is deleted.
fn on_delete(found: &Found<'_>) -> &'static str {
    let tokens =
        found.tokens_of(Slot::OnDelete).and_then(|range| found.tokens.get(range)).unwrap_or_default();
    let said = |words: &[&str]| tokens.iter().any(|t| one_of(t, words));
    if said(&["cascade", "cascading"]) {
        " ON DELETE CASCADE"
    } else if said(&["null"]) {
        " ON DELETE SET NULL"
    } else if said(&["restrict"]) {
        " ON DELETE RESTRICT"
    } else {
        ""
    }
}

impl Reader for AddCheck {
    fn doing(&self) -> &'static str {
        "adding a check"
    }

    fn clauses(&self) -> &'static [Clause] {
        CHECK
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        if let Some(condition) = found.sql(Slot::Predicate) {
            let table = found.named_table()?.ok_or_else(|| incomplete("which table the check is on"))?;
            return added(found, table, ConstraintKind::Check, format!("CHECK ({condition})"));
        }
        let (table, column) = found.column(Slot::Column, "check")?;
        let demand = [(Slot::Positive, "> 0"), (Slot::NotNegative, ">= 0"), (Slot::NotEmpty, "<> ''")];
        let demand = demand.iter().find(|(slot, _)| found.has(*slot)).map(|(_, demand)| *demand);
        let demand = demand.ok_or_else(|| incomplete("what is to be checked"))?;
        let sql = format!("CHECK ({} {demand})", quoted(found.names, &column.name));
        added(found, table, ConstraintKind::Check, sql)
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        possible(names, change, ConstraintKind::Check)
    }

    fn says(&self, change: &Change) -> Option<String> {
        said(change, ConstraintKind::Check)
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!(
            "add a check ({column} <> '') to {table}, or: add a check that {column} is not empty on {table}"
        )
    }
}
