//! What somebody asked for, in English or as DDL.
//!
//! A text that is SQL is taken as SQL. Anything else is fitted to the sentences of the changes in `ALL`, in every
//! way it can be read; the catalog decides which of them makes sense, and two that do are an error. A sixth change
//! is a file with its clauses and one entry of the list.

mod add_column;
mod add_constraint;
mod add_index;
mod change_enum;
mod change_rows;
mod change_type;
mod column_default;
mod column_type;
mod desired;
mod drop_column;
mod drop_index;
mod drop_table;
mod extent;
mod keys;
mod lexicon;
mod matching;
mod move_columns;
mod named_constraint;
mod nearest;
mod nullability;
mod partition_table;
mod pattern;
mod reader;
mod rebuild_index;
mod rename_column;
mod rename_table;
mod reshape_columns;
mod resolve;
mod sql;
mod token;
mod trouble;
mod unknown;
mod unread;
mod words;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use altimeter_catalog::{Catalog, Change, Engine, Name};

pub use desired::read_desired;
use lexicon::Known;
use matching::{Clause, Matcher, Sentence};
use nearest::one_of;
use reader::{Found, Reader};
use resolve::{Memory, Names};
use sql::Sql;
use token::{Token, tokenize};
use trouble::Trouble;

/// Every change that can be asked for in English.
static ALL: &[&dyn Reader] = &[
    &rename_column::RenameColumn,
    &nullability::MakeNotNull,
    &add_column::AddColumn,
    &drop_column::DropColumn,
    &add_index::AddIndex,
    &drop_index::DropIndex,
    &change_type::ChangeType,
    &change_enum::AddValue,
    &change_enum::RenameValue,
    &rename_table::RenameTable,
    &rename_table::MoveTable,
    &drop_table::DropTable,
    &nullability::MakeNullable,
    &column_default::SetDefault,
    &column_default::DropDefault,
    &add_constraint::AddUnique,
    &add_constraint::AddPrimaryKey,
    &add_constraint::AddForeignKey,
    &add_constraint::AddCheck,
    &named_constraint::DropConstraint,
    &named_constraint::RenameConstraint,
    &named_constraint::ValidateConstraint,
    &partition_table::PartitionTable,
    &rebuild_index::RebuildIndex,
    &change_rows::DeleteRows,
    &change_rows::SetRows,
    &reshape_columns::SplitColumn,
    &reshape_columns::MergeColumns,
    &move_columns::SplitTable,
    &move_columns::MergeTables,
];

/// Clauses any sentence may have.
static EVERYWHERE: &[Clause] = &[
    Clause { required: false, patterns: &["{polite}"] },
    Clause { required: false, patterns: &["{in_schema}"] },
];

/// The sentence of each change, in the order of [`ALL`].
static SENTENCES: LazyLock<Vec<Sentence>> =
    LazyLock::new(|| ALL.iter().map(|r| Sentence::new(r.clauses().iter().chain(EVERYWHERE))).collect());

/// Longest text that is read as English, in bytes, and in words and signs. A request is a sentence.
const LONGEST: (usize, usize) = (4_000, 200);

/// A request that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The changes, in the order they were asked for.
    pub changes: Vec<Change>,
    /// The request in the tool's words, one clause a change: `rename public.users.user_name to username`.
    pub says: String,
}

/// Why a request was not understood. `Display` is the whole message, several lines where that helps.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RequestError {
    /// What is wrong.
    pub message: String,
    /// What to do next: nearest names, or what can be asked for.
    pub instead: String,
}

/// The table or materialized view a name means, written as in a request: bare or with its schema, quoted or not.
///
/// # Errors
/// If there is none, or it means several things, or a plain view.
pub fn find_table(engine: &dyn Engine, catalog: &Catalog, text: &str) -> Result<Name, RequestError> {
    let memory = resolve::Memory::default();
    let names = Names { engine, catalog, memory: &memory };
    // A name with blanks or signs that was not quoted is one part all the same.
    let whole = [token::Part { text: text.to_owned(), quote: Some('"') }];
    let tokens = tokenize(text);
    let parts = match tokens.as_slice() {
        [token] => token.parts().unwrap_or(&whole),
        _ => &whole,
    };
    let found = names.rows(parts, None).map(|table| table.name.clone());
    found.map_err(|trouble| RequestError { message: trouble.message, instead: trouble.instead })
}

/// Reads a request: a script of DDL, or one change in English.
///
/// # Errors
/// If it is neither, if a name in it is unknown or ambiguous in that catalog, or if the change is not possible there.
pub fn read_request(engine: &dyn Engine, catalog: &Catalog, text: &str) -> Result<Request, RequestError> {
    let memory = Memory::default();
    let names = Names { engine, catalog, memory: &memory };
    if !text.chars().any(char::is_alphanumeric) {
        let message = "the request is empty".to_owned();
        return Err(RequestError { message, instead: unread::what_can_be_asked(catalog) });
    }
    let (error, looks_like_sql) = match sql::read_sql(names, text) {
        Sql::Changes(changes) => return finish(names, changes),
        Sql::Refused(error) => return Err(error),
        Sql::Broken { error, looks_like_sql } => (Some(error), looks_like_sql),
        Sql::No => (None, false),
    };
    match (read_english(names, text), error) {
        (Ok(changes), _) => finish(names, changes),
        (Err(Misread::Names(trouble)), _) => Err(trouble),
        (Err(Misread::Words(_)), Some(error)) if looks_like_sql => Err(error),
        (Err(Misread::Words(error)), _) => Err(error),
    }
}

/// Why a text is no English request.
enum Misread {
    /// It is no known sentence.
    Words(RequestError),
    /// It is, but something in it is not known or not possible.
    Names(RequestError),
}

fn read_english(names: Names<'_>, text: &str) -> Result<Vec<Change>, Misread> {
    let tokens = if text.len() > LONGEST.0 { Vec::new() } else { tokenize(text) };
    if tokens.is_empty() || tokens.len() > LONGEST.1 {
        let message = format!("a request in English has at most {} words; this text is longer", LONGEST.1);
        return Err(Misread::Words(RequestError {
            message,
            instead: unread::what_can_be_asked(names.catalog),
        }));
    }
    let unplanned = unread::unplanned(&tokens);
    let trouble = match readings(names, text, &tokens) {
        Ok(Some(change)) => return Ok(vec![change]),
        Ok(None) => None,
        Err(Readings::Ambiguous(error)) => return Err(Misread::Names(error)),
        Err(Readings::Trouble(trouble)) => Some(trouble),
    };
    let pieces = unread::pieces(text, &tokens);
    if pieces.len() > 1 {
        return read_pieces(names, &pieces);
    }
    let known = |word: &str| names.known(word) || column_type::is_type(names, word);
    let meant = unread::respelt(text, &tokens, &known).filter(|right| {
        matches!(readings(names, right, &tokenize(right)), Ok(Some(_)) | Err(Readings::Trouble(_)))
    });
    match (trouble, unplanned) {
        (Some(trouble), None) => {
            let incomplete = trouble.progress == trouble::Progress::Incomplete;
            let mut error = RequestError::from(trouble);
            if incomplete {
                error.instead += &format!("\n{}", unread::what_can_be_asked(names.catalog));
            }
            if let Some(meant) = meant {
                error.instead += &format!("; or did you mean: {}?", meant.escape_debug());
            }
            Err(Misread::Names(error))
        }
        (_, unplanned) => Err(Misread::Words(unread::not_understood(names.catalog, text, meant, unplanned))),
    }
}

/// Several changes in one request, each on the schema the ones before it leave.
fn read_pieces(names: Names<'_>, pieces: &[&str]) -> Result<Vec<Change>, Misread> {
    let mut schema = names.catalog.clone();
    let mut changes = Vec::new();
    for piece in pieces {
        let memory = Memory::default();
        let now = Names { catalog: &schema, memory: &memory, ..names };
        let in_piece = |error: RequestError| RequestError {
            message: format!("in `{}`: {}", piece.escape_debug(), error.message),
            ..error
        };
        let change = match readings(now, piece, &tokenize(piece)) {
            Ok(Some(change)) => change,
            Ok(None) => {
                let error = unread::not_understood(&schema, piece, None, unread::unplanned(&tokenize(piece)));
                return Err(Misread::Words(in_piece(error)));
            }
            Err(Readings::Ambiguous(error)) => return Err(Misread::Names(in_piece(error))),
            Err(Readings::Trouble(trouble)) => return Err(Misread::Names(in_piece(trouble.into()))),
        };
        schema.apply(&change).map_err(|e| {
            Misread::Names(in_piece(RequestError {
                message: format!("that is not possible: {e}"),
                instead: "correct the request".to_owned(),
            }))
        })?;
        changes.push(change);
    }
    Ok(changes)
}

enum Readings {
    Ambiguous(RequestError),
    Trouble(Trouble),
}

/// The one change the text can mean; none if it is no sentence at all.
fn readings(names: Names<'_>, text: &str, tokens: &[Token]) -> Result<Option<Change>, Readings> {
    let lexicon = Known::new(names);
    let matcher = Matcher::new(text, tokens, &lexicon);
    let mut changes: Vec<Change> = Vec::new();
    let mut trouble: Option<Trouble> = None;
    for (reader, sentence) in ALL.iter().zip(SENTENCES.iter()) {
        for fields in matcher.readings(sentence) {
            let found = Found { names, text, tokens, fields: &fields };
            let built =
                reader.build(&found).and_then(|c| reader.examine(names, &c).unwrap_or(Ok(())).map(|()| c));
            match built {
                Ok(change) if !changes.contains(&change) => changes.push(change),
                Ok(_) => {}
                Err(new) if trouble.as_ref().is_none_or(|t| t.progress < new.progress) => trouble = Some(new),
                Err(_) => {}
            }
        }
    }
    if matcher.gave_up() {
        return Err(Readings::Ambiguous(RequestError {
            message: "the request can be read in too many ways".to_owned(),
            instead: "make it shorter, quote names that are also English words, or write it as DDL"
                .to_owned(),
        }));
    }
    match (changes.len(), trouble) {
        (0, None) => Ok(None),
        (0, Some(trouble)) => Err(Readings::Trouble(trouble)),
        (1, _) => Ok(changes.pop()),
        _ => {
            let says: Vec<String> = changes.iter().map(|c| says(names, c)).collect();
            Err(Readings::Ambiguous(RequestError {
                message: format!("the request can mean {}", one_of(&says)),
                instead: "use words like `column` and `index` before the names, or write it as DDL"
                    .to_owned(),
            }))
        }
    }
}

/// Sees to it that the changes are possible, each on the schema the ones before it leave.
fn finish(names: Names<'_>, changes: Vec<Change>) -> Result<Request, RequestError> {
    let mut said = Vec::new();
    let mut after: Option<Catalog> = None;
    for (i, change) in changes.iter().enumerate() {
        // Another catalog, another memory.
        let memory = Memory::default();
        let now = Names { catalog: after.as_ref().unwrap_or(names.catalog), memory: &memory, ..names };
        for one in change.parts() {
            if let Some(result) = ALL.iter().find_map(|r| r.examine(now, one)) {
                result?;
            }
        }
        match change {
            Change::Written { sql, .. } => said.push(crate::text::one_line(sql)),
            change => said.extend(change.parts().into_iter().map(|one| says(now, one))),
        }
        if i + 1 < changes.len() {
            let catalog = after.get_or_insert_with(|| names.catalog.clone());
            catalog.apply(change).map_err(|e| RequestError {
                message: format!("change {} is not possible: {e}", i + 1),
                instead: "correct the statement".to_owned(),
            })?;
        }
    }
    Ok(Request { changes, says: said.join("; ") })
}

/// A change in the tool's words; as SQL if it has none for it.
fn says(names: Names<'_>, change: &Change) -> String {
    let said = ALL.iter().find_map(|r| r.says(change));
    said.unwrap_or_else(|| names.engine.print(names.catalog, change))
}
