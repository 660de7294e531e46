//! What is said about a request that was not understood: what can be asked for, and the nearest of it.

use altimeter_catalog::{Catalog, Table, TableKind};

use super::matching::Sentence;
use super::pattern::words_of;
use super::resolve::shown;
use super::token::Token;
use super::words::{CLOSERS, FILLERS};
use super::{ALL, RequestError, SENTENCES};

/// Changes that are asked for and not planned yet: words that stand in the request in this order, the first as its
/// verb, and what that is called.
const UNPLANNED: &[(&[&[&str]], &str)] = &[
    (&[RENAME, &["index"]], "renaming an index"),
    (&[RENAME, &["schema"]], "renaming a schema"),
    (&[RENAME, &["view"]], "renaming a view"),
    (&[DROP, &["view"]], "dropping a view"),
    (&[DROP, &["trigger"]], "dropping a trigger"),
    (
        &[ADD, &["unique", "unqiue"], &["column"]],
        "adding a unique column in one go (add the column, then a unique index)",
    ),
    (&[ADD, &["references", "referencing"]], "adding a column with a foreign key"),
    (&[ADD, &["table"]], "making a table"),
    (&[ADD, &["view"]], "making a view"),
    (&[ADD, &["trigger"]], "making a trigger"),
    (&[CHANGE, &["column"], &["to"]], "changing a column other than by renaming it"),
    (&[&["truncate", "empty"]], "emptying a table"),
    (&[&["copy"]], "copying a column"),
];
const RENAME: &[&str] = &["rename", "renaming"];
const DROP: &[&str] = &["drop", "remove", "delete", "dropping", "removing", "deleting"];
const ADD: &[&str] = &["add", "create", "make", "adding", "creating", "new"];
const CHANGE: &[&str] = &["change", "alter", "make", "set", "convert", "modify", "turn", "mark"];

/// What was asked for, if it is known and not planned yet.
pub(super) fn unplanned(tokens: &[Token]) -> Option<&'static str> {
    let words: Vec<&Token> = tokens.iter().filter(|t| !super::matching::one_of(t, FILLERS)).collect();
    let wanted = UNPLANNED.iter().find(|(sequence, _)| {
        let Some((verb, nouns)) = sequence.split_first() else { return false };
        // The verb may follow some polite words.
        let Some(at) = words.iter().take(6).position(|t| super::matching::one_of(t, verb)) else {
            return false;
        };
        let mut rest = words.iter().skip(at + 1);
        let near = nouns.len() == 1 && [RENAME, DROP].contains(verb);
        if near {
            return rest.next().is_some_and(|t| nouns.iter().all(|n| super::matching::one_of(t, n)));
        }
        nouns.iter().all(|noun| rest.any(|t| super::matching::one_of(t, noun)))
    });
    wanted.map(|(_, doing)| *doing)
}

/// The request is no sentence that is known.
pub(super) fn not_understood(
    catalog: &Catalog,
    text: &str,
    meant: Option<String>,
    unplanned: Option<&str>,
) -> RequestError {
    let one_line = text.split_whitespace().take(40).collect::<Vec<_>>().join(" ");
    let short: String = one_line.chars().take(120).collect();
    let more = if short.len() < one_line.len() { "…" } else { "" };
    let message = match unplanned {
        Some(doing) => format!("{doing} is not planned yet: {}{more}", escaped(&short)),
        None => format!("the request is not understood: {}{more}", escaped(&short)),
    };
    let meant = meant.map(|m| format!("did you mean: {}?\n", escaped(&m))).unwrap_or_default();
    RequestError { message, instead: format!("{meant}{}", what_can_be_asked(catalog)) }
}

/// Control characters shown as such.
fn escaped(text: &str) -> String {
    text.chars()
        .flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] })
        .collect()
}

/// One line for each change that can be asked for, about a table of that catalog.
pub(super) fn what_can_be_asked(catalog: &Catalog) -> String {
    let usable = |t: &&Table| {
        !t.columns.is_empty() && t.partition_of.is_none() && t.kind != TableKind::MaterializedView
    };
    let on_path = |t: &&Table| usable(t) && catalog.server.search_path.contains(&t.name.schema);
    let sample = catalog.tables.iter().find(on_path).or_else(|| catalog.tables.iter().find(usable));
    let (table, column) = match sample.and_then(|t| Some((t, t.columns.last()?))) {
        Some((table, column)) => (table.name.to_string(), shown(&column.name)),
        None => ("users".to_owned(), "email".to_owned()),
    };
    let mut lines = vec!["what can be asked for, one change or several, in such words or as DDL:".to_owned()];
    lines.extend(ALL.iter().map(|r| format!("  {}: {}", r.doing(), r.example(&table, &column))));
    lines.join("\n")
}

/// The pieces of a text that asks for several changes: each but the first begins with a verb of a change, behind a
/// word or sign that joins, or a new line.
pub(super) fn pieces<'a>(text: &'a str, tokens: &[Token]) -> Vec<&'a str> {
    let verbs =
        ["add", "create", "drop", "remove", "delete", "rename", "index", "make", "set", "change", "convert"];
    let joins = |t: &Token| super::matching::one_of(t, &["and", ";", "then", ",", ".", "also"]);
    let line_ends = |t: &Token| {
        let behind = text.get(t.source.end..).unwrap_or_default();
        behind.trim_start_matches([' ', '\t', '\r']).starts_with('\n')
    };
    let mut starts = vec![0];
    // Where the piece before ends, once something that joins was read.
    let mut ends: Vec<usize> = Vec::new();
    let mut joined: Option<usize> = None;
    for token in tokens {
        let verb = super::matching::one_of(token, &verbs);
        if let Some(end) = joined.filter(|end| verb && *end > 0) {
            ends.push(end);
            starts.push(token.source.start);
            joined = None;
        } else if joins(token) {
            joined = joined.or(Some(token.source.start));
        } else if !super::matching::one_of(token, FILLERS) {
            joined = None;
        }
        if line_ends(token) {
            joined = joined.or(Some(token.source.end));
        }
    }
    ends.push(text.len());
    let pieces = starts.into_iter().zip(ends).filter_map(|(start, end)| text.get(start..end));
    pieces.map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

/// The text with misspelt words of the trade put right, if there are any.
pub(super) fn respelt(text: &str, tokens: &[Token], known: &dyn Fn(&str) -> bool) -> Option<String> {
    let vocabulary = vocabulary();
    let mut right = String::new();
    let mut behind = 0;
    let mut changed = false;
    for token in tokens {
        let Some(word) = token.word() else { continue };
        let lower = word.to_lowercase();
        let spelt =
            vocabulary.contains(&lower.as_str()) || super::matching::one_of(token, CLOSERS) || known(word);
        let Some(meant) = (!spelt).then(|| vocabulary.iter().find(|w| is_typo(&lower, w))).flatten() else {
            continue;
        };
        right.push_str(text.get(behind..token.source.start)?);
        right.push_str(meant);
        behind = token.source.end;
        changed = true;
    }
    right.push_str(text.get(behind..)?);
    changed.then_some(right)
}

fn vocabulary() -> Vec<&'static str> {
    let mut words = Vec::new();
    for pattern in SENTENCES.iter().flat_map(Sentence::required) {
        words_of(pattern, &mut words);
    }
    words.retain(|w| w.len() >= 3 && w.chars().all(char::is_alphabetic));
    // The plain words first: they are the likelier ones.
    words.sort_by_key(|w| (!["add", "drop", "rename", "column", "index", "table"].contains(w), *w));
    words.dedup();
    words
}

/// A letter too many, too few, or two swapped; in long words another letter, or two mistakes.
fn is_typo(word: &str, right: &str) -> bool {
    let (a, b) = (word.chars().count(), right.chars().count());
    if a > 2 * b || a < 2 || word == right {
        return false;
    }
    let distance = strsim::damerau_levenshtein(word, right);
    let substituted = a == b && strsim::levenshtein(word, right) == 1;
    distance == 1 && (!substituted || a >= 5) || distance == 2 && a.min(b) >= 6
}
