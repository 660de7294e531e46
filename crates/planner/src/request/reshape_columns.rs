//! Columns that become others, as in `split users.full_name into first_name and last_name at the first space` and `merge
//! users.first_name and users.last_name into full_name with a space`.

use altimeter_catalog::{Change, Column, Reshape, RowsStatement, Table};

use super::matching::{Clause, one_of};
use super::pattern::Slot;
use super::reader::{Found, Reader, existing_table, free_column_name, incomplete, sql_of};
use super::resolve::{Names, shown};
use super::token::Part;
use super::trouble::{Progress, Trouble};
use crate::recipe::shared_grants;
use crate::text::one_line;

/// Reads requests to split a column.
pub(super) struct SplitColumn;

/// Reads requests to merge columns.
pub(super) struct MergeColumns;

const SPLIT: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "split|divide|separate|break [up] [column] <column> [column] [{on_table}] into|to|as [column] <newcolumns>",
        ],
    },
    Clause {
        required: false,
        patterns: &["by|on|with|using [first|every|each] <separator> [separator|character|sign]"],
    },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
];

const MERGE: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "merge|combine|join|concatenate|concat|unite [column] <keys> [column] [{on_table}] into|to|as [column] <newcolumns>",
        ],
    },
    Clause {
        required: false,
        patterns: &["[separated|joined] by|with|using <separator> [between|in] [between] [them]"],
    },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
];

impl Reader for SplitColumn {
    fn doing(&self) -> &'static str {
        "splitting a column"
    }

    fn clauses(&self) -> &'static [Clause] {
        SPLIT
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, column) = found.column(Slot::Column, "split")?;
        let asked = Asked::read(found, table, &[column])?;
        if asked.new.len() < 2 {
            return Err(incomplete("into which columns it is split"));
        }
        let engine = found.names.engine;
        let usual = asked.new.iter().all(|item| item.value.is_none());
        let (mut into, mut back) = (Vec::new(), asked.back(column));
        if usual {
            let separator = asked.separator.clone().ok_or_else(|| no_separator("at what it is split"))?;
            if !is_text(column) {
                return Err(Trouble::new(
                    Progress::Named,
                    format!("{} of {} is no text", shown(&column.name), table.name),
                    "say what each new column is made of: `a integer as …, b text as …`",
                ));
            }
            let values = engine.parts(&column.name, &separator, asked.new.len());
            for (item, value) in asked.new.iter().zip(values) {
                into.push((item.column(Some(&column.type_name)), value));
            }
            let names: Vec<String> = asked.new.iter().map(|item| item.name.clone()).collect();
            back = back.or_else(|| Some(engine.joined(&names, &separator)));
        } else {
            for item in &asked.new {
                let value = item.value.clone().ok_or_else(|| no_value(item))?;
                into.push((item.column(None), value));
            }
        }
        reshape(found.names, table, vec![(column.name.clone(), back)], into)
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        examine(names, change)
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::Reshape(it) = change else { return None };
        let [(column, _)] = it.from.as_slice() else { return None };
        Some(format!("split {}.{} into {}", it.table, shown(column), new_ones(it)))
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("split {table}.{column} into first_part and rest at the first space")
    }
}

impl Reader for MergeColumns {
    fn doing(&self) -> &'static str {
        "merging columns"
    }

    fn clauses(&self) -> &'static [Clause] {
        MERGE
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, columns) = merged(found)?;
        let asked = Asked::read(found, table, &columns)?;
        let [item] = asked.new.as_slice() else {
            return Err(incomplete("into which one column they are merged"));
        };
        let engine = found.names.engine;
        let names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
        let (value, parts) = match (&item.value, &asked.separator) {
            (Some(value), _) => (value.clone(), None),
            (None, Some(separator)) => {
                let parts = (!separator.is_empty()).then(|| engine.parts(&item.name, separator, names.len()));
                (engine.joined(&names, separator), parts)
            }
            (None, None) => return Err(no_separator("what stands between them")),
        };
        let from = columns.iter().enumerate().map(|(n, column)| {
            let usual = parts.as_ref().and_then(|p| p.get(n)).map(|value| match is_text(column) {
                true => value.clone(),
                false => engine.cast(value, &column.type_name),
            });
            (column.name.clone(), asked.back(column).or(usual))
        });
        reshape(found.names, table, from.collect(), vec![(item.column(Some("text")), value)])
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        examine(names, change)
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::Reshape(it) = change else { return None };
        let old: Vec<String> = it.from.iter().map(|(c, _)| format!("{}.{}", it.table, shown(c))).collect();
        (old.len() > 1).then(|| format!("merge {} into {}", old.join(" and "), new_ones(it)))
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("merge {table}.its_other and {table}.{column} into both_of_them with a space")
    }
}

fn examine(names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
    let Change::Reshape(it) = change else { return None };
    Some(existing_table(names, &it.table).and_then(|table| {
        it.into.iter().try_for_each(|(column, _)| free_column_name(names, table, &column.name))
    }))
}

fn new_ones(it: &Reshape) -> String {
    let one = |(column, value): &(Column, String)| {
        format!("{} {} as {}", shown(&column.name), column.type_name, one_line(value))
    };
    it.into.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn no_separator(what: &str) -> Trouble {
    let mut trouble = incomplete(what);
    // Which column is known.
    trouble.progress = Progress::Named;
    trouble.instead =
        "say it: `at the first space`, `by ','`, `with a space`; or say what each new column is made of: \
                       `a text as …, b text as …`"
            .to_owned();
    trouble
}

fn no_value(item: &Item) -> Trouble {
    let mut trouble = incomplete(&format!("what {} is made of", shown(&item.name)));
    trouble.instead = format!("say it for every new column: `{} as …`", shown(&item.name));
    trouble
}

fn is_text(column: &Column) -> bool {
    column.type_name == "text" || column.type_name.starts_with("character varying")
}

/// One of the columns that are listed behind `into`.
struct Item {
    name: String,
    type_name: Option<String>,
    value: Option<String>,
}

impl Item {
    fn column(&self, otherwise: Option<&str>) -> Column {
        let type_name = self.type_name.clone().unwrap_or_else(|| otherwise.unwrap_or("text").to_owned());
        Column { name: self.name.clone(), type_name, ..Column::default() }
    }
}

/// What a request says of the columns.
struct Asked {
    new: Vec<Item>,
    /// Old columns, and what they are made of from the new ones.
    old: Vec<Item>,
    separator: Option<String>,
}

impl Asked {
    fn read(found: &Found<'_>, table: &Table, from: &[&Column]) -> Result<Self, Trouble> {
        let range = found.tokens_of(Slot::NewColumns).unwrap_or_default();
        let mut asked = Self { new: Vec::new(), old: Vec::new(), separator: separator(found) };
        let mut at = range.start;
        while at < range.end {
            let end = item_end(found, at, range.end);
            let item = read_item(found, table, at, end)?;
            match from.iter().any(|c| c.name == item.name) {
                true => asked.old.push(item),
                false => asked.new.push(item),
            }
            at = end;
            while found.tokens.get(at).is_some_and(|t| at < range.end && one_of(t, &[",", "and"])) {
                at += 1;
            }
        }
        let (old_names, new_names): (Vec<&str>, Vec<&str>) = (
            from.iter().map(|c| c.name.as_str()).collect(),
            asked.new.iter().map(|i| i.name.as_str()).collect(),
        );
        for (items, may_read) in [(&asked.new, &old_names), (&asked.old, &new_names)] {
            for value in items.iter().filter_map(|i| i.value.as_ref()) {
                reads_only(found.names, value, may_read)?;
            }
        }
        Ok(asked)
    }

    /// What somebody said an old column is made of.
    fn back(&self, column: &Column) -> Option<String> {
        self.old.iter().find(|item| item.name == column.name)?.value.clone()
    }
}

/// Where an item of the list ends: at a comma outside parentheses, or at an `and` before any expression.
fn item_end(found: &Found<'_>, from: usize, to: usize) -> usize {
    let (mut depth, mut in_value) = (0_usize, false);
    for at in from..to {
        let Some(token) = found.tokens.get(at) else { break };
        if one_of(token, &["(", "["]) {
            depth += 1;
        } else if one_of(token, &[")", "]"]) {
            depth = depth.saturating_sub(1);
        }
        in_value |= token.is("as");
        if depth == 0 && (token.is(",") || token.is("and") && !in_value) {
            return at;
        }
    }
    to
}

fn read_item(found: &Found<'_>, table: &Table, from: usize, to: usize) -> Result<Item, Trouble> {
    let name = match found.tokens.get(from).and_then(|t| t.parts()) {
        Some([part]) => found.new_name(part),
        _ => return Err(incomplete("the names of the new columns")),
    };
    let tokens = found.tokens.get(from + 1..to).unwrap_or_default();
    let colon = tokens.iter().position(|t| t.is("as")).map(|n| from + 1 + n);
    let type_text = sql_of(found.text, found.tokens, from + 1..colon.unwrap_or(to));
    let type_text = type_text.trim();
    let Names { engine, catalog, .. } = found.names;
    let type_name = match type_text {
        "" => None,
        text => Some(engine.canonical_type(catalog, text).ok_or_else(|| {
            Trouble::new(
                Progress::Named,
                format!("{} is no type", text.escape_debug()),
                "write the new columns as `name`, `name type` or `name type as expression`, with commas between them",
            )
        })?),
    };
    let value = colon.map(|at| sql_of(found.text, found.tokens, at + 1..to).trim().to_owned());
    let value = value.map(|text| expression(found.names, table, &name, &text)).transpose()?;
    Ok(Item { name, type_name, value })
}

/// The text, if it is exactly one expression.
fn expression(names: Names<'_>, table: &Table, column: &str, text: &str) -> Result<String, Trouble> {
    let asked = RowsStatement {
        table: table.name.clone(),
        set: Some(vec![(column.to_owned(), text.to_owned())]),
        condition: None,
    };
    let read = names.engine.rows_statement(names.catalog, &names.engine.print_rows(&asked));
    match read {
        Ok(RowsStatement { set: Some(mut set), condition: None, .. }) if set.len() == 1 => {
            Ok(set.pop().map(|(_, value)| value).unwrap_or_default())
        }
        _ => Err(Trouble::new(
            Progress::Named,
            format!("{} is not one expression", text.escape_debug()),
            "write it as SQL; a text value stands in single quotes",
        )),
    }
}

/// Whether an expression reads these columns only, by their bare names.
fn reads_only(names: Names<'_>, value: &str, columns: &[&str]) -> Result<(), Trouble> {
    let other = names.engine.columns_of(value).into_iter().find(|c| !columns.contains(&c.as_str()));
    if let Some(other) = other {
        return Err(Trouble::new(
            Progress::Named,
            format!("{} reads {}", value.escape_debug(), shown(&other)),
            format!("it may read {} only", columns.join(", ")),
        ));
    }
    for column in columns {
        if names.engine.put_for_column(value, column, "altimeter").contains(".(altimeter)") {
            return Err(Trouble::new(
                Progress::Named,
                format!("{} names {} with its table", value.escape_debug(), shown(column)),
                "write the bare name of the column",
            ));
        }
    }
    Ok(())
}

/// Words for separators.
const SEPARATORS: &[(&str, &str)] = &[
    ("space", " "),
    ("spaces", " "),
    ("blank", " "),
    ("whitespace", " "),
    ("comma", ","),
    ("commas", ","),
    ("semicolon", ";"),
    ("colon", ":"),
    ("dash", "-"),
    ("hyphen", "-"),
    ("slash", "/"),
    ("dot", "."),
    ("period", "."),
    ("underscore", "_"),
    ("pipe", "|"),
    ("tab", "\t"),
    ("nothing", ""),
];

/// Whether a word names a separator.
pub(super) fn is_separator(word: &str) -> bool {
    SEPARATORS.iter().any(|(name, _)| name.eq_ignore_ascii_case(word))
}

fn separator(found: &Found<'_>) -> Option<String> {
    let range = found.tokens_of(Slot::Separator)?;
    let token = found.tokens.get(range.start)?;
    match (token.word(), token.parts()) {
        (Some(word), _) => {
            SEPARATORS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, s)| (*s).to_owned())
        }
        (None, Some([Part { text, .. }])) => Some(text.clone()),
        _ => None,
    }
}

/// The columns to be merged, with their table.
fn merged<'a>(found: &Found<'a>) -> Result<(&'a Table, Vec<&'a Column>), Trouble> {
    let (table, columns) = listed(found, "which columns are merged")?;
    match columns.as_slice() {
        [_] => Err(incomplete("which columns are merged: one is not enough")),
        _ => Ok((table, columns)),
    }
}

/// Columns of one table that are listed, with their table.
pub(super) fn listed<'a>(found: &Found<'a>, which: &str) -> Result<(&'a Table, Vec<&'a Column>), Trouble> {
    let range = found.tokens_of(Slot::Keys).unwrap_or_default();
    let mut table = found.named_table()?;
    let mut parts_of = Vec::new();
    for token in found.tokens.get(range).unwrap_or_default() {
        if one_of(token, &[",", "and", "&", "then"]) {
            continue;
        }
        let Some(parts) = token.parts() else { return Err(incomplete(which)) };
        parts_of.push(found.names.split(parts));
    }
    let mut columns = Vec::new();
    for parts in parts_of {
        let (of, part) = match (parts.as_slice(), table) {
            ([part], Some(table)) => (table, part.clone()),
            (parts, _) => found.in_table(parts)?,
        };
        if table.is_some_and(|t| t.name != of.name) {
            let message = "the columns are of two tables".to_owned();
            return Err(Trouble::new(Progress::Named, message, "name columns of one table"));
        }
        table = Some(of);
        columns.push(found.names.column(of, &part)?);
    }
    match table {
        Some(table) if !columns.is_empty() => Ok((table, columns)),
        Some(_) => Err(incomplete(which)),
        None => Err(incomplete("which table the columns are of")),
    }
}

/// The change, with the plain statements that would do it.
fn reshape(
    names: Names<'_>,
    table: &Table,
    from: Vec<(String, Option<String>)>,
    into: Vec<(Column, String)>,
) -> Result<Change, Trouble> {
    let engine = names.engine;
    let own = &table.name;
    for (column, _) in &into {
        free_column_name(names, table, &column.name)?;
    }
    let mut schema = names.catalog.clone();
    let mut plain = Vec::new();
    let mut add = |change: Change| {
        if schema.apply(&change).is_ok() {
            plain.push(change);
        }
        schema.clone()
    };
    let mut now = names.catalog.clone();
    for (column, _) in &into {
        now = add(Change::AddColumn { table: own.clone(), column: column.clone(), if_not_exists: false });
    }
    let set = into.iter().map(|(column, value)| (column.name.clone(), value.clone())).collect();
    let update = RowsStatement { table: own.clone(), set: Some(set), condition: None };
    let update = engine.written(&now, &engine.print_rows(&update)).ok_or_else(|| {
        Trouble::new(
            Progress::Named,
            "what the new columns are made of is not understood as SQL".to_owned(),
            "write it as SQL; a text value stands in single quotes",
        )
    })?;
    add(update);
    let old: Vec<&Column> = from.iter().filter_map(|(c, _)| table.column(c)).collect();
    for grant in into.iter().flat_map(|(column, _)| shared_grants(&old, own, &column.name)) {
        add(grant);
    }
    for (column, _) in &from {
        add(Change::DropColumn {
            table: own.clone(),
            column: column.clone(),
            if_exists: false,
            cascade: false,
        });
    }
    Ok(Change::Reshape(Box::new(Reshape { table: own.clone(), from, into, plain })))
}
