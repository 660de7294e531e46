//! What every kind of change brings to be asked for in English, and what it is given to do so.

use altimeter_catalog::{Change, Column, Name, Table, TableKind};

use super::extent::source;
use super::matching::{Clause, Fields};
use super::nearest::all_of;
use super::pattern::Slot;
use super::resolve::{Names, shown};
use super::token::{Part, Token};
use super::trouble::{Progress, Trouble};
use super::unknown::{is_view, refuse_system_column};

/// One kind of change: the words it is asked for with, and what becomes of them.
pub(super) trait Reader: Sync {
    /// What it does, as in `adding a column`.
    fn doing(&self) -> &'static str;

    /// The clauses of its sentence, in any order.
    fn clauses(&self) -> &'static [Clause];

    /// The change a reading means.
    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble>;

    /// Whether the change is possible on that catalog; none if it is another kind of change.
    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>>;

    /// The change in the tool's words; none if it is another kind of change.
    fn says(&self, change: &Change) -> Option<String>;

    /// A request of this kind, about that table and column.
    fn example(&self, table: &str, column: &str) -> String;
}

/// One reading of a request.
pub(super) struct Found<'a> {
    /// Looks names up.
    pub(super) names: Names<'a>,
    /// The request.
    pub(super) text: &'a str,
    /// Its tokens.
    pub(super) tokens: &'a [Token],
    /// Which of them fill which slot.
    pub(super) fields: &'a Fields,
}

impl<'a> Found<'a> {
    /// The tokens of a slot.
    pub(super) fn tokens_of(&self, slot: Slot) -> Option<std::ops::Range<usize>> {
        self.fields.iter().find(|(s, _)| *s == slot).map(|(_, range)| range.clone())
    }

    /// Whether it was said.
    pub(super) fn has(&self, slot: Slot) -> bool {
        self.tokens_of(slot).is_some()
    }

    /// A slot's text as it was written, typographic quotes made SQL's.
    pub(super) fn sql(&self, slot: Slot) -> Option<String> {
        self.tokens_of(slot).map(|range| sql_of(self.text, self.tokens, range))
    }

    /// A name as it was written.
    pub(super) fn parts(&self, slot: Slot) -> Option<Vec<Part>> {
        let parts = self.tokens.get(self.tokens_of(slot)?.start)?.parts()?;
        Some(self.names.split(parts))
    }

    /// A schema named apart.
    pub(super) fn schema(&self) -> Option<Part> {
        self.parts(Slot::Schema)?.pop()
    }

    /// The table, if it is named by itself.
    pub(super) fn named_table(&self) -> Result<Option<&'a Table>, Trouble> {
        let schema = self.schema();
        self.parts(Slot::Table).map(|parts| self.names.table(&parts, schema.as_ref())).transpose()
    }

    /// The table and the column's own name, where the table is before the dot or by itself.
    pub(super) fn column_name(&self, slot: Slot, change: &str) -> Result<(&'a Table, Part), Trouble> {
        let parts = self.parts(slot).ok_or_else(|| incomplete(&format!("which column to {change}")))?;
        self.in_table(&parts)
    }

    /// The table and the last part of a name that may have its table before it.
    pub(super) fn in_table(&self, parts: &[Part]) -> Result<(&'a Table, Part), Trouble> {
        let named = self.named_table()?;
        let (last, before) = parts.split_last().ok_or_else(|| incomplete("which column"))?;
        let before = match before {
            [] => None,
            before => Some(self.names.table(before, self.schema().as_ref())?),
        };
        match (named, before) {
            (Some(a), Some(b)) if a.name != b.name => Err(Trouble::new(
                Progress::Table,
                format!("the request names two tables, {} and {}", a.name, b.name),
                "name one",
            )),
            (Some(table), _) | (_, Some(table)) => Ok((table, last.clone())),
            (None, None) => Err(self.which_table(last)),
        }
    }

    fn which_table(&self, column: &Part) -> Trouble {
        let tables = self.names.tables_with(&column.text);
        let mut trouble = incomplete(&format!("which table {} is about", shown(&column.text)));
        if self.names.table(std::slice::from_ref(column), None).is_ok() {
            trouble.message += &format!("; {} is a table itself", shown(&column.text));
        }
        trouble.instead = if tables.is_empty() {
            "add the table: `… on users`, or `users.email` for a column".to_owned()
        } else {
            let named: Vec<String> = tables.iter().map(|t| format!("{t}.{}", shown(&column.text))).collect();
            format!("there is {}; name the one you mean", all_of(&named))
        };
        trouble
    }

    /// An existing column, with its table.
    pub(super) fn column(&self, slot: Slot, change: &str) -> Result<(&'a Table, &'a Column), Trouble> {
        let (table, part) = self.column_name(slot, change)?;
        Ok((table, self.names.column(table, &part)?))
    }

    /// A name to be given: as quoted, else in lower case, as the server would store it.
    pub(super) fn new_name(&self, part: &Part) -> String {
        if part.quote.is_some() { part.text.clone() } else { part.text.to_ascii_lowercase() }
    }

    /// The change as the engine reads it from its own printing, so that English cannot mean what SQL does not.
    pub(super) fn confirm(&self, change: &Change, about: &str) -> Result<Change, Trouble> {
        let Names { engine, catalog, .. } = self.names;
        let script = engine.parse(catalog, &engine.print(catalog, change));
        let refused = |why: &str| {
            let why = if why.is_empty() { String::new() } else { format!(": {why}") };
            let instead = "write it as SQL; a text value stands in single quotes";
            Trouble::new(Progress::Named, format!("{about} is not understood as SQL{why}"), instead)
        };
        match script.statements.as_slice() {
            [one] => match (&one.syntax_error, &one.not_analysed, one.changes.as_slice()) {
                (None, None, [change]) => Ok(change.clone()),
                (Some(error), ..) => Err(refused(&error.message)),
                (None, Some(why), _) => Err(refused(why)),
                _ => Err(refused("it is more than one change")),
            },
            _ => Err(refused("it is more than one statement")),
        }
    }
}

/// The text of some tokens, typographic quotes made SQL's.
pub(super) fn sql_of(text: &str, tokens: &[Token], range: std::ops::Range<usize>) -> String {
    let mut sql = String::new();
    let mut behind = tokens.get(range.start).map_or(0, |t| t.source.start);
    for (i, token) in tokens.iter().enumerate().take(range.end).skip(range.start) {
        sql.push_str(text.get(behind..token.source.start).unwrap_or_default());
        match token.parts() {
            Some([Part { text, quote: Some('‘' | '’' | '‚') }]) => {
                sql.push('\'');
                sql.push_str(&text.replace('\'', "''"));
                sql.push('\'');
            }
            _ => sql.push_str(source(text, tokens, i, i + 1)),
        }
        behind = token.source.end;
    }
    sql
}

/// The request does not say enough.
pub(super) fn incomplete(what: &str) -> Trouble {
    Trouble::new(Progress::Incomplete, format!("the request does not say {what}"), "say it in the request")
}

/// The table of a change that was read from SQL.
pub(super) fn existing_table<'a>(names: Names<'a>, name: &Name) -> Result<&'a Table, Trouble> {
    let table = names.catalog.table(name);
    if let Some(table) = table.filter(|t| t.kind != TableKind::MaterializedView) {
        return Ok(table);
    }
    if let Some(view) = names.catalog.view(name) {
        return Err(is_view(view));
    }
    Err(names.no_table(&Part { text: name.name.clone(), quote: Some('"') }, Some(&name.schema)))
}

/// Whether a column of that table can be given that name.
pub(super) fn free_column_name(names: Names<'_>, table: &Table, name: &str) -> Result<(), Trouble> {
    fitting_name(names, name)?;
    refuse_system_column(name)?;
    if table.column(name).is_some() {
        return Err(Trouble::new(
            Progress::Named,
            format!("{} has a column {} already", table.name, shown(name)),
            "choose another name, or ask for a change of that column",
        ));
    }
    Ok(())
}

/// Whether the server can keep that name as it is.
pub(super) fn fitting_name(names: Names<'_>, name: &str) -> Result<(), Trouble> {
    let wrong = |why: String| Err(Trouble::new(Progress::Named, why, "choose another name"));
    if name.is_empty() {
        return wrong("the new name is empty".to_owned());
    }
    if name.contains('\0') {
        return wrong(format!("the new name {} has a NUL in it, which no name can have", shown(name)));
    }
    let kept = names.engine.fit_name(name);
    if kept != name {
        let (long, engine) = (name.len(), names.catalog.server.engine);
        return wrong(format!(
            "the new name {} has {long} bytes, more than {engine} keeps of a name: it would cut the rest in silence",
            shown(&name.chars().take(100).collect::<String>())
        ));
    }
    Ok(())
}
